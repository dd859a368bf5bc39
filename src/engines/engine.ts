/**
 * What every engine's folder exports: how it is found, which file changes to enable us, how it takes note, and how a
 * throw-away container is started on it. All four are driven the same way, by enable.ts and disable.ts.
 */

import type { Path, Value } from "../codec/config/mark.ts";
import type { Machine } from "./machine.ts";

export const ENGINE_NAMES = ["docker", "podman", "containerd", "crio"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Those whose containers have a seccomp filter without a pod that asks for one. */
export const FILTERING_ENGINES = ["docker", "podman", "containerd"] as const;
export type FilteringEngine = (typeof FILTERING_ENGINES)[number];

/** What the runtime, or the handler, is called in an engine's configuration. */
export const HANDLER = "hookwright";

export interface Found {
  /** The engine's program; undefined when it is not installed. */
  readonly binary: string | undefined;
  /** `20.10.24`; undefined when the program does not say. */
  readonly version: string | undefined;
  /** The engine's own configuration. */
  readonly main: string;
  /** All files that it reads, the later having the last word: from them options are inherited. */
  readonly layers: readonly string[];
  /** The file that changes: the same one, or a drop-in. */
  readonly file: string;
  /** Why that file. */
  readonly why: string;
}

/** What enabling is to bring about. */
export interface Wish {
  /** The wrapper's path. */
  readonly wrapper: string;
  /** Whether containers get it that ask for no runtime. */
  readonly default: boolean;
  /** Directory of our hooks.d files. */
  readonly hooks: string;
  /** Where plan and store are: `/`, or what `--root` said. */
  readonly root: string;
  /** Whether NRI plugins are let in. */
  readonly nri: boolean;
}

/** A value to be set, or an element that a list is to have. */
export type Setting =
  | {
      readonly path: Path;
      readonly value: Value /** Nobody else's, whatever is written into it. */;
      readonly own?: true;
    }
  | { readonly path: Path; readonly element: string };

/** How an engine is told of NRI plugins, such as `hookwright nri`. */
export interface Nri {
  /** The version that has it. */
  readonly since: string;
  /** What lets plugins in. */
  readonly enable: Setting;
  /** The version that can be told to create no container while a plugin is missing, and the words for its configuration. */
  readonly requiresSince: string;
  require(plugin: string): string;
}

export interface FileChange {
  readonly file: string;
  readonly format: "json" | "toml";
  readonly settings: readonly Setting[];
}

/** What an engine's files say, without what we put there. */
export type ReadPristine = (file: string) => string | undefined;

/** A runtime as an engine's configuration names it. */
export interface NamedRuntime {
  readonly name: string;
  /** A path, or a name that the engine looks up. */
  readonly program: string;
  /** Whether containers get it that ask for none. */
  readonly default: boolean;
}

export interface Reload {
  /** The command; absent when there is none to run. */
  readonly command?: readonly string[];
  /** What is to be known about it. */
  readonly note?: string;
}

export interface Engine {
  readonly name: EngineName;
  find(machine: Machine): Found;
  /** Name or path of the runtime that containers get now, and what is to be known about it. */
  runtime(
    found: Found,
    read: ReadPristine,
    machine: Machine,
  ): { readonly runtime: string; readonly note?: string };
  changes(found: Found, wish: Wish, read: ReadPristine): FileChange[];
  /** The runtimes that its configuration names, ours among them. */
  runtimes(found: Found, read: ReadPristine): NamedRuntime[];
  /** The directories of hooks.d files that it reads. */
  hookDirectories(found: Found, read: ReadPristine): string[];
  /** What makes the engine read its configuration anew. */
  reload(machine: Machine, disabled: boolean): Reload;
  /** Whether it reads hooks.d files, and from which version on it reads CDI specifications. */
  readonly hooks: boolean;
  readonly cdiSince: string;
  /** Absent where plugins cannot bring hooks: Docker refuses them, and Podman has no plugins. */
  readonly nri?: Nri;
}
