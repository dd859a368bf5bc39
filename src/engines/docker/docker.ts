/**
 * Docker: the runtime in `daemon.json`, which has no drop-ins. The daemon reads it at its start and at SIGHUP. From 25.0 on
 * CDI devices are an option of the daemon, and from 28.2 on they are there unasked.
 */

import { jsonc } from "../../codec/config/jsonc.ts";
import { type Engine, type Found, HANDLER, type ReadPristine, type Setting } from "../engine.ts";
import { isData } from "../layers.ts";
import { flagOf, hasSystemd, isAtLeast, type Machine, programOf, runningOf, versionOf } from "../machine.ts";

const CDI_SINCE = "25.0";
const CDI_UNASKED = "28.2";

const READS = "the runtimes are read at once; CDI devices that were switched on take a restart of the daemon";
/** A key that is not in the file any more says nothing to the daemon: it goes on with what it had. */
const FORGETS =
  "a runtime, and a default, that its file names no more Docker forgets only when it is restarted; do that before hookwright is removed";

export const docker: Engine = {
  name: "docker",
  hooks: false,
  cdiSince: CDI_SINCE,

  find(machine) {
    const binary = programOf(machine, "dockerd");
    const [file, why] = fileOf(machine);
    return { binary, version: versionOf(binary), main: file, layers: [file], file, why };
  },

  runtime(found, read) {
    const { "default-runtime": name, runtimes } = dataOf(found, read);
    if (typeof name !== "string" || name === "runc") return { runtime: "runc" };
    const entry = isData(runtimes) ? runtimes[name] : undefined;
    if (isData(entry) && typeof entry.path === "string") return { runtime: entry.path };
    if (entry === undefined) return { runtime: name };
    return {
      runtime: "runc",
      note: `the default runtime ${name} is a shim without a program to stand in front of`,
    };
  },

  changes(found, wish) {
    const settings: Setting[] = [{ path: ["runtimes", HANDLER], value: { path: wish.wrapper }, own: true }];
    if (wish.default) settings.push({ path: ["default-runtime"], value: HANDLER });
    if (isAtLeast(found.version, CDI_SINCE) && !isAtLeast(found.version, CDI_UNASKED))
      settings.push({ path: ["features", "cdi"], value: true });
    return [{ file: found.file, format: "json", settings }];
  },

  runtimes(found, read) {
    const { "default-runtime": chosen, runtimes } = dataOf(found, read);
    const named = Object.entries(isData(runtimes) ? runtimes : {});
    return named.flatMap(([name, entry]) =>
      isData(entry) && typeof entry.path === "string"
        ? [{ name, program: entry.path, default: name === chosen }]
        : [],
    );
  },

  hookDirectories: () => [],

  reload(machine, disabled) {
    const note = disabled ? FORGETS : READS;
    if (hasSystemd() && machine.prefix === "") return { command: ["systemctl", "reload", "docker"], note };
    const running = runningOf(machine, "dockerd");
    return running === undefined
      ? { note: "dockerd reads it when it starts" }
      : { command: ["kill", "-HUP", `${running.pid}`], note };
  },
};

function fileOf(machine: Machine): [file: string, why: string] {
  const { engineConfig, userConfig, prefix } = machine;
  if (engineConfig !== undefined) return [engineConfig, "it was named"];
  const running = runningOf(machine, "dockerd");
  const given = running && flagOf(running.argv, "--config-file");
  if (running !== undefined && given !== undefined)
    return [given, `dockerd (process ${running.pid}) was started with it`];
  if (userConfig !== undefined)
    return [`${userConfig}/docker/daemon.json`, "the place of a rootless dockerd"];
  return [`${prefix}/etc/docker/daemon.json`, "the place where dockerd looks"];
}

function dataOf({ file }: Found, read: ReadPristine): { readonly [key: string]: unknown } {
  return jsonc.data(read(file) ?? "", file);
}
