/** A running container's first process: which it is, as runc and crun keep it, or as Podman and Docker tell. */

import { readFileSync } from "node:fs";
import { Failure } from "../spec/failure.ts";

const STATE_ROOTS = [
  "/run/runc",
  "/run/crun",
  "/run/containerd/runc/default",
  "/run/containerd/runc/k8s.io",
  "/run/docker/runtime-runc/moby",
];
const ENGINES = ["podman", "docker"];

/** Pid of the container's first process. `stateRoots` come first. @throws Failure `container_missing` */
export function containerPid(id: string, stateRoots: readonly string[] = []): number {
  if (!/^[\w.+-]+$/.test(id)) throw missing(id, "it is no container's id");
  for (const root of [...stateRoots, ...STATE_ROOTS]) {
    const pid = pidIn(`${root}/${id}/state.json`, "init_process_pid") ?? pidIn(`${root}/${id}/status`, "pid");
    if (pid !== undefined) return pid;
  }
  for (const engine of ENGINES) {
    if (Bun.which(engine) === null) continue;
    const { exitCode, stdout } = Bun.spawnSync([engine, "inspect", "--format", "{{.State.Pid}}", id], {
      stderr: "ignore",
    });
    const pid = Number(stdout.toString().trim());
    if (exitCode === 0 && pid > 0) return pid;
  }
  throw missing(id, "neither runc, crun, Podman nor Docker knows it as running");
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
    hint: "Give its full id, --runtime-root for a runtime with its own state directory, or --pid.",
  });
}
