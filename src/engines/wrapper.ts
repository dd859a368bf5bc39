/** Which file an engine is to start: the wrapper of the name that leads to the runtime which it starts now. */

import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { checkTrusted } from "../linux/trust.ts";
import { Failure } from "../spec/failure.ts";

/**
 * The wrapper for a runtime, a name or a path: `hookwright-NAME` beside the program that runs, which looks NAME up. `named`
 * is taken as it is. @throws Failure `wrapper_missing`, `wrapper_untrusted`
 */
export function wrapperFor(runtime: string, named: string | undefined): string {
  const name = runtime.slice(runtime.lastIndexOf("/") + 1);
  const path = named ?? `${dirname(process.execPath)}/hookwright-${name}`;
  let real: string;
  try {
    real = realpathSync(path);
  } catch (error) {
    throw new Failure("wrapper_missing", `find the wrapper: ${path} does not exist`, {
      hint: `name it with --wrapper; for a runtime other than runc and crun make a link: ln -s hookwright-runc ${path}`,
      cause: error,
    });
  }
  const trust = checkTrusted(real);
  if (trust.ok) return path;
  throw new Failure("wrapper_untrusted", `use the wrapper ${path}: ${trust.message}`, {
    hint: "install it where only root can change it; the engine starts it for every container",
  });
}
