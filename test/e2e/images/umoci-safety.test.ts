/** A layout is valid whenever a writer is killed, and writers beside each other lose nothing of each other's. */

import { beforeEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { validateLayout } from "../../../src/commands/image-validate.ts";
import { withLayout } from "../../../src/media/layout.ts";
import { makeLayout, type TestLayout } from "../../support/layout.ts";
import { built, program } from "../../support/programs.ts";
import { workDirectory } from "../../support/work-directory.ts";

const dir = workDirectory();
let made: TestLayout;
let count = 0;

/** A layout with two tags and one blob of garbage. */
function begin(): void {
  made = makeLayout(`${dir}/${count++}`);
  made.put("garbage", "x");
  const image = made.image();
  made.tags({ a: image, nested: made.list([image]) });
}
beforeEach(begin);

const tags = () => withLayout(made.path, (layout) => layout.references());
const problems = () => validateLayout(made.path).problems;
const temporaries = () => readdirSync(made.path).filter((name) => name.startsWith(".umoci-"));

/** Calls that change something on the disk, or give up the lock. */
const CALLS = "write,fsync,fchown,renameat2,mkdirat,unlinkat,flock";

/** Runs a command that SIGKILL ends at the n-th of its calls; whether it came so far. */
function killedAt(n: number, words: string[]): boolean {
  const inject = `inject=${CALLS}:signal=SIGKILL:when=${n}`;
  const { exitCode, signalCode } = Bun.spawnSync(
    [
      "strace",
      "-f",
      "-qq",
      "-o",
      "/dev/null",
      "-e",
      `trace=${CALLS}`,
      "-e",
      inject,
      program("umoci"),
      ...words,
    ],
    { env: { PATH: process.env.PATH ?? "", SOURCE_DATE_EPOCH: "0" } },
  );
  if (exitCode === 0) return false;
  expect(signalCode).toBe("SIGKILL");
  return true;
}

describe.skipIf(!built("umoci"))("kill -9 at every change leaves the layout valid", () => {
  test.each([
    ["new", () => ["new", "--image", `${made.path}:new`], "new"],
    ["config", () => ["config", "--image", `${made.path}:a`, "--author", "x"], undefined],
    ["config in an index", () => ["config", "--image", `${made.path}:nested`, "--tag", "new"], "new"],
    ["tag", () => ["tag", "--image", `${made.path}:a`, "new"], "new"],
    ["remove", () => ["remove", "--image", `${made.path}:nested`], undefined],
    ["gc", () => ["gc", "--layout", made.path], undefined],
  ])("of %s", (_, words, added) => {
    let n = 1;
    while (killedAt(n++, words())) {
      expect(problems()).toEqual([]);
      const now = tags();
      expect(now).toContain("a");
      if (added !== undefined) expect([0, 1]).toContain(now.filter((tag) => tag === added).length);
      withLayout(made.path, (layout) => layout.collectGarbage());
      expect([problems(), temporaries(), tags()]).toEqual([[], [], now]);
      begin();
    }
    expect(n).toBeGreaterThan(3);
    expect(problems()).toEqual([]);
  });

  test("of init leaves a layout or nothing of that name", () => {
    for (let n = 1; ; n++) {
      const path = `${dir}/made-${n}`;
      if (!killedAt(n, ["init", "--layout", path])) break;
      if (readdirSync(dir).includes(`made-${n}`)) expect(validateLayout(path).problems).toEqual([]);
    }
  });
});

describe.skipIf(!built("umoci"))("writers beside each other", () => {
  const run = async (...words: string[]) => {
    const child = Bun.spawn([program("umoci"), ...words], { stderr: "pipe", stdout: "ignore" });
    const said = await new Response(child.stderr).text();
    return [await child.exited, said];
  };

  test("all get their tags, while garbage is collected", async () => {
    const WRITERS = 4;
    const EACH = 5;
    const wanted: string[] = [];
    const writer = async (name: number) => {
      for (let i = 0; i < EACH; i++) {
        const tag = `w${name}-${i}`;
        wanted.push(tag);
        expect(await run("new", "--image", `${made.path}:${tag}`)).toEqual([0, ""]);
        expect(await run("config", "--image", `${made.path}:${tag}`, "--author", tag)).toEqual([0, ""]);
      }
    };
    const collector = async () => {
      for (let i = 0; i < EACH * 2; i++) expect(await run("gc", "--layout", made.path)).toEqual([0, ""]);
    };
    await Promise.all([...Array.from({ length: WRITERS }, (_, name) => writer(name)), collector()]);
    expect(tags().sort()).toEqual(["a", "nested", ...wanted].sort());
    expect(problems()).toEqual([]);
    expect(temporaries()).toEqual([]);
  });

  test("a collector waits for a blob whose tag is not written yet", async () => {
    const collecting = withLayout(made.path, (layout) => {
      const blob = layout.putBytes(new TextEncoder().encode("late"));
      const waiting = run("gc", "--layout", made.path);
      Bun.sleepSync(1000);
      layout.putReference("late", { mediaType: "application/x", ...blob });
      return waiting;
    });
    expect(await collecting).toEqual([0, ""]);
    expect(tags()).toContain("late");
    expect(problems()).toEqual([]);
  });
});

describe.skipIf(!built("umoci"))("a full disk", () => {
  test("fails with one line, and the layout is as it was", () => {
    const { mount, umount } = { mount: `${dir}/small`, umount: ["umount", `${dir}/small`] };
    Bun.spawnSync(["mkdir", mount]);
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mount]);
    try {
      made = makeLayout(`${mount}/l`);
      made.tags({ a: made.image() });
      Bun.spawnSync(["sh", "-c", `dd if=/dev/zero of=${mount}/fill bs=4k 2>/dev/null`]);
      const { exitCode, stderr } = Bun.spawnSync([program("umoci"), "new", "--image", `${mount}/l:b`]);
      expect([exitCode, stderr.toString().trim().split("\n").length]).toEqual([1, 1]);
      expect(stderr.toString()).toContain("no space left on device");
      expect([tags(), problems(), temporaries()]).toEqual([["a"], [], []]);
    } finally {
      Bun.spawnSync(umount);
    }
  });
});
