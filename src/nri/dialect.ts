/**
 * What can be said to a runtime over NRI, which its version tells; and what becomes of a definition that cannot be said: it is left
 * out as a whole, as in hooks.d files and devices, because half a definition would be another one.
 */

import { engineOf } from "../engines/all.ts";
import type { Engine } from "../engines/engine.ts";
import { isAtLeast } from "../engines/machine.ts";
import type { LeftOut } from "../rules/hooks/made-beforehand.ts";
import type { Plan, PlannedDefinition } from "../spec/plan.ts";
import { PRECREATE } from "../spec/stage.ts";

/** A runtime as it has introduced itself. */
export interface Dialect {
  /** `containerd 1.7.24`, for messages. */
  readonly name: string;
  readonly version: string;
  /** Undefined for one that is not known. */
  readonly engine: Engine | undefined;
  readonly rlimits: boolean;
  readonly seccomp: boolean;
}

const ENGINES: { readonly [name: string]: "containerd" | "crio" } = {
  containerd: "containerd",
  "cri-o": "crio",
  crio: "crio",
};

/** Since which version an engine knows a thing. */
const SINCE = {
  rlimits: { containerd: "1.7.7", crio: "1.29" },
  seccomp: { containerd: "2.2", crio: "1.34" },
} as const;

/** The dialect of a runtime; one that is not known is spoken to in the oldest. */
export function dialectOf(name: string, version: string): Dialect {
  const known = ENGINES[name.toLowerCase()];
  const numbers = /\d+\.\d+(\.\d+)?/.exec(version)?.[0] ?? "0";
  const since = (thing: keyof typeof SINCE) => known !== undefined && isAtLeast(numbers, SINCE[thing][known]);
  return {
    name: `${name} ${numbers}`,
    version: numbers,
    engine: known === undefined ? undefined : engineOf(known),
    rlimits: since("rlimits"),
    seccomp: since("seccomp"),
  };
}

/** The plan with what can be said in this dialect, and what is left out of it. */
export function speakable(plan: Plan, dialect: Dialect): { plan: Plan; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const definitions = plan.definitions.filter((definition) => {
    const why = unfit(definition, dialect);
    if (why !== undefined) leftOut.push({ name: definition.name, why });
    return why === undefined;
  });
  return { plan: { ...plan, definitions }, leftOut };
}

function unfit(definition: PlannedDefinition, dialect: Dialect): string | undefined {
  const { position, edits = {}, entry, stages, when } = definition;
  if (when.sandbox === true) return "NRI asks nothing about sandboxes";
  if (stages.includes(PRECREATE)) return "a hook of precreate is run by the wrapper only";
  if (position === "prepend" && entry !== undefined)
    return "its hook goes before all others, and NRI adds hooks behind them";
  if (edits.removeEnv !== undefined) return "over NRI no variable can be taken away";
  if (edits.additionalGids !== undefined) return "NRI has no groups";
  if (edits.rlimits !== undefined && !dialect.rlimits) return `${dialect.name} takes no rlimits over NRI`;
  if (edits.seccomp !== undefined && !dialect.seccomp)
    return `${dialect.name} takes no seccomp profile over NRI`;
  for (const { path, type, permissions } of edits.deviceNodes ?? []) {
    if (type === "p") return `NRI makes no pipes, such as ${path}`;
    // The runtime allows reading and writing, whatever is asked for.
    if (permissions !== undefined && permissions !== "rw" && permissions !== "rwm")
      return `NRI gives rw on ${path}, not ${permissions}`;
  }
  return undefined;
}
