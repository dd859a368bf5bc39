/**
 * Podman: a drop-in of `containers.conf`, with the wrapper as one more runtime and the directory of our hooks.d files.
 * Podman reads all of it for every command. Before 5.0 a list in a drop-in takes the place of the one before, so what that
 * says is repeated.
 */

import type { Value } from "../../codec/config/mark.ts";
import { type Engine, type Found, HANDLER, type ReadPristine, type Setting } from "../engine.ts";
import { filesIn, layersOf, tableIn, textIn, textsIn } from "../layers.ts";
import { isAtLeast, programOf, versionOf } from "../machine.ts";

const DROP_IN = "90-hookwright.conf";
const USUAL_HOOKS = ["/usr/share/containers/oci/hooks.d"];
const HOOKS_DIR = ["engine", "hooks_dir"];
const USUAL_JSON = ["crun", "runc", "kata", "runsc", "youki", "krun"];
const USUAL_ENVIRONMENT = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
const APPENDS_SINCE = "5.0";

export const podman: Engine = {
  name: "podman",
  hooks: true,
  cdiSince: "4.1",

  find(machine) {
    const binary = programOf(machine, "podman");
    const { engineConfig, userConfig, prefix } = machine;
    const directory = `${userConfig ?? `${prefix}/etc`}/containers`;
    const main = `${directory}/containers.conf`;
    const shared = [
      `${prefix}/usr/share/containers/containers.conf`,
      `${prefix}/etc/containers/containers.conf`,
    ];
    const files = engineConfig === undefined ? [...new Set([...shared, main])] : [...shared, engineConfig];
    const layers = files.flatMap((file) => [file, ...filesIn(`${file}.d`, ".conf")]);
    const found = { binary, version: versionOf(binary), main: engineConfig ?? main, layers };
    if (engineConfig !== undefined) return { ...found, file: engineConfig, why: "it was named" };
    const why = `a drop-in of ${userConfig === undefined ? "the machine's" : "the user's"} containers.conf`;
    return { ...found, file: `${main}.d/${DROP_IN}`, why };
  },

  runtime(found, read, machine) {
    const layers = layersOf(found.layers, read);
    const name = textIn(layers, ["engine", "runtime"]);
    if (name === undefined) return { runtime: programOf(machine, "crun") === undefined ? "runc" : "crun" };
    return { runtime: textsIn(layers, ["engine", "runtimes", name])?.[0] ?? name };
  },

  changes(found, wish, read) {
    const settings: Setting[] = [];
    if (wish.default) settings.push({ path: ["engine", "runtime"], value: HANDLER });
    settings.push(listSetting(found, "hooks_dir", USUAL_HOOKS, wish.hooks, read));
    // Podman decides by the runtime's name how it may report an error; what it cannot read it prints as it came.
    settings.push(listSetting(found, "runtime_supports_json", USUAL_JSON, HANDLER, read));
    // Before 5.0 a runtime gets nothing of Podman's own environment.
    if (wish.root !== "/" && !isAtLeast(found.version, APPENDS_SINCE))
      settings.push(
        listSetting(found, "conmon_env_vars", USUAL_ENVIRONMENT, `HOOKWRIGHT_ROOT=${wish.root}`, read),
      );
    settings.push({ path: ["engine", "runtimes", HANDLER], value: [wish.wrapper], own: true });
    return [{ file: found.file, format: "toml", settings }];
  },

  runtimes(found, read) {
    const layers = layersOf(found.layers, read);
    const chosen = textIn(layers, ["engine", "runtime"]);
    return Object.keys(tableIn(layers, ["engine", "runtimes"])).flatMap((name) => {
      const program = textsIn(layers, ["engine", "runtimes", name])?.[0];
      return program === undefined ? [] : [{ name, program, default: name === chosen }];
    });
  },

  hookDirectories: (found, read) => directoriesOf(found, read) ?? USUAL_HOOKS,

  reload: () => ({
    note: "Podman reads it for every command; a `podman system service` that runs has to be ended",
  }),
};

function directoriesOf({ layers }: Found, read: ReadPristine): string[] | undefined {
  return textsIn(layersOf(layers, read), HOOKS_DIR);
}

/** A list of the engine's table, which Podman reads as `usual` where nobody sets it, with one more element. */
function listSetting(
  found: Found,
  name: string,
  usual: readonly string[],
  element: string,
  read: ReadPristine,
): Setting {
  const path = ["engine", name];
  if (textsIn(layersOf([found.file], read), path) !== undefined) return { path, element };
  const before = textsIn(layersOf(found.layers, read), path) ?? usual;
  const value: Value = isAtLeast(found.version, APPENDS_SINCE)
    ? [element, { append: true }]
    : [...before, element];
  return { path, value };
}
