/** The host configuration, `<config>/hookwright.yaml`: what holds for all definitions of a host. Every field is optional. */

import * as v from "valibot";
import { imagesSchema } from "./images.ts";
import { described, whole, word } from "./words.ts";

const MEBIBYTE = 1024 * 1024;

export const configurationSchema = v.strictObject({
  $schema: v.exactOptional(described("The JSON Schema of this file, for editors.", v.string())),
  runtime: v.exactOptional(
    described(
      "The real runtime, for a wrapper whose name does not say which: a path, or a name that is looked up.",
      v.pipe(word, v.nonEmpty()),
    ),
  ),
  events: v.exactOptional(
    described(
      "Where the records of hook runs go.",
      v.strictObject({
        journald: v.exactOptional(described("Also to journald's socket.", v.boolean())),
        syslog: v.exactOptional(described("Also to syslog's socket.", v.boolean())),
        maxBytes: v.exactOptional(
          described("The file is rotated when it would grow past this; 64 MiB when absent.", whole(MEBIBYTE)),
        ),
        keep: v.exactOptional(described("Rotated files that are kept; 4 when absent.", whole(0, 1000))),
      }),
    ),
  ),
  limits: v.exactOptional(
    described(
      "Limits over all hooks.",
      v.strictObject({
        containerSeconds: v.exactOptional(
          described(
            "Seconds that all hooks of one container may take together; 60 when absent.",
            whole(1, 110),
          ),
        ),
      }),
    ),
  ),
  images: v.exactOptional(
    described("Images: registries, and trust in the hooks that images carry.", imagesSchema),
  ),
});
