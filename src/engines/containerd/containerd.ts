/**
 * containerd: a runtime handler of its CRI plugin, with all options of the present default and the wrapper as BinaryName.
 * From 2.1 on tables of several files are joined, so there it is a drop-in; before, an imported file takes the place of
 * the whole plugin's table, so the handler goes into the configuration itself.
 */

import { dirname } from "node:path";
import type { Value } from "../../codec/config/mark.ts";
import { Failure } from "../../spec/failure.ts";
import {
  type Engine,
  type FileChange,
  type Found,
  HANDLER,
  type ReadPristine,
  type Setting,
} from "../engine.ts";
import { inherited } from "../inherited.ts";
import { importedFiles, layersOf, tableIn, textIn, textsIn, valueIn } from "../layers.ts";
import { flagOf, isAtLeast, type Machine, programOf, runningOf, versionOf } from "../machine.ts";

const DROP_IN = "conf.d/90-hookwright.toml";
const JOINS_SINCE = "2.1";
const NRI = ["plugins", "io.containerd.nri.v1.nri"];
const CDI_SINCE = "1.7";
const RUNC_SHIM = "io.containerd.runc.v2";

/** The table of runtimes by the version of the configuration's schema. */
const RUNTIMES: { readonly [schema: number]: readonly string[] } = {
  2: ["plugins", "io.containerd.grpc.v1.cri", "containerd"],
  3: ["plugins", "io.containerd.cri.v1.runtime", "containerd"],
};

export const containerd: Engine = {
  name: "containerd",
  hooks: false,
  cdiSince: CDI_SINCE,
  nri: {
    since: "1.7",
    enable: { path: [...NRI, "disable"], value: false },
    requiresSince: "2.2",
    require: (plugin) =>
      `[plugins."io.containerd.nri.v1.nri".default_validator] enable = true, required_plugins = ["${plugin}"]`,
  },

  find(machine) {
    const binary = programOf(machine, "containerd");
    const version = versionOf(binary);
    const [main, why] = mainOf(machine);
    const joins = isAtLeast(version, JOINS_SINCE);
    const file = joins ? `${dirname(main)}/${DROP_IN}` : main;
    return { binary, version, main, layers: [main], file, why: joins ? `a drop-in of ${main}: ${why}` : why };
  },

  runtime(found, read) {
    const { name, table } = presentDefault(found, read);
    const type = table.runtime_type;
    if (typeof type === "string" && type !== "" && !type.startsWith("io.containerd.runc."))
      return {
        runtime: "runc",
        note: `the default handler ${name} is of type ${type}, which starts no OCI runtime`,
      };
    return { runtime: textIn([table], ["options", "BinaryName"]) ?? "runc" };
  },

  changes(found, wish, read) {
    const schema = schemaOf(found, read);
    const plugin = RUNTIMES[schema] ?? [];
    const settings: Setting[] = read(found.file) === undefined ? [{ path: ["version"], value: schema }] : [];
    if (wish.default) settings.push({ path: [...plugin, "default_runtime_name"], value: HANDLER });
    settings.push({
      path: [...plugin, "runtimes", HANDLER],
      value: handlerOf(found, wish.wrapper, read),
      own: true,
    });
    // 2.0 and newer have devices unasked.
    if (isAtLeast(found.version, CDI_SINCE) && !isAtLeast(found.version, "2.0"))
      settings.push({ path: [...plugin.slice(0, -1), "enable_cdi"], value: true });
    const own: FileChange = { file: found.file, format: "toml", settings };
    if (found.file === found.main) return [own];
    const imports = importSettings(found, schema, read);
    return imports.length === 0 ? [own] : [own, { file: found.main, format: "toml", settings: imports }];
  },

  runtimes(found, read) {
    const plugin = RUNTIMES[schemaOf(found, read)] ?? [];
    const layers = layersOf(filesOf(found, read), read);
    const { name: chosen } = presentDefault(found, read);
    return Object.keys(tableIn(layers, [...plugin, "runtimes"])).flatMap((name) => {
      const program = textIn(layers, [...plugin, "runtimes", name, "options", "BinaryName"]);
      return program === undefined ? [] : [{ name, program, default: name === chosen }];
    });
  },

  hookDirectories: () => [],

  reload: () => ({
    command: ["systemctl", "restart", "containerd"],
    note: "containers that run go on running",
  }),
};

function mainOf(machine: Machine): [file: string, why: string] {
  const { engineConfig, prefix } = machine;
  if (engineConfig !== undefined) return [engineConfig, "it was named"];
  const running = runningOf(machine, "containerd");
  const given = running && flagOf(running.argv, "--config", "-c");
  // The containerd that dockerd keeps for itself is written by dockerd.
  if (running !== undefined && given !== undefined && !given.includes("/docker/"))
    return [given, `containerd (process ${running.pid}) was started with it`];
  return [`${prefix}/etc/containerd/config.toml`, "the place where containerd looks"];
}

/** The version of the schema that the configuration has, or that a new one gets. */
function schemaOf({ main, version }: Found, read: ReadPristine): number {
  const text = read(main);
  if (text === undefined || text.trim() === "") return isAtLeast(version, "2.0") ? 3 : 2;
  const schema = Number(valueIn(layersOf([main], read), ["version"]) ?? 1);
  if (RUNTIMES[schema] !== undefined) return schema;
  throw new Failure("config_version", `change ${main}: it is written in version ${schema} of the schema`, {
    hint: `bring it to version 2 or 3 first: containerd -c ${main} config migrate`,
  });
}

function handlerOf(found: Found, wrapper: string, read: ReadPristine): { [key: string]: Value } {
  const { table } = presentDefault(found, read);
  const isRunc =
    typeof table.runtime_type !== "string" || table.runtime_type.startsWith("io.containerd.runc.");
  const { options, ...rest } = inherited(isRunc ? table : {});
  const kept =
    typeof options === "object" && !Array.isArray(options) ? (options as { [key: string]: Value }) : {};
  return { runtime_type: RUNC_SHIM, ...rest, options: { ...kept, BinaryName: wrapper } };
}

function presentDefault(
  found: Found,
  read: ReadPristine,
): { name: string; table: ReturnType<typeof tableIn> } {
  const plugin = RUNTIMES[schemaOf(found, read)] ?? [];
  const layers = layersOf(filesOf(found, read), read);
  const name = textIn(layers, [...plugin, "default_runtime_name"]) ?? "runc";
  return { name, table: tableIn(layers, [...plugin, "runtimes", name]) };
}

function filesOf({ main }: Found, read: ReadPristine): string[] {
  return [main, ...importedFiles(main, importsOf(main, read) ?? [])];
}

function importsOf(main: string, read: ReadPristine): string[] | undefined {
  return textsIn(layersOf([main], read), ["imports"]);
}

/** Nothing when the drop-in is imported already. */
function importSettings({ main, file }: Found, schema: number, read: ReadPristine): Setting[] {
  const pattern = `${dirname(file)}/*.toml`;
  const imports = importsOf(main, read);
  const covered = (imports ?? []).some((one) => one === pattern || one === file || one === "conf.d/*.toml");
  if (covered) return [];
  if (imports !== undefined) return [{ path: ["imports"], element: pattern }];
  const version: Setting[] = read(main) === undefined ? [{ path: ["version"], value: schema }] : [];
  return [...version, { path: ["imports"], value: [pattern] }];
}
