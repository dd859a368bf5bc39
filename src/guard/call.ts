/**
 * How a runtime calls the guard. The words stand in config.json, where the injector wrote them (`OciHook` of ours):
 * `hookwright-guard <store>/<entry hex> <stage> <plan hex> [runtime [via [namespace]]]`, `hookwright-guard collect <spool> <plan hex>`
 * or `hookwright-guard begin "" <plan hex>`. The guard itself puts `takeover <facts>` in front of these words (takeover.ts), and
 * `reconcile` says `left` for the way.
 */

import { type Via, viaOf } from "../rules/hooks/own-entry.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { LEFT } from "../spec/ledger.ts";
import { type Hex, isHex } from "../spec/plan.ts";
import { isStage, type Stage } from "../spec/stage.ts";

export interface Call {
  /** Absolute path of the entry; what else the run needs lies beside it. */
  entry: string;
  /** The name of that file: the digest that config.json promises. */
  digest: Hex;
  /** The directory of the store, on the host or inside the container. */
  store: string;
  stage: Stage;
  /** Digest of the plan that injected this run. */
  plan: Hex;
  /** The runtime's name, when the injector knew it. */
  runtime?: string;
  /** Which way the entry came, when the wrapper did not write it. */
  via?: Via;
  /** The pod's namespace, when the engine said it to the injector. Nobody but an injector writes these words. */
  namespace?: string;
  /** No runtime calls: only what the hook has left behind is to be undone, for a container that is gone. */
  left?: true;
}

export interface CollectCall {
  spool: string;
  plan: Hex;
}

const USAGE =
  "hookwright-guard is started by an OCI runtime: hookwright-guard ENTRY STAGE PLAN [RUNTIME [VIA [NAMESPACE]]]";

/** Reads `argv` (argv[0] included). Throws `Failure` `usage` with exit status 125. */
export function parseCall(argv: readonly string[]): Call {
  const [, entry = "", stage = "", plan = "", runtime, way, namespace] = argv;
  const slash = entry.lastIndexOf("/");
  const digest = entry.slice(slash + 1);
  if (entry[0] !== "/" || !isHex(digest)) throw wrong(`the entry "${entry}" is no absolute path to a digest`);
  if (!isStage(stage)) throw wrong(`"${stage}" is no stage`);
  if (!isHex(plan)) throw wrong(`the plan "${plan}" is no digest`);
  const call: Call = { entry, digest, store: entry.slice(0, slash), stage, plan };
  if (runtime !== undefined && runtime !== "") call.runtime = runtime;
  const via = viaOf(way);
  if (via !== undefined) call.via = via;
  if (via === "nri" && namespace !== undefined && namespace !== "") call.namespace = namespace;
  if (way === LEFT) call.left = true;
  return call;
}

/** Reads `[…, "collect", spool, plan]`. Throws as `parseCall`. */
export function parseCollectCall(argv: readonly string[]): CollectCall {
  const [, , spool = "", plan = ""] = argv;
  if (spool[0] !== "/") throw wrong(`the spool "${spool}" is no absolute path`);
  if (!isHex(plan)) throw wrong(`the plan "${plan}" is no digest`);
  return { spool, plan };
}

/** Reads `[…, "begin", "", plan]`. Throws as `parseCall`. */
export function parseBeginCall(argv: readonly string[]): Hex {
  const [, , , plan = ""] = argv;
  if (!isHex(plan)) throw wrong(`the plan "${plan}" is no digest`);
  return plan;
}

function wrong(what: string): Failure {
  return new Failure("usage", `read the guard's arguments: ${what}`, { hint: USAGE, exitCode: EXIT.own });
}
