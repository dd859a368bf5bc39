/** What the runs of a hook share, for whatever container they are: a document of JSON below the state directory, under a lock. */

import { close } from "../linux/descriptor.ts";
import { list } from "../linux/directory.ts";
import { lockDirectory, removeIfEmpty } from "../linux/directory-lock.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { readTextIfThere } from "../linux/read.ts";
import { replaceFile } from "../linux/replace.ts";
import { exists } from "../linux/stat.ts";
import { Failure } from "../spec/failure.ts";
import type { Json } from "../spec/runtime-config.ts";
import type { Capability } from "./define.ts";

export interface SharedDocument {
  /** What was written last; undefined when there is none. */
  readonly value: unknown;
  /** Replaces it in one step; it is on the disk when this returns. Throws LinuxError. */
  write(value: Json | object): void;
  remove(): void;
}

/**
 * `shared("bridge-network.br0", (document) => …)`: waits for the document's lock, and gives it back when the work has ended or was
 * killed. What a hook remembers, it remembers before it takes this lock, since that is the order in which it is undone. Throws `Failure`
 * `no_state` without a guard, `bad_name` for a name that is not letters, digits, `.`, `-` and `_`; LinuxError.
 */
export type Shared = <T>(name: string, work: (document: SharedDocument) => T) => T;

const LIMIT = 16 * 1024 * 1024;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

export const shared: Capability<Shared, "prestart" | "createRuntime" | "poststart" | "poststop"> = {
  name: "shared",
  stages: ["prestart", "createRuntime", "poststart", "poststop"],
  because: "the state directory is the host's",
  open:
    ({ ledger }) =>
    (name, work) => {
      if (ledger === undefined) {
        throw new Failure("no_state", `use the document ${name}: there is no state directory`, {
          hint: "attach it and start a container; `hookwright hook run` keeps nothing",
        });
      }
      if (name === "" || name[0] === "." || [...name].some((letter) => !LETTERS.includes(letter)))
        throw new Failure("bad_name", `use the document ${JSON.stringify(name)}: it is no name`);
      // The ledger's file is <state>/ledger/<container>/<file>.
      const state = ledger.split("/").slice(0, -3).join("/");
      return withDocument(`${state}/shared/${name}`, work);
    },
};

function withDocument<T>(directory: string, work: (document: SharedDocument) => T): T {
  const fd = lockDirectory(directory, true);
  const path = `${directory}/document.json`;
  try {
    const text = readTextIfThere(path, LIMIT);
    return work({
      value: text === null ? undefined : JSON.parse(text),
      write: (value) => replaceFile(path, JSON.stringify(value), { sync: true }),
      remove: () => void unlinkIfThere(path),
    });
  } finally {
    if (!exists(path)) {
      // What a writer that was killed has left.
      for (const { name } of list(directory)) unlinkIfThere(`${directory}/${name}`);
      removeIfEmpty(directory);
    }
    close(fd);
  }
}
