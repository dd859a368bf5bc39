/**
 * The decision about one container that is about to be created: the plan in force, read anew when `current` leads to another one, and
 * from it the adjustment that gives the container what the wrapper would give it. Its spool is made here.
 */

import { dropRecord, keyOf } from "../container/record.ts";
import { dropSpool, provideSpool } from "../container/spool.ts";
import { LinuxError } from "../linux/error.ts";
import { randomHex } from "../linux/random.ts";
import { linkedDigest, readPlanFile } from "../plan/read.ts";
import { type InjectContext, type Injection, injectPlan } from "../rules/hooks/inject.ts";
import type { LeftOut } from "../rules/hooks/made-beforehand.ts";
import { engineNeed, type PatternEngine } from "../rules/hooks/match-pattern.ts";
import { originIn } from "../rules/hooks/origin.ts";
import { loadEngine } from "../rules/hooks/pattern-engine.ts";
import { Failure } from "../spec/failure.ts";
import type { Hex, Plan } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";
import { adjustmentOf } from "./adjustment.ts";
import { configOf } from "./described.ts";
import { type Dialect, speakable } from "./dialect.ts";
import type { Container, ContainerAdjustment, PodSandbox } from "./generated/nri_pb.ts";

export interface Decision {
  readonly adjustment: ContainerAdjustment | undefined;
  readonly injection: Pick<Injection, "added" | "skipped" | "changed">;
  /** Why the container gets nothing although definitions apply, all of which may be passed over. */
  readonly passedOver?: Failure;
}

interface Known {
  readonly digest: Hex;
  readonly plan: Plan;
  readonly patterns: PatternEngine | undefined;
}

const NOTHING: Decision = { adjustment: undefined, injection: { added: {}, skipped: [], changed: [] } };

export class Decider {
  readonly #roots: Roots;
  readonly #dialect: Dialect;
  readonly #tell: (digest: Hex, leftOut: readonly LeftOut[]) => void;
  #known: Known | undefined;

  /** `tell` hears of each plan when it is first read, and of what cannot be said of it. */
  constructor(roots: Roots, dialect: Dialect, tell: (digest: Hex, leftOut: readonly LeftOut[]) => void) {
    this.#roots = roots;
    this.#dialect = dialect;
    this.#tell = tell;
  }

  /** Throws `Failure` when the container must not be created: as the wrapper, for the plan and for what matching throws. */
  async decide(pod: PodSandbox | undefined, container: Container): Promise<Decision> {
    const known = await this.#inForce();
    if (known === undefined || known.plan.definitions.length === 0) return NOTHING;
    const before = configOf(pod, container);
    const after = structuredClone(before);
    let newKey = false;
    const context = this.#contextOf(known, pod?.namespace, container.id, before, () => {
      newKey = true;
      return randomHex(32);
    });
    const injection = injectPlan(after, known.plan, context);
    try {
      const adjustment = adjustmentOf(before, after);
      if (injection.spool !== undefined) provideSpool(this.#roots, injection.spool.hostDir, newKey);
      return { adjustment, injection };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (!injection.matched.every(({ onFailure }) => onFailure === "continue")) throw error;
      return { ...NOTHING, passedOver: error };
    }
  }

  /** Reads the plan in force, so that what is wrong with it is told before the first container. Throws as `decide`. */
  async prepare(): Promise<void> {
    await this.#inForce();
  }

  /** A container is no more: what its poststop hooks have not taken away goes, such as that of one that was never started. */
  forget(id: string): void {
    const key = keyFor(id);
    dropSpool(`${this.#roots.spool}/${key}`);
    try {
      dropRecord(this.#roots, key);
    } catch (error) {
      // The next `apply` sweeps it.
      if (!(error instanceof LinuxError)) throw error;
    }
  }

  #contextOf(
    { digest, patterns }: Known,
    namespace: string | undefined,
    id: string,
    { annotations }: RuntimeConfig,
    spoolKey: () => string,
  ): InjectContext {
    const { root, store, spool } = this.#roots;
    const engine = this.#dialect.engine?.name;
    // Nobody says the bundle, so no engine's records are found by it: what the annotations tell has to do.
    const origin = originIn({ engine, bundle: "", annotations, rootPath: () => undefined }, () => null);
    return {
      root,
      storeDir: store,
      plan: digest,
      runtimeName: "",
      spoolHostDir: `${spool}/${keyFor(id)}`,
      spoolKey,
      via: "nri",
      origin,
      ...(engine === undefined ? {} : { engine }),
      ...(namespace === undefined || namespace === "" ? {} : { namespace }),
      ...(patterns === undefined ? {} : { patterns }),
    };
  }

  async #inForce(): Promise<Known | undefined> {
    const digest = linkedDigest(this.#roots.current);
    if (digest === undefined) return undefined;
    if (this.#known?.digest === digest) return this.#known;
    const { plan, leftOut } = speakable(readPlanFile(this.#roots, digest), this.#dialect);
    const need = engineNeed(plan);
    const patterns = need === "none" ? undefined : await loadEngine(need);
    this.#known = { digest, plan, patterns };
    this.#tell(digest, leftOut);
    return this.#known;
  }
}

/** Under which name the guard keeps a record of such a container: by its id alone, since nobody has said its bundle. */
function keyFor(id: string): string {
  return keyOf({ id, bundle: "" }, "nri");
}
