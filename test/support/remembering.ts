/**
 * A hook that makes directories and remembers to remove them, in a process that is killed before its Nth system call. Arguments: the
 * ledger's file, the directory, the pid of the container, N.
 */

import { primitive } from "../../src/host/bun.ts";
import { bind } from "../../src/linux/primitive.ts";
import { runHook } from "../../src/sdk/testing.ts";
import { remembering } from "./remembering-hook.ts";

const [ledger = "", place = "", pid = "", fatal = ""] = process.argv.slice(2);
let calls = 0;
bind({
  ...primitive,
  syscall(...words) {
    calls += 1;
    if (calls === Number(fatal)) process.kill(process.pid, "SIGKILL");
    return primitive.syscall(...words);
  },
});
runHook(remembering(place), {
  stage: "createRuntime",
  env: [`HOOKWRIGHT_LEDGER=${ledger}`],
  state: { pid: Number(pid) },
});
