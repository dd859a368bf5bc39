/** `image`: OCI images, wherever they are. */

import type { Noun } from "../grammar.ts";
import { transferVerbs } from "./image-transfer.ts";

export const image: Noun = {
  kind: "noun",
  name: "image",
  summary: "copy images between layouts, archives, engines and registries",
  examples: [
    { command: "hookwright image pull registry.example.com/team/app:1 images:app", means: "from a registry" },
    { command: "hookwright image inspect oci:images:app", means: "what it is" },
  ],
  children: [...transferVerbs],
};
