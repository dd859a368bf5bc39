/**
 * `enable` or `disable` in a process of its own that is killed before its Nth system call: what is on the disk then is what
 * a power cut or a `kill -9` at that moment leaves. Arguments: enable|disable, root, engine, configuration, wrapper, N. Where
 * it lives to its end it prints how often it made each system call.
 */

import { disableEngine } from "../../src/commands/engine-disable.ts";
import { enableEngine } from "../../src/commands/engine-enable.ts";
import type { EngineName } from "../../src/engines/engine.ts";
import { primitive } from "../../src/host/bun.ts";
import { bind, nr } from "../../src/linux/primitive.ts";
import { rootsAt } from "../../src/spec/roots.ts";

const [verb, root = "", engine = "", engineConfig = "", wrapper = "", fatal = ""] = process.argv.slice(2);
let calls = 0;
const made: { [name: string]: number } = {};
bind({
  ...primitive,
  syscall(...words) {
    calls += 1;
    const name = Object.entries(nr).find(([, number]) => number === words[0])?.[0] ?? String(words[0]);
    made[name] = (made[name] ?? 0) + 1;
    if (calls === Number(fatal)) process.kill(process.pid, "SIGKILL");
    return primitive.syscall(...words);
  },
});
const options = { engine: engine as EngineName, env: process.env };
if (verb === "enable")
  await enableEngine(rootsAt(root), { ...options, engineConfig, wrapper, default: true });
else await disableEngine(rootsAt(root), options);
console.log(JSON.stringify(made));
