/** Changes of an image's configuration and annotations as `image config` asks for them. Everything else in them stays. */

import { Failure } from "../../spec/failure.ts";
import type { ImageConfig, Manifest, ProcessDefaults } from "../../spec/image.ts";
import { timeOf } from "./history.ts";

/** A list that is given replaces the one of the image; what is given of a map is added to it. */
export interface ConfigChange {
  /** Keys of what is emptied before anything is set, such as `config.labels`. */
  readonly clear: readonly string[];
  readonly created?: string;
  readonly author?: string;
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
  readonly user?: string;
  readonly stopSignal?: string;
  readonly workingDir?: string;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  /** `NAME=VALUE` each, like the two below. */
  readonly env: readonly string[];
  readonly labels: readonly string[];
  readonly annotations: readonly string[];
}

const CLEARED: { readonly [key: string]: keyof ProcessDefaults & string } = {
  "config.labels": "Labels",
  "config.exposedports": "ExposedPorts",
  "config.env": "Env",
  "config.volume": "Volumes",
  "config.cmd": "Cmd",
  "config.entrypoint": "Entrypoint",
};
const ANNOTATIONS = "manifest.annotations";

/** The image with the changes made. Throws `Failure` `change_invalid` or `time_invalid`. */
export function changeImage(
  image: { config: ImageConfig; manifest: Manifest },
  change: ConfigChange,
): { config: ImageConfig; manifest: Manifest } {
  const cleared = clear(image, change.clear);
  const { created, author, os, architecture, variant } = change;
  const config = {
    ...cleared.config,
    ...(created !== undefined && { created: timeOf(created, "parse --created") }),
    ...(author !== undefined && { author }),
    ...(architecture !== undefined && { architecture }),
    ...(os !== undefined && { os }),
    ...(variant !== undefined && { variant }),
    config: changeDefaults(cleared.config.config ?? {}, change),
  };
  const annotations = {
    ...cleared.manifest.annotations,
    ...Object.fromEntries(change.annotations.map((pair) => splitPair(pair, "manifest.annotation"))),
  };
  return { config, manifest: { ...cleared.manifest, annotations } };
}

function clear<T extends { config: ImageConfig; manifest: Manifest }>(image: T, keys: readonly string[]): T {
  const defaults = { ...image.config.config };
  let { annotations } = image.manifest;
  for (const key of keys) {
    if (key === "rootfs.diffids") throw invalid("--clear=rootfs.diffids is not safe");
    const field = Object.hasOwn(CLEARED, key) ? CLEARED[key] : undefined;
    if (field !== undefined) delete defaults[field];
    else if (key === ANNOTATIONS) annotations = {};
    else throw invalid(`unknown key to --clear: ${key}`);
  }
  const manifest = { ...image.manifest, ...(annotations !== undefined && { annotations }) };
  return { ...image, config: { ...image.config, config: defaults }, manifest };
}

function changeDefaults(defaults: ProcessDefaults, change: ConfigChange): ProcessDefaults {
  const { user, stopSignal, workingDir, entrypoint, cmd, exposedPorts, volumes, env, labels } = change;
  return {
    ...defaults,
    ...(user !== undefined && { User: user }),
    ...(stopSignal !== undefined && { StopSignal: stopSignal }),
    ...(workingDir !== undefined && { WorkingDir: workingDir }),
    ExposedPorts: { ...defaults.ExposedPorts, ...names(exposedPorts) },
    Env: mergeEnv(defaults.Env ?? [], env),
    ...(entrypoint !== undefined && { Entrypoint: [...entrypoint] }),
    ...(cmd !== undefined && { Cmd: [...cmd] }),
    Volumes: { ...defaults.Volumes, ...names(volumes) },
    Labels: {
      ...defaults.Labels,
      ...Object.fromEntries(labels.map((pair) => splitNamed(pair, "config.label"))),
    },
  };
}

/** A variable takes the place of one with its name, or comes last. */
function mergeEnv(old: readonly string[], added: readonly string[]): string[] {
  const env = [...old];
  for (const pair of added) {
    const [name] = splitNamed(pair, "config.env");
    const at = env.findIndex((one) => one.split("=", 1)[0] === name);
    if (at < 0) env.push(pair);
    else env[at] = pair;
  }
  return env;
}

function names(list: readonly string[]): { [name: string]: Record<string, never> } {
  return Object.fromEntries(list.map((name) => [name, {}]));
}

function splitNamed(pair: string, what: string): [name: string, value: string] {
  const named = splitPair(pair, what);
  if (named[0] === "") throw invalid(`${what}: must have non-empty name: ${pair}`);
  return named;
}

function splitPair(pair: string, what: string): [name: string, value: string] {
  const at = pair.indexOf("=");
  if (at < 0) throw invalid(`${what}: must contain '=': ${pair}`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function invalid(message: string): Failure {
  return new Failure("change_invalid", message, { hint: "The image is as it was." });
}
