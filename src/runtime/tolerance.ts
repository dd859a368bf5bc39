/**
 * Whether a container may start although its hooks could not be injected: only when every definition that concerns it
 * says `onFailure: continue`. Asked on the error path only, so it looks at everything anew.
 */

import { foldedKeyCollision } from "../codec/json/folding.ts";
import { factsFor } from "../rules/hooks/inject.ts";
import { engineNeed } from "../rules/hooks/match-pattern.ts";
import { loadEngine } from "../rules/hooks/pattern-engine.ts";
import { selectDefinitions } from "../rules/hooks/select.ts";
import type { PlannedDefinition } from "../spec/plan.ts";
import { beginningOf } from "./beginning.ts";
import { readConfigFile } from "./config-file.ts";
import type { BundleRequest } from "./inject.ts";
import { parseConfig } from "./parse-config.ts";

/** A configuration that cannot be judged concerns every definition of the plan. Never throws. */
export async function mayContinue(request: BundleRequest): Promise<boolean> {
  const { plan } = request;
  let concerned: readonly PlannedDefinition[] = plan.definitions;
  try {
    concerned = await matching(request);
  } catch {
    // All of them, then.
  }
  return concerned.every(({ onFailure }) => onFailure === "continue");
}

async function matching(request: BundleRequest): Promise<readonly PlannedDefinition[]> {
  const { plan, roots, digest, bundle, runtimeName } = request;
  const { doc, config } = parseConfig(readConfigFile(request.config ?? `${bundle}/config.json`));
  if (foldedKeyCollision(doc) !== undefined) return plan.definitions;
  const patterns = await loadEngine(engineNeed(plan));
  const facts = factsFor(config, plan, {
    root: roots.root,
    storeDir: roots.store,
    plan: digest,
    runtimeName,
    spoolHostDir: `${roots.spool}/none`,
    ...beginningOf(bundle, config),
  });
  return selectDefinitions(plan.definitions, facts, patterns).matched;
}
