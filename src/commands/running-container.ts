/** A running container: which process is its first, and its state, as runc and crun keep them, or as Podman and Docker tell. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Failure } from "../spec/failure.ts";
import { PRECREATE, type Stage } from "../spec/stage.ts";
import { stateText } from "./run-once.ts";

/** Below a directory that ends in a slash each user of the runtime has one of its own. */
const STATE_ROOTS = ["/run/runc", "/run/crun", "/run/containerd/runc/", "/run/docker/runtime-runc/"];
const ENGINES = ["podman", "docker"];

/** Where a runtime keeps a container. */
interface Kept {
  readonly runtime: "runc" | "crun";
  readonly root: string;
  readonly id: string;
  readonly pid: number;
}

/** Pid of the container's first process. `stateRoots` come first. @throws Failure `container_missing` */
export function containerPid(id: string, stateRoots: readonly string[] = []): number {
  const known = find(id, stateRoots);
  if (known.pid !== undefined) return known.pid;
  throw missing(id, "neither runc, crun, Podman nor Docker knows it as running");
}

/** The state, JSON, that its runtime would give a hook at a stage. @throws Failure `container_missing` */
export function stateAt(stage: Stage, id: string, stateRoot?: string): string {
  const said = JSON.parse(containerState(id, stateRoot === undefined ? [] : [stateRoot]));
  const state = JSON.parse(stateText(stage, said.id, said.bundle, said.annotations));
  return JSON.stringify(stage === "poststop" || stage === PRECREATE ? state : { ...state, pid: said.pid });
}

/** Its state as its runtime prints it. */
function containerState(id: string, stateRoots: readonly string[]): string {
  const { kept } = find(id, stateRoots);
  if (kept === undefined) throw missing(id, "neither runc nor crun knows it as running");
  const { runtime, root } = kept;
  if (Bun.which(runtime) === null) throw missing(id, `${runtime} keeps it, and is not on the PATH`);
  const { exitCode, stdout, stderr } = Bun.spawnSync([runtime, "--root", root, "state", kept.id], {
    stderr: "pipe",
  });
  if (exitCode !== 0) throw missing(id, `${runtime} says: ${stderr.toString().trim()}`);
  return stdout.toString();
}

function find(word: string, stateRoots: readonly string[]): { kept?: Kept; pid?: number } {
  if (!/^[\w.+-]+$/.test(word)) throw missing(word, "it is no container's id");
  const roots = [...stateRoots, ...STATE_ROOTS.flatMap(below)];
  const direct = keptAs(word, roots);
  if (direct !== undefined) return { kept: direct, pid: direct.pid };
  for (const engine of ENGINES) {
    if (Bun.which(engine) === null) continue;
    const format = "{{.Id}} {{.State.Pid}}";
    const { exitCode, stdout } = Bun.spawnSync([engine, "inspect", "--format", format, word], {
      stderr: "ignore",
    });
    const [id = "", said] = stdout.toString().trim().split(" ");
    const pid = Number(said);
    if (exitCode !== 0 || !(pid > 0)) continue;
    const kept = keptAs(id, roots);
    return kept === undefined ? { pid } : { kept, pid };
  }
  return {};
}

function below(root: string): string[] {
  if (!root.endsWith("/")) return [root];
  return existsSync(root) ? readdirSync(root).map((name) => root + name) : [];
}

/** The one container of that id, or whose id begins so. */
function keptAs(word: string, roots: readonly string[]): Kept | undefined {
  for (const root of roots) {
    const exact = keptIn(root, word);
    if (exact !== undefined) return exact;
  }
  // As engines show ids: their first twelve characters.
  if (!/^[0-9a-f]{12,64}$/.test(word)) return undefined;
  const found = roots.flatMap((root) => {
    const names = existsSync(root) ? readdirSync(root) : [];
    return names.filter((name) => name.startsWith(word)).flatMap((name) => keptIn(root, name) ?? []);
  });
  return found.length === 1 ? found[0] : undefined;
}

function keptIn(root: string, id: string): Kept | undefined {
  const runc = pidIn(`${root}/${id}/state.json`, "init_process_pid");
  if (runc !== undefined) return { runtime: "runc", root, id, pid: runc };
  const crun = pidIn(`${root}/${id}/status`, "pid");
  return crun === undefined ? undefined : { runtime: "crun", root, id, pid: crun };
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function pidIn(path: string, field: string): number | undefined {
  try {
    const pid = JSON.parse(readFileSync(path, "utf8"))[field];
    return typeof pid === "number" && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function missing(id: string, why: string): Failure {
  return new Failure("container_missing", `find the container ${id}: ${why}`, {
    hint: "Give its id, and --runtime-root for a runtime with its own state directory.",
  });
}
