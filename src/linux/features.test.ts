/** The kernel that the tests run on has all calls; one that answers ENOSYS or EPERM is what a primitive says it is. */

import { afterEach, expect, test } from "bun:test";
import { primitive } from "../host/bun.ts";
import { knowledgeOf, type ProbedCall } from "./features.ts";
import { bind, nr } from "./primitive.ts";

const CALLS: ProbedCall[] = [
  "openat2",
  "execveat",
  "memfd_create",
  "statx",
  "close_range",
  "clone3",
  "pidfd_open",
  "fsopen",
  "open_tree",
  "move_mount",
  "mount_setattr",
  "bpf",
];

bind(primitive);
afterEach(() => bind(primitive));

test.each(CALLS)("%s is there, and an answer of a filter is told from it", (call) => {
  expect(knowledgeOf(call)).toBe("there");
  for (const [errno, said] of [
    [38, "absent"],
    [1, "refused"],
  ] as const) {
    bind({
      ...primitive,
      syscall: (number, ...words) => (number === nr[call] ? -errno : primitive.syscall(number, ...words)),
    });
    expect(knowledgeOf(call)).toBe(said);
  }
});
