/**
 * A throw-away container on an engine: one static program in an empty file system, which says its version and ends. It is
 * the engine's own client that starts it, so the engine's configuration decides what really happens.
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { Failure } from "../spec/failure.ts";
import { type EngineName, HANDLER } from "./engine.ts";
import { type Machine, programOf } from "./machine.ts";

/** The program's path in the container: a definition that is to be seen at work can name it in `when.commands`. */
export const TRYOUT = "/hookwright-verify";

interface Tryout {
  readonly machine: Machine;
  /** The container's file system. */
  readonly rootfs: string;
  readonly wrapper: string;
}

const COMMAND = [TRYOUT, "--version"];
const FLAGS = ["--network", "none", "--runtime", HANDLER];

/** Each runs the container to its end and returns its id. */
const STARTS: { readonly [E in EngineName]: ((tryout: Tryout) => string) | undefined } = {
  docker({ machine, rootfs }) {
    const image = `hookwright-verify:${process.pid}`;
    const tar = spawnSync("tar", ["-C", rootfs, "-c", "."], { maxBuffer: 1 << 28 });
    run(machine, "docker", ["import", "-", image], tar.stdout);
    try {
      return lived(machine, "docker", ["create", ...FLAGS, image, ...COMMAND]);
    } finally {
      run(machine, "docker", ["rmi", image]);
    }
  },
  podman({ machine, rootfs }) {
    return lived(machine, "podman", ["create", ...FLAGS, "--rootfs", rootfs, ...COMMAND]);
  },
  containerd({ machine, rootfs, wrapper }) {
    const id = `hookwright-verify-${process.pid}`;
    run(machine, "ctr", ["run", "--rm", "--runc-binary", wrapper, "--rootfs", rootfs, id, ...COMMAND]);
    return id;
  },
  crio: undefined,
};

/** A container's whole life, from the client's command that creates it. */
function lived(machine: Machine, client: string, create: string[]): string {
  const id = run(machine, client, create);
  try {
    run(machine, client, ["start", "--attach", id]);
  } finally {
    run(machine, client, ["rm", "--force", id]);
  }
  return id;
}

/** Starts the container, waits for its end, returns its id. @throws Failure with the engine's own words. */
export function tryOut(engine: EngineName, machine: Machine, wrapper: string, program: Uint8Array): string {
  const start = STARTS[engine];
  if (start === undefined) {
    throw new Failure(
      "verify_unknown",
      `verify ${engine}: it has no client that starts a container without a pod`,
      {
        hint: "start a pod with the runtime class hookwright, and look at `hookwright events`",
      },
    );
  }
  const dir = mkdtempSync(`${tmpdir()}/hookwright-verify-`);
  try {
    const rootfs = `${dir}/rootfs`;
    for (const name of ["", "proc", "dev", "sys", "etc", "run"])
      mkdirSync(`${rootfs}/${name}`, { recursive: true });
    writeFileSync(`${rootfs}${TRYOUT}`, program, { mode: 0o755 });
    return start({ machine, rootfs, wrapper });
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Runs a client's command; returns the last line that it prints. */
function run(machine: Machine, name: string, args: string[], input?: Uint8Array): string {
  const program = programOf(machine, name) ?? name;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    timeout: 60_000,
    env: { ...machine.env } as NodeJS.ProcessEnv,
    ...(input === undefined ? { stdio: ["ignore", "pipe", "pipe"] } : { input }),
  });
  if (status === 0) return stdout.trim().split("\n").at(-1) ?? "";
  throw new Failure("engine_run", `${name} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`, {
    hint: "has the engine been reloaded since it was enabled? `hookwright engine list` says what its files say",
  });
}
