/**
 * CRI-O: a drop-in with a runtime handler, which has what the present default handler has, and with the directory of our
 * hooks.d files. CRI-O is in no Debian release, so what is written here is held by its documented grammar only.
 */

import type { Value } from "../../codec/config/mark.ts";
import { type Engine, type Found, HANDLER, type ReadPristine, type Setting } from "../engine.ts";
import { inherited } from "../inherited.ts";
import { filesIn, layersOf, tableIn, textIn, textsIn } from "../layers.ts";
import { isAtLeast, programOf, versionOf } from "../machine.ts";

const DROP_IN = "90-hookwright.conf";
const RUNTIME = ["crio", "runtime"];
const USUAL_HOOKS = ["/usr/share/containers/oci/hooks.d"];
const CRUN_SINCE = "1.31";

export const crio: Engine = {
  name: "crio",
  hooks: true,
  cdiSince: "1.23",
  nri: {
    since: "1.26",
    enable: { path: ["crio", "nri", "enable_nri"], value: true },
    requiresSince: "1.34",
    require: (plugin) =>
      `[crio.nri.default_validator] nri_enable_default_validator = true, nri_validator_required_plugins = ["${plugin}"]`,
  },

  find(machine) {
    const binary = programOf(machine, "crio");
    const { engineConfig, prefix } = machine;
    const main = `${prefix}/etc/crio/crio.conf`;
    const own = engineConfig ?? main;
    const found = {
      binary,
      version: versionOf(binary),
      main: own,
      layers: [own, ...filesIn(`${own}.d`, ".conf")],
    };
    if (engineConfig !== undefined) return { ...found, file: engineConfig, why: "it was named" };
    return { ...found, file: `${main}.d/${DROP_IN}`, why: "a drop-in of crio.conf" };
  },

  runtime(found, read) {
    const { name, table } = presentDefault(found, read);
    return {
      runtime:
        typeof table.runtime_path === "string" && table.runtime_path !== "" ? table.runtime_path : name,
    };
  },

  changes(found, wish, read) {
    const settings: Setting[] = [];
    const path = [...RUNTIME, "hooks_dir"];
    if (wish.default) settings.push({ path: [...RUNTIME, "default_runtime"], value: HANDLER });
    if (textsIn(layersOf([found.file], read), path) !== undefined)
      settings.push({ path, element: wish.hooks });
    else settings.push({ path, value: [...directoriesOf(found, read), wish.hooks] });
    const handler: { [key: string]: Value } = {
      ...inherited(presentDefault(found, read).table),
      runtime_path: wish.wrapper,
    };
    settings.push({ path: [...RUNTIME, "runtimes", HANDLER], value: handler, own: true });
    return [{ file: found.file, format: "toml", settings }];
  },

  runtimes(found, read) {
    const { name: chosen } = presentDefault(found, read);
    const layers = layersOf(found.layers, read);
    return Object.keys(tableIn(layers, [...RUNTIME, "runtimes"])).flatMap((name) => {
      const program = textIn(layers, [...RUNTIME, "runtimes", name, "runtime_path"]);
      return program === undefined ? [] : [{ name, program, default: name === chosen }];
    });
  },

  hookDirectories: directoriesOf,

  reload: () => ({ command: ["systemctl", "restart", "crio"], note: "containers that run go on running" }),
};

function directoriesOf({ layers }: Found, read: ReadPristine): string[] {
  const directories = textsIn(layersOf(layers, read), [...RUNTIME, "hooks_dir"]) ?? [];
  return directories.length === 0 ? USUAL_HOOKS : directories;
}

function presentDefault(
  found: Found,
  read: ReadPristine,
): { name: string; table: ReturnType<typeof tableIn> } {
  const layers = layersOf(found.layers, read);
  const usual = isAtLeast(found.version, CRUN_SINCE) ? "crun" : "runc";
  const name = textIn(layers, [...RUNTIME, "default_runtime"]) ?? usual;
  return { name, table: tableIn(layers, [...RUNTIME, "runtimes", name]) };
}
