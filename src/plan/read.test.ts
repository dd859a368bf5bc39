/** A15: a plan that is truncated, swapped, replayed under another name or writable for others is never read. Portable. */

import { equal, test, throws } from "../../test/portable/api.ts";
import { mkdirAll, removeTree } from "../linux/directory.ts";
import { chmod, lchown } from "../linux/inode.ts";
import { symlink, unlinkIfThere } from "../linux/link.ts";
import { encode, sha256 } from "../linux/primitive.ts";
import { replaceFile } from "../linux/replace.ts";
import { makeTemporaryDirectory } from "../linux/temporary.ts";
import { Failure } from "../spec/failure.ts";
import { type Roots, rootsAt } from "../spec/roots.ts";
import { planPath, readPlan } from "./read.ts";

const TEXT = `{"created":"2026-01-01T00:00:00.000Z","definitions":[],"generation":1,"guard":"${"a".repeat(64)}","version":1}`;

function digest(text: string): string {
  let hex = "";
  for (const byte of sha256(encode(text))) hex += byte.toString(16).padStart(2, "0");
  return hex;
}

function withRoot(work: (roots: Roots) => void): void {
  const path = makeTemporaryDirectory("/var/lib/hookwright-test-");
  try {
    chmod(path, 0o755);
    const roots = rootsAt(path);
    mkdirAll(roots.plans);
    work(roots);
  } finally {
    removeTree(path);
  }
}

/** Puts a text in force under the digest of `named`. */
function put(roots: Roots, text: string, named = text, link = `${digest(named)}.json`): void {
  replaceFile(planPath(roots, digest(named)), text, { mode: 0o444 });
  unlinkIfThere(roots.current);
  symlink(link, roots.current);
}

function refusedAs(roots: Roots, code: string): void {
  const error = throws(() => readPlan(roots));
  if (!(error instanceof Failure)) throw error;
  equal(error.code, code);
  equal(error.exitCode, 125);
}

test("no link means no plan", () => withRoot((roots) => equal(readPlan(roots), undefined)));

test("a plan in force is read with its digest", () =>
  withRoot((roots) => {
    put(roots, TEXT);
    equal(readPlan(roots)?.digest, digest(TEXT));
    equal(readPlan(roots)?.plan.generation, 1);
  }));

test("A15: a truncated, an empty and a swapped plan are refused by digest", () =>
  withRoot((roots) => {
    for (const text of [TEXT.slice(0, -1), "", TEXT.replace('"generation":1', '"generation":2')]) {
      put(roots, text, TEXT);
      refusedAs(roots, "plan_digest");
    }
  }));

test("A15: another plan under the name is refused, also an older one of ours", () =>
  withRoot((roots) => {
    const older = TEXT.replace('"version":1', '"version":1,"x":0');
    put(roots, older, TEXT);
    refusedAs(roots, "plan_digest");
  }));

test("A15: a link that leads elsewhere, to nothing or to no plan is refused", () =>
  withRoot((roots) => {
    for (const link of [
      "../../etc/passwd",
      `./${digest(TEXT)}.json`,
      "x.json",
      `${digest(TEXT).toUpperCase()}.json`,
    ]) {
      put(roots, TEXT, TEXT, link);
      refusedAs(roots, "plan_link");
    }
    put(roots, TEXT, TEXT, `${"0".repeat(64)}.json`);
    refusedAs(roots, "plan_missing");
    unlinkIfThere(roots.current);
    replaceFile(roots.current, TEXT);
    refusedAs(roots, "plan_link");
  }));

test("A15: a plan that others own or may write, or that lies in such a directory, is refused", () =>
  withRoot((roots) => {
    put(roots, TEXT);
    const path = planPath(roots, digest(TEXT));
    chmod(path, 0o666);
    refusedAs(roots, "plan_untrusted");
    chmod(path, 0o444);
    lchown(path, 12345, -1);
    refusedAs(roots, "plan_untrusted");
    lchown(path, 0, -1);
    chmod(roots.plans, 0o777);
    refusedAs(roots, "plan_untrusted");
    chmod(roots.plans, 0o755);
    symlink(path, `${path}.link`);
    unlinkIfThere(path);
    symlink(`${path}.gone`, path);
    refusedAs(roots, "plan_untrusted");
  }));

test("a plan of another version, or of another shape, is refused by name", () =>
  withRoot((roots) => {
    for (const text of [
      TEXT.replace('"version":1', '"version":2'),
      "[]",
      "null",
      "{}",
      '{"version":1,"definitions":[]}',
      "x",
    ]) {
      put(roots, text);
      refusedAs(roots, "plan_invalid");
    }
  }));
