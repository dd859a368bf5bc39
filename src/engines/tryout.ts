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
    return importImage(machine, rootfs, (image) =>
      lived(machine, "docker", ["create", ...FLAGS, image, ...COMMAND]),
    );
  },
  podman({ machine, rootfs }) {
    return lived(machine, "podman", ["create", ...FLAGS, "--rootfs", rootfs, ...COMMAND]);
  },
  containerd({ machine, rootfs, wrapper }) {
    const id = `hookwright-verify-${process.pid}`;
    client(machine, "ctr", ["run", "--rm", "--runc-binary", wrapper, "--rootfs", rootfs, id, ...COMMAND]);
    return id;
  },
  crio: undefined,
};

/** A container's whole life, from the client's words that create it. */
function lived(machine: Machine, name: string, create: string[]): string {
  return withContainer(machine, name, create, (id) => {
    client(machine, name, ["start", "--attach", id]);
    return id;
  });
}

/** A container of Docker's or Podman's, from the client's words that create it, as long as `work` lasts. */
export function withContainer<T>(
  machine: Machine,
  name: string,
  create: string[],
  work: (id: string) => T,
): T {
  const id = client(machine, name, create).split("\n").at(-1) ?? "";
  try {
    return work(id);
  } finally {
    client(machine, name, ["rm", "--force", id]);
  }
}

/** Docker starts images only: the file system is one as long as `work` lasts. */
export function importImage<T>(machine: Machine, rootfs: string, work: (image: string) => T): T {
  const image = `hookwright-verify:${process.pid}`;
  const tar = spawnSync("tar", ["-C", rootfs, "-c", "."], { maxBuffer: 1 << 28 });
  client(machine, "docker", ["import", "-", image], tar.stdout);
  try {
    return work(image);
  } finally {
    client(machine, "docker", ["rmi", image]);
  }
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
  return withRootfs(program, (rootfs) => start({ machine, rootfs, wrapper }));
}

/** A file system that has the program at TRYOUT and nothing else, as long as `work` lasts. */
export function withRootfs<T>(program: Uint8Array, work: (rootfs: string) => T): T {
  const dir = mkdtempSync(`${tmpdir()}/hookwright-verify-`);
  try {
    const rootfs = `${dir}/rootfs`;
    for (const name of ["", "proc", "dev", "sys", "etc", "run"])
      mkdirSync(`${rootfs}/${name}`, { recursive: true });
    writeFileSync(`${rootfs}${TRYOUT}`, program, { mode: 0o755 });
    return work(rootfs);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Runs a command of an engine's client; returns what it prints. @throws Failure with what it said */
export function client(machine: Machine, name: string, args: string[], input?: Uint8Array): string {
  const program = programOf(machine, name) ?? name;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: "utf8",
    timeout: 60_000,
    env: { ...machine.env } as NodeJS.ProcessEnv,
    ...(input === undefined ? { stdio: ["ignore", "pipe", "pipe"] } : { input }),
  });
  if (status === 0) return stdout.trim();
  throw new Failure("engine_run", `${name} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`, {
    hint: "has the engine been reloaded since it was enabled? `hookwright engine list` says what its files say",
  });
}
