/** A bpffs of a test's own, for the recorder's pins: also where crun runs, in a mount namespace that was made before. */

import { mkdirSync } from "node:fs";
import { must } from "./command.ts";
import { keeperPid } from "./runtime.ts";

/** Makes `dir` a bpffs; it goes with the test's root. */
export async function mountBpffs(dir: string): Promise<void> {
  mkdirSync(dir);
  const mount = ["mount", "-t", "bpf", "bpf", dir];
  must(mount);
  // Containers get a copy of the mounts of their time; as a shared one it would go with ours.
  must(["mount", "--make-shared", dir]);
  const keeper = await keeperPid();
  if (keeper !== undefined) must(["nsenter", "--target", String(keeper), "--mount", ...mount]);
}
