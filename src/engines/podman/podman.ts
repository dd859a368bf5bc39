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
    settings.push(...hookSettings(found, wish.hooks, read));
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

function hookSettings(found: Found, directory: string, read: ReadPristine): Setting[] {
  const path = HOOKS_DIR;
  if (textsIn(layersOf([found.file], read), path) !== undefined) return [{ path, element: directory }];
  const before = directoriesOf(found, read) ?? USUAL_HOOKS;
  const value: Value = isAtLeast(found.version, APPENDS_SINCE)
    ? [directory, { append: true }]
    : [...before, directory];
  return [{ path, value }];
}
