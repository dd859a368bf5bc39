/** The last module of the portable tests inside hookwright-host: runs what the others registered. */

import { exit } from "../../src/linux/process.ts";
import { runTests } from "./quickjs.ts";

exit((await runTests()) === 0 ? 0 : 1);
