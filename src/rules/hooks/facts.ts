/**
 * What conditions are compared with: the container as its `config.json` describes it. Shapes that a runtime would refuse
 * are refused here, so that no condition is judged on something that is not what it seems.
 */

import { Failure } from "../../spec/failure.ts";
import type { OciMount, RuntimeConfig } from "../../spec/runtime-config.ts";
import type { Origin } from "./origin.ts";
import { isInfra, isSandbox } from "./sandbox.ts";
import {
  type Annotations,
  knownNamespace,
  type TrustedNamespace,
  trustedNamespace,
} from "./trusted-namespace.ts";

export interface ContainerFacts {
  annotations: Annotations;
  /** The same, laid out for patterns: keys[i] goes with values[i]. */
  keys: readonly string[];
  values: readonly string[];
  /** process.args[0]; null when there is a process without arguments, undefined when there is no process at all. */
  command: string | null | undefined;
  hasBindMounts: boolean;
  namespace: TrustedNamespace;
  /** A pod's sandbox. */
  sandbox: boolean;
  /** What the container was made of; looked up only when it is asked. */
  origin: () => Origin;
}

const UNKNOWN: Origin = { why: "it was not looked for" };

export interface FactsOptions {
  engine?: string;
  /** The pod's namespace, when the engine has said it itself. */
  namespace?: string;
  origin?: () => Origin;
  /** Mounts that are not the container's own, such as those that an injection put there. */
  ignoreMount?: (mount: OciMount) => boolean;
}

/**
 * Files and directories that engines bind into a container without being asked. What is bound there says nothing about
 * the user's volumes, which is what Podman means by `hasBindMounts`.
 */
const ENGINE_FILES: ReadonlySet<string> = new Set([
  "/dev/shm",
  "/dev/termination-log",
  "/etc/hostname",
  "/etc/hosts",
  "/etc/localtime",
  "/etc/mtab",
  "/etc/resolv.conf",
  "/proc",
  "/run/.containerenv",
  "/run/notify",
  "/run/secrets",
  "/sys",
  "/sys/fs/cgroup",
  "/var/run/secrets",
]);

/** Reads the facts of a config. Throws the Failure `config_shape` when a part of it has the wrong type. */
export function factsOf(config: RuntimeConfig, options: FactsOptions = {}): ContainerFacts {
  const annotations = config.annotations ?? {};
  if (typeof annotations !== "object" || Array.isArray(annotations))
    throw wrongShape("annotations", "an object");
  const keys = Object.keys(annotations);
  const values: string[] = [];
  for (const key of keys) {
    const value = annotations[key];
    if (typeof value !== "string") throw wrongShape(`annotations[${JSON.stringify(key)}]`, "a string");
    values.push(value);
  }
  const { engine, namespace, origin = () => UNKNOWN } = options;
  const command = commandOf(config);
  return {
    annotations,
    keys,
    values,
    command,
    hasBindMounts: hasBindMounts(config, options.ignoreMount),
    namespace:
      namespace === undefined
        ? trustedNamespace(annotations, engine)
        : knownNamespace(namespace, annotations, engine),
    sandbox: isSandbox(annotations, engine) || (engine === "podman" && isInfra(annotations, command, origin)),
    origin,
  };
}

/**
 * Whether the container has a bind mount that is not one of the engine's own files. Podman and CRI-O ask their own list
 * of user volumes; a `config.json` shows only mounts, so this is the nearest that can be said.
 */
function hasBindMounts(config: RuntimeConfig, ignore?: (mount: OciMount) => boolean): boolean {
  return mountsOf(config).some(
    (mount) => isBind(mount) && !ENGINE_FILES.has(mount.destination) && !(ignore?.(mount) ?? false),
  );
}

/** The mounts of a config, checked: `config_shape` when they are not a list of objects with a destination. */
export function mountsOf(config: RuntimeConfig): OciMount[] {
  const mounts = config.mounts ?? [];
  if (!Array.isArray(mounts)) throw wrongShape("mounts", "a list");
  for (const [at, mount] of mounts.entries()) {
    if (typeof mount !== "object" || mount === null || typeof mount.destination !== "string") {
      throw wrongShape(`mounts[${at}]`, "an object with a destination");
    }
  }
  return mounts;
}

/** The Failure for a part of config.json that has the wrong type; `path` as a person would point at it. */
export function wrongShape(path: string, expected: string): Failure {
  return new Failure("config_shape", `read config.json: ${path} is not ${expected}`, {
    hint: "correct the bundle's config.json, or the tool that wrote it",
  });
}

function isBind(mount: OciMount): boolean {
  if (mount.type === "bind") return true;
  return Array.isArray(mount.options) && (mount.options.includes("bind") || mount.options.includes("rbind"));
}

function commandOf({ process }: RuntimeConfig): string | null | undefined {
  if (process === undefined || process === null) return undefined;
  if (typeof process !== "object" || Array.isArray(process)) throw wrongShape("process", "an object");
  const args = process.args ?? [];
  if (!Array.isArray(args)) throw wrongShape("process.args", "a list");
  const [command] = args;
  if (command === undefined) return null;
  if (typeof command !== "string") throw wrongShape("process.args[0]", "a string");
  return command;
}
