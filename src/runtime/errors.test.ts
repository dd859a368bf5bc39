/** The wrapper's own errors, in the words and the form of the runtime it stands in front of. */

import { expect, test } from "bun:test";
import { Failure } from "../spec/failure.ts";
import { describe as describeError, logLine } from "./errors.ts";

const time = "2026-11-23T21:09:32Z";

test("a JSON line has runc's three members", () => {
  expect(JSON.parse(logLine("error", 'a "b"\nc', "json", time))).toEqual({
    level: "error",
    msg: 'a "b"\nc',
    time,
  });
});

test("a text line is logrus's, on one line whatever the message holds", () => {
  expect(logLine("warning", "two\nlines", undefined, time)).toBe(
    `time="${time}" level=warning msg="two\\nlines"\n`,
  );
});

test("a failure says its mend", () => {
  expect(describeError(new Failure("x", "read /a: no", { hint: "Do that." }))).toBe("read /a: no. Do that.");
});
