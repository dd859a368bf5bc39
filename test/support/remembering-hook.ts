/** A hook whose work on the host is two directories, and that remembers each before it makes it. */

import { mkdir, rmdir } from "../../src/linux/directory.ts";
import { failedWith } from "../../src/linux/error.ts";
import { defineHook } from "../../src/sdk/define.ts";

/** Makes `place`/a and `place`/b; `then` comes after. */
export function remembering(place: string, then: () => void = () => {}) {
  return defineHook({
    name: "remembering",
    stages: ["createRuntime"],
    undo: {
      remove(path: string) {
        try {
          rmdir(path);
        } catch (error) {
          if (!failedWith(error, "ENOENT")) throw error;
        }
      },
    },
    run({ remember }) {
      for (const name of ["a", "b"]) {
        remember("remove", `${place}/${name}`);
        mkdir(`${place}/${name}`);
      }
      then();
    },
  });
}
