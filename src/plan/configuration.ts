/** The host configuration: `<config>/hookwright.yaml`, optional and strict, with every default filled in. */

import { readFileSync } from "node:fs";
import { locateYaml } from "../codec/definition/yaml.ts";
import { Failure } from "../spec/failure.ts";
import type { EventSinks } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import { type Problem, problemText, Report } from "./lint/problem.ts";
import { checkStructure } from "./lint/structure.ts";
import { configurationSchema } from "./schema/configuration.ts";

export interface Configuration {
  /** Where it is, or would be. */
  readonly file: string;
  /** Real runtime for a wrapper whose name does not say which. */
  readonly runtime?: string;
  readonly events: EventSinks;
  /** Seconds that all hooks of one container may take together. */
  readonly containerSeconds: number;
  /** By host. */
  readonly registries: { readonly [host: string]: RegistryWords };
  /** Whose hooks are taken from images; nobody's when empty. */
  readonly trust: readonly TrustWords[];
}

/** How one registry is reached. */
export interface RegistryWords {
  readonly mirrors?: readonly string[];
  readonly plainHttp?: boolean;
  readonly certDir?: string;
}

/** A key, a file, and for which image (a digest), repository, or both together it speaks. */
export interface TrustWords {
  readonly image?: string;
  readonly repository?: string;
  readonly key: string;
}

const MAX_BYTES = 64 * 1024 * 1024;
const KEEP = 4;
const CONTAINER_SECONDS = 60;

/** Reads the configuration; the defaults when there is none. Throws `Failure` `configuration_invalid` with all problems. */
export function readConfiguration(roots: Roots): Configuration {
  const file = `${roots.config}/hookwright.yaml`;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return withDefaults(file, {});
    throw new Failure("configuration_unreadable", `read ${file}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (text.replace(/^\s*#.*$/gm, "").trim() === "") return withDefaults(file, {});
  const document = locateYaml(text);
  const report = new Report(file, text, document, "apply");
  const value =
    document.root === undefined ? undefined : checkStructure(configurationSchema, document.root, report);
  if (value === undefined || report.failed) throw invalid(file, report.problems);
  return withDefaults(file, value);
}

interface Written {
  runtime?: string;
  events?: Partial<EventSinks>;
  limits?: { containerSeconds?: number };
  images?: { registries?: Configuration["registries"]; trust?: Configuration["trust"] };
}

function withDefaults(file: string, value: Written): Configuration {
  return {
    file,
    ...(value.runtime === undefined ? {} : { runtime: value.runtime }),
    events: { maxBytes: MAX_BYTES, keep: KEEP, ...value.events },
    containerSeconds: value.limits?.containerSeconds ?? CONTAINER_SECONDS,
    registries: value.images?.registries ?? {},
    trust: value.images?.trust ?? [],
  };
}

function invalid(file: string, problems: readonly Problem[]): Failure {
  const hint = "docs/schema/configuration.json describes every field";
  return new Failure("configuration_invalid", `read ${file}:\n${problems.map(problemText).join("\n")}`, {
    hint,
  });
}
