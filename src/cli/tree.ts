/** The whole command line. Loading it loads no command: each verb imports its own when it runs. */

import type { Noun } from "./grammar.ts";
import { bundle } from "./nouns/bundle.ts";
import { doctor } from "./nouns/doctor.ts";
import { engine } from "./nouns/engine.ts";
import { events, stats } from "./nouns/events.ts";
import { hook } from "./nouns/hook.ts";
import { image } from "./nouns/image.ts";
import { nri } from "./nouns/nri.ts";
import { planVerbs } from "./nouns/plan.ts";
import { reconcile } from "./nouns/reconcile.ts";
import { seccomp } from "./nouns/seccomp.ts";
import { shellVerbs } from "./nouns/shell.ts";
import { version } from "./nouns/version.ts";

export const tree: Noun = {
  kind: "noun",
  name: "hookwright",
  summary: "attach, run, watch and explain OCI runtime hooks",
  examples: [
    { command: "hookwright apply", means: "check all definitions and put them in force" },
    { command: "hookwright events --follow", means: "watch hooks run" },
  ],
  children: [
    ...planVerbs,
    reconcile,
    hook,
    engine,
    nri,
    bundle,
    image,
    seccomp,
    events,
    stats,
    ...shellVerbs(() => tree),
    doctor,
    version,
  ],
};
