/** The plan that every engine is given in turn, and what the guard recorded of it. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { EndEvent } from "../../../src/spec/event.ts";
import { applyPlan, hookScript } from "../../support/plan.ts";
import type { TempRoot } from "../../support/root.ts";

/** Runs where the edits are to arrive; prints what it finds of them. */
export const EDITED = [
  "/bin/env",
  "/bin/sh",
  "-c",
  "echo $EDITED; cat /edited/note; head -c 1 /dev/edited | od -An -c; mkdir /tmp/new 2>/dev/null || echo no mkdir",
];
export const EDITS_ARRIVED = "by a definition\nmounted\n  \\0\n";
export const FAILS = "/bin/false";
export const HANGS = "/bin/yes";

/** Of all containers; those of `inside` and `filter` have no words in hooks.d and CDI. */
export async function applyEnginePlan(root: TempRoot): Promise<void> {
  mkdirSync(`${root.work}/edited`);
  writeFileSync(`${root.work}/edited/note`, "mounted\n");
  const hook = (name: string, body: string, timeout = 20) => ({
    version: "1.0.0",
    hook: { path: hookScript(root.root, name, body), timeout },
    guard: { interpreter: "pin" },
  });
  await applyPlan(root.root, {
    before: { ...hook("before", "cat >/dev/null"), when: { always: true }, stages: ["prestart"] },
    outside: {
      ...hook("outside", "cat >/dev/null"),
      when: { always: true },
      stages: ["createRuntime", "createContainer", "poststart", "poststop"],
    },
    inside: { ...hook("inside", "exit 0"), when: { always: true }, stages: ["startContainer"] },
    fails: {
      ...hook("fails", "echo the hook says no >&2; exit 3"),
      when: { commands: [`^${FAILS}$`] },
      stages: ["createRuntime"],
    },
    hangs: {
      ...hook("hangs", "sleep 60 & sleep 60", 1),
      when: { commands: [`^${HANGS}$`] },
      stages: ["createRuntime"],
    },
    edits: {
      version: "1.0.0",
      when: { commands: [`^${EDITED[0]}$`] },
      edits: {
        env: ["EDITED=by a definition"],
        mounts: [{ hostPath: `${root.work}/edited`, containerPath: "/edited", options: ["bind", "ro"] }],
        deviceNodes: [{ path: "/dev/edited", hostPath: "/dev/zero" }],
      },
    },
    filter: {
      version: "1.0.0",
      when: { commands: [`^${EDITED[0]}$`] },
      edits: {
        seccomp: {
          profile: {
            defaultAction: "SCMP_ACT_ALLOW",
            syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO" }],
          },
        },
      },
    },
  });
}

/** The log of a root, read on from where it was read to before. */
export class Records {
  #read = 0;
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * The end records since the last call, in order of time. An engine may answer before it has run the last hooks: for
   * those of poststop a while is waited.
   */
  async next(patience = 3000): Promise<EndEvent[]> {
    for (let waited = 0; ; waited += 50) {
      const text = existsSync(this.#file) ? readFileSync(this.#file, "utf8") : "";
      const ends = endsIn(text.slice(this.#read));
      const containers = (events: EndEvent[]) => new Set(events.map(({ container }) => container.id)).size;
      const over = ends.filter(({ stage }) => stage === "poststop");
      if (waited < patience && containers(ends) > containers(over)) {
        await Bun.sleep(50);
        continue;
      }
      this.#read = text.length;
      return ends;
    }
  }

  /**
   * The hooks that ran since the last call, by container or of `only` one, in order: `NAME:STAGE`, and what did not end well with its result. crun
   * starts the process, and with it startContainer, beside poststart: these two are put in runc's order.
   */
  async byContainer(only?: string, patience?: number): Promise<string[]> {
    const runs = new Map<string, string[]>();
    const wanted = (await this.next(patience)).filter(
      ({ container }) => only === undefined || container.id === only,
    );
    for (const { hook, stage, result, container } of wanted) {
      const ran = `${hook.name}:${stage}${result === "ok" ? "" : `:${result}`}`;
      runs.set(container.id, [...(runs.get(container.id) ?? []), ran]);
    }
    const swapped = "inside:startContainer outside:poststart";
    return [...runs.values()].map((own) =>
      own.join(" ").replaceAll(swapped, "outside:poststart inside:startContainer"),
    );
  }
}

function endsIn(lines: string): EndEvent[] {
  const events: EndEvent[] = lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
  return events.filter(({ kind }) => kind === "end").sort((a, b) => (a.ts < b.ts ? -1 : 1));
}
