/** The one error of the tar reader: the archive breaks its format, or needs more than the reader is willing to hold. */

import { Failure } from "../../spec/failure.ts";

export function malformed(what: string): Failure {
  return new Failure("tar_malformed", `read tar archive: ${what}`, {
    hint: "The archive is damaged or was not made by a tar program; make it again.",
  });
}
