/** One run of a hook: with what it uses, and with what it remembered undone at poststop, or when it fails. */

import { LinuxError } from "../linux/error.ts";
import { Failure } from "../spec/failure.ts";
import type { Call, Hook } from "./define.ts";
import { Ledger, type Perform, undoLeft } from "./ledger.ts";

/** Stands in the place of what a hook uses, by name, and of `remember`. */
export type Fakes = { readonly [use: string]: unknown };

/** Runs the hook, or undoes. Throws what the hook throws, and as `Ledger`. */
export function perform(hook: Hook, call: Call, options: unknown, fakes: Fakes = {}): void {
  const { undo } = hook;
  const run = (more: object) => hook.run({ ...opened(hook, call, fakes), ...call, ...more, options });
  if (undo === undefined) {
    run({});
    return;
  }
  const undoing: Perform = (action, what) =>
    undo[action]?.(what, { ...opened(hook, { ...call, stage: "poststop" }, fakes), ...call, options });
  if (call.stage === "poststop") undoLeft(call, undoing);
  else if ("remember" in fakes) run({ remember: fakes.remember });
  else runRemembering(new Ledger(hook.name, call, undoing), call, run);
}

function runRemembering(ledger: Ledger, call: Call, run: (more: object) => void): void {
  try {
    run({ remember: (action: string, what: never) => ledger.remember(action, what) });
  } catch (error) {
    undoQuietly(ledger, call);
    throw error;
  } finally {
    ledger.close();
  }
}

/** Why the run failed matters more than what of it could not be undone, which stays in the ledger. */
function undoQuietly(ledger: Ledger, { log }: Call): void {
  try {
    ledger.undo();
  } catch (error) {
    if (!(error instanceof Failure || error instanceof LinuxError)) throw error;
    log(error.message);
  }
}

/** What a hook uses at that stage, by name; those in `instead` are not opened. */
function opened({ uses }: Hook, call: Call, instead: Fakes): { [name: string]: unknown } {
  const pairs = Object.entries(uses)
    .filter(([, { stages }]) => stages.includes(call.stage))
    .map(([name, use]) => [name, name in instead ? instead[name] : use.open(call)]);
  return Object.fromEntries(pairs);
}
