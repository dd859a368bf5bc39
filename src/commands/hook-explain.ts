/** `hook explain`: definition by definition, which condition held or failed for a container, and the order per stage. */

import { openBundle } from "../bundle/bundle.ts";
import { makeDraft } from "../plan/draft.ts";
import { readPlan } from "../plan/read.ts";
import { digestOf } from "../plan/store.ts";
import { type Explanation, explainPlan } from "../rules/hooks/explain.ts";
import { engineNeed } from "../rules/hooks/match-pattern.ts";
import { loadEngine } from "../rules/hooks/pattern-engine.ts";
import { beginningOf } from "../runtime/beginning.ts";
import { readConfigFile } from "../runtime/config-file.ts";
import { parseConfig } from "../runtime/parse-config.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Plan } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";

export interface ExplainOptions {
  /** A bundle's directory; this or `config`. */
  bundle?: string;
  /** A config.json anywhere. */
  config?: string;
  /** `current`: the plan in force; `definitions`: what `apply` would make of the definitions. */
  plan?: "current" | "definitions";
  /** containerd, crio, docker or podman; by the bundle's path when absent. */
  engine?: string;
  host?: string;
}

export interface Explained extends Explanation {
  /** `sha256:…` of the plan in force; absent for a draft. */
  plan?: string;
  engine?: string;
}

/** Explains; the bundle is not changed. @throws Failure */
export async function hookExplain(roots: Roots, options: ExplainOptions): Promise<Explained> {
  const { config, bundle } = opened(options);
  const { plan, digest } = planFor(roots, options);
  const beginning = beginningOf(bundle, config, options.engine);
  const need = engineNeed(plan);
  const explanation = explainPlan(config, plan, {
    root: roots.root,
    storeDir: roots.store,
    plan: digest ?? digestOf("a draft"),
    runtimeName: plan.runtime?.slice(plan.runtime.lastIndexOf("/") + 1) ?? "runc",
    spoolHostDir: `${roots.spool}/${"0".repeat(32)}`,
    ...beginning,
    ...(need === "none" ? {} : { patterns: await loadEngine(need) }),
  });
  return {
    ...explanation,
    ...(digest === undefined ? {} : { plan: `sha256:${digest}` }),
    ...(beginning.engine === undefined ? {} : { engine: beginning.engine }),
  };
}

function opened({ bundle, config }: ExplainOptions): { config: RuntimeConfig; bundle: string } {
  if (bundle !== undefined && config === undefined) {
    const { dir, config: found } = openBundle(bundle);
    return { config: found, bundle: dir };
  }
  if (config !== undefined && bundle === undefined) {
    return { config: parseConfig(readConfigFile(config)).config, bundle: config };
  }
  throw new Failure("usage", "explain: give either a bundle or a config.json", {
    hint: "hookwright hook explain --bundle DIR, or --config FILE",
    exitCode: EXIT.usage,
  });
}

function planFor(roots: Roots, options: ExplainOptions): { plan: Plan; digest?: string } {
  if (options.plan === "definitions") {
    return { plan: { ...makeDraft(roots, options).content, generation: 0, created: "" } };
  }
  const inForce = readPlan(roots);
  if (inForce !== undefined) return inForce;
  throw new Failure("no_plan", "explain: there is no plan in force", {
    hint: "run `hookwright apply`, or explain what is not applied yet with --plan definitions",
  });
}
