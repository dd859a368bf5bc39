/**
 * The runtime configuration of an image (image-spec, conversion.md): a container with few rights, and on top of it what the
 * image says about its process, its volumes and itself.
 */

import { compareCodePoints } from "../../codec/code-points.ts";
import { goTime } from "../../codec/go-time.ts";
import { Failure } from "../../spec/failure.ts";
import type { IdMaps } from "../../spec/id-map.ts";
import type { ImageConfig, ProcessDefaults } from "../../spec/image.ts";
import type { OciMount, RuntimeConfig } from "../../spec/runtime-config.ts";
import { asRootless, type ResolvConf } from "./rootless.ts";
import { plainConfig } from "./runtime-template.ts";
import type { User } from "./user.ts";

export interface RuntimeConfigOptions {
  /** `root.path`. */
  readonly rootPath: string;
  /** Whom the image's `User` means (user.ts). */
  readonly user: User;
  /** Complete, as `completeMap` gives it. */
  readonly map: IdMaps;
  /** The host's /etc/resolv.conf, for a rootless container; null when there is none. */
  readonly resolvConf: ResolvConf | null;
}

/** The configuration, its fields in the order of the specification. Throws `Failure` `image_unsupported`. */
export function runtimeConfigOf(image: ImageConfig, options: RuntimeConfigOptions): RuntimeConfig {
  if (image.os !== "linux") throw unsupported(`unsupported OS: ${image.os}`);
  const { Entrypoint, Cmd, WorkingDir, Volumes } = image.config ?? {};
  const { user, map } = options;
  const config = plainConfig();
  const args = [...(Entrypoint ?? []), ...(Cmd ?? [])];
  const { process } = config;
  config.process = {
    ...process,
    user: { uid: user.uid, gid: user.gid, ...idsOf(user, map) },
    args: args.length > 0 ? args : (process?.args ?? []),
    env: withHome(mergeEnv(process?.env ?? [], image.config ?? {}), user.home),
    cwd: WorkingDir || "/",
  };
  config.root = { path: options.rootPath };
  const volumes = Object.keys(Volumes ?? {}).sort(compareCodePoints);
  config.mounts = [...(config.mounts ?? []), ...volumes.map(volumeMount)];
  config.annotations = annotationsOf(image);
  config.linux = withMappings(config.linux ?? {}, map);
  return map.rootless ? asRootless(config, options.resolvConf) : config;
}

function idsOf({ additionalGids }: User, { rootless }: IdMaps): { additionalGids?: number[] } {
  return rootless || additionalGids.length === 0 ? {} : { additionalGids: [...additionalGids] };
}

function mergeEnv(base: readonly string[], { Env }: ProcessDefaults): string[] {
  const env = new Map(base.map((pair) => [pair.split("=", 1)[0] ?? "", pair]));
  for (const pair of Env ?? []) {
    const at = pair.indexOf("=");
    const problem = at < 0 ? "must contain '='" : at === 0 ? "must have non-empty name" : undefined;
    if (problem !== undefined) {
      throw unsupported(`parsing image.Config.Env: environment variable ${problem}: ${pair}`);
    }
    env.set(pair.slice(0, at), pair);
  }
  return [...env.values()];
}

/** The image's own HOME is stronger than that of the passwd file. */
function withHome(env: readonly string[], home: string | undefined): string[] {
  const has = env.some((pair) => pair.startsWith("HOME="));
  return home === undefined || has ? [...env] : [...env, `HOME=${home}`];
}

function volumeMount(destination: string): OciMount {
  return {
    destination,
    type: "tmpfs",
    source: "none",
    options: ["rw", "nosuid", "nodev", "noexec", "relatime"],
  };
}

/** What the image says about itself, and on top of it its labels. */
function annotationsOf(image: ImageConfig): { [name: string]: string } {
  const { os, architecture, variant, author, created } = image;
  const { StopSignal, ExposedPorts, Labels } = image.config ?? {};
  const own = {
    os,
    architecture,
    variant,
    author,
    created: created === undefined ? undefined : goTime(created),
    stopSignal: StopSignal,
    exposedPorts: Object.keys(ExposedPorts ?? {})
      .sort(compareCodePoints)
      .join(","),
  };
  const said = Object.entries(own).flatMap(([name, value]) =>
    value ? [[`org.opencontainers.image.${name}`, value] as const] : [],
  );
  const all = new Map<string, string>([...said, ...Object.entries(Labels ?? {})]);
  return Object.fromEntries([...all].sort(([a], [b]) => compareCodePoints(a, b)));
}

function withMappings(linux: NonNullable<RuntimeConfig["linux"]>, map: IdMaps) {
  const { uidMappings, gidMappings } = map;
  if (uidMappings.length === 0 && gidMappings.length === 0) return linux;
  return {
    ...(uidMappings.length > 0 && { uidMappings }),
    ...(gidMappings.length > 0 && { gidMappings }),
    ...linux,
    namespaces: [...(linux.namespaces ?? []), { type: "user" }],
  };
}

function unsupported(problem: string): Failure {
  return new Failure("image_unsupported", problem, {
    hint: "`image config` can change what the image says; `image stat` shows it.",
  });
}
