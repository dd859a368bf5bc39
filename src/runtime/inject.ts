/**
 * A plan into a bundle: config.json read strictly, changed as a tree, written back without losing a byte that is not
 * ours. Everything that can fail is done before anything is written, and nothing is written when nothing changes.
 */

import { type JsonDocument, readFaithful, writeFaithful } from "../codec/json/faithful.ts";
import { foldedKeyCollision } from "../codec/json/folding.ts";
import { hasOnlyKnownKeys } from "../codec/json/known-keys.ts";
import { writeJson } from "../codec/json/write.ts";
import { beginRecord, type ContainerRecord, containerKey, dropRecord } from "../container/record.ts";
import { dropSpool, provideSpool } from "../container/spool.ts";
import { LinuxError } from "../linux/error.ts";
import { randomHex } from "../linux/random.ts";
import { type Injection, injectPlan } from "../rules/hooks/inject.ts";
import { engineNeed } from "../rules/hooks/match-pattern.ts";
import { loadEngine } from "../rules/hooks/pattern-engine.ts";
import type { Hex, Plan } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";
import { beginningOf } from "./beginning.ts";
import { planOf } from "./carried.ts";
import { type ConfigFile, readConfigFile, writeConfigFile } from "./config-file.ts";
import { parseConfig } from "./parse-config.ts";
import { runPrecreate } from "./precreate.ts";

export interface BundleRequest {
  /** Absolute, as the runtime will say it in the state (bundle-path.ts). */
  bundle: string;
  /** The configuration, when it is not the bundle's config.json. */
  config?: string;
  /** The container's id; without it no record is begun. */
  id?: string;
  roots: Roots;
  plan: Plan;
  digest: Hex;
  /** Base name of the real runtime. */
  runtimeName: string;
  /** Only say what would be written. */
  dryRun?: boolean;
}

export interface BundleInjection {
  injection: Injection;
  /** The configuration's file, its text before and after; the same text when there was nothing to do. */
  path: string;
  before: string;
  after: string;
  /** Set when the container's record could not be begun: its hooks have no common budget. */
  unrecorded?: string;
}

/**
 * Injects the plan into a bundle. Throws `Failure`: `config_…` and `json_…` for a configuration that cannot be read,
 * means two things, or cannot be replaced; `spool_unavailable`; and what `injectPlan` throws. The bundle is then as it was.
 */
export async function injectBundle(request: BundleRequest): Promise<BundleInjection> {
  const { bundle, roots } = request;
  const file = readConfigFile(request.config ?? `${bundle}/config.json`);
  const { doc, config } = readUnambiguous(file);
  const { plan, digest } = planOf(file.text, config, bundle, request, roots);
  const key = containerKey(request.id ?? "", bundle);
  const need = engineNeed(plan);
  const patterns = need === "none" ? undefined : await loadEngine(need);
  let newKey = false;
  const record = new Recorded(roots, key, { ...request, digest });
  const injection = record.orNone(() =>
    injectPlan(config, plan, {
      root: roots.root,
      storeDir: roots.store,
      plan: digest,
      runtimeName: request.runtimeName,
      spoolHostDir: `${roots.spool}/${key}`,
      spoolKey: () => {
        newKey = true;
        return randomHex(32);
      },
      ...beginningOf(bundle, config),
      ...(patterns === undefined ? {} : { patterns }),
      ...(request.dryRun
        ? {}
        : {
            precreate: (definition) => {
              record.begin();
              const annotations = config.annotations ?? {};
              return runPrecreate(
                definition,
                { ...request, plan, digest },
                { id: request.id ?? "", bundle, annotations },
              );
            },
          }),
    }),
  );
  const after = injection.changed.length > 0 ? print(doc, injection.changed) : file.text;
  const result: BundleInjection = { injection, path: file.path, before: file.text, after };
  if (request.dryRun !== true) commit(request, result, file, record, newKey);
  return result;
}

function readUnambiguous(file: ConfigFile): { doc: JsonDocument; config: RuntimeConfig } {
  const doc = readFaithful(file.text, file.path);
  if (doc !== undefined && isObject(doc.value) && hasOnlyKnownKeys(doc.value)) {
    return { doc, config: doc.value as RuntimeConfig };
  }
  const parsed = parseConfig(file);
  const collision = foldedKeyCollision(parsed.doc);
  if (collision !== undefined) throw collision;
  return parsed;
}

function print(doc: JsonDocument, changed: readonly string[]): string {
  return writeFaithful(doc, changed) ?? writeJson(doc, changed);
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Writes: spool and record first, because they can be taken back, then the configuration. */
function commit(
  { roots }: BundleRequest,
  result: BundleInjection,
  file: ConfigFile,
  record: Recorded,
  newKey: boolean,
): void {
  const { spool, matched } = result.injection;
  const made = spool !== undefined && provideSpool(roots, spool.hostDir, newKey);
  if (matched.some(({ entry }) => entry !== undefined)) record.begin();
  if (record.problem !== undefined) result.unrecorded = record.problem;
  if (result.after === result.before) return;
  record.orNone(() => {
    try {
      writeConfigFile(file, result.after);
    } catch (error) {
      if (made) dropSpool(spool.hostDir);
      throw error;
    }
  });
}

/** The container's record, begun when its first hook is about to run or to be written down, and taken back when that fails. */
class Recorded {
  /** Why it could not be begun: a full /run costs the container its common budget, never its start. */
  problem: string | undefined;
  readonly #roots: Roots;
  readonly #key: string;
  readonly #record: ContainerRecord | undefined;
  #begun = false;

  constructor(roots: Roots, key: string, { id, bundle, digest }: BundleRequest) {
    this.#roots = roots;
    this.#key = key;
    this.#record = id === undefined ? undefined : { id, bundle, plan: digest };
  }

  begin(): void {
    const record = this.#record;
    if (this.#begun || record === undefined) return;
    this.#begun = true;
    this.problem = tried(() => beginRecord(this.#roots, this.#key, record, "anew"));
  }

  orNone<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (this.#begun) tried(() => dropRecord(this.#roots, this.#key));
      throw error;
    }
  }
}

function tried(step: () => void): string | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    if (error instanceof LinuxError) return error.message;
    throw error;
  }
}
