/**
 * Where Hookwright keeps things. `--root DIR` or HOOKWRIGHT_ROOT moves everything below DIR, so that tests and rootless
 * users never touch the machine's own directories.
 */

export interface Roots {
  /** What was given as the root, "/" by default. */
  readonly root: string;
  /** Host configuration and definitions: later directories mask earlier ones by file name. */
  readonly config: string;
  readonly definitionDirs: readonly string[];
  readonly state: string;
  readonly plans: string;
  /** The link to the plan in force. */
  readonly current: string;
  readonly store: string;
  /** Seccomp profiles, and the recordings that they were made of. */
  readonly profiles: string;
  /** What hooks have done on the host and how it is undone (spec/ledger.ts). */
  readonly ledger: string;
  readonly log: string;
  readonly events: string;
  /** Gone after a reboot: what is known of the containers that live now. */
  readonly run: string;
  readonly containers: string;
  readonly spool: string;
  /** Of containers that are being recorded. */
  readonly recordings: string;
}

/** The directories below `root`, which must be absolute; "" and "/" mean the machine's own. */
export function rootsAt(root: string): Roots {
  // No pattern: the wrapper and the guard start faster without the RegExp engine.
  let base = root;
  while (base.endsWith("/")) base = base.slice(0, -1);
  const config = `${base}/etc/hookwright`;
  const state = `${base}/var/lib/hookwright`;
  const log = `${base}/var/log/hookwright`;
  const run = `${base}/run/hookwright`;
  return {
    root: base === "" ? "/" : base,
    config,
    definitionDirs: [`${base}/usr/share/hookwright/hooks.d`, `${config}/hooks.d`],
    state,
    plans: `${state}/plans`,
    current: `${state}/plans/current`,
    store: `${state}/store`,
    profiles: `${state}/profiles`,
    ledger: `${state}/ledger`,
    log,
    events: `${log}/events.jsonl`,
    run,
    containers: `${run}/containers`,
    spool: `${run}/spool`,
    recordings: `${run}/recordings`,
  };
}
