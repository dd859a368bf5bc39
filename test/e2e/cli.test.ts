/** The command line as it is installed: what it prints where, with which exit status, from a definition to its events. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, copyFileSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { makeBundle } from "../support/bundle.ts";
import { endRecord, lines, runId, startRecord } from "../support/log.ts";
import { built, hookwright, program } from "../support/programs.ts";
import { tempRoot } from "../support/root.ts";

const root = tempRoot();
afterAll(() => root.remove());
const cli = (...args: string[]) => hookwright(root.root, args);

describe("without any work to do", () => {
  test("--version is one line", async () => {
    expect(await cli("--version")).toMatchObject({ code: 0, stderr: "" });
    expect((await cli("-V")).stdout).toMatch(/^hookwright \d+\.\d+\.\d+\n$/);
  });

  test("help is data, on stdout; a noun without a verb is a mistake, on stderr", async () => {
    const asked = await cli("hook", "--help");
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    expect(asked.stdout).toContain("Examples:\n  hookwright hook list");
    const missing = await cli("hook");
    expect(missing).toMatchObject({ code: 2, stdout: "" });
    expect(missing.stderr).toBe(asked.stdout);
  });

  test.each([
    [["hok"], "Did you mean hook?"],
    [["events", "--format", "xml"], "none of table, json, yaml"],
    [["events", "--format", "{{shout .}}"], 'no function "shout"'],
    [["status", "--root", "relative"], "not an absolute path"],
    [["events", "--since", "yesterday"], "--since"],
  ])("%p exits with 2 and says the mend", async (words, said) => {
    const { code, stdout, stderr } = await cli(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toStartWith("hookwright: ");
    expect(stderr).toContain("\nhint: ");
    expect(stderr).toContain(said);
  });

  test("a failure exits with 1; --debug tells its code", async () => {
    const { code, stderr } = await cli("events", "show", "0199", "--debug");
    expect(code).toBe(1);
    expect(stderr).toContain("hookwright: show run 0199: the log has none");
    expect(stderr).toContain("code: run_unknown");
  });
});

describe("the log", () => {
  const evil = "no\u001b[2J\u0007route\n";
  beforeAll(() => {
    mkdirSync(root.log, { recursive: true });
    const failed = endRecord(2, {
      result: "fail",
      reason: "exit_status",
      message: "it exited with status 3",
      exit: 3,
      stderr: { bytes: evil.length, tail: evil },
    });
    writeFileSync(`${root.events}.1`, lines(startRecord(1), endRecord(1), startRecord(2)));
    writeFileSync(root.events, `${lines(failed)}not a record\n${lines(startRecord(3)).slice(0, 50)}`);
  });

  test("is listed as a table for people", async () => {
    const { code, stdout, stderr } = await cli("events");
    expect(code).toBe(0);
    const [headings = "", ...rows] = stdout.trimEnd().split("\n");
    expect(headings.split(/ {2,}/)).toEqual([
      "TIME",
      "RUN",
      "HOOK",
      "STAGE",
      "CONTAINER",
      "RESULT",
      "MS",
      "REASON",
    ]);
    expect(rows).toHaveLength(2);
    expect(rows[1]).toEndWith("fail    4.20  it exited with status 3");
    expect(stderr).toBe("1 line of the log could not be read and was passed over\n");
  });

  test("is JSON lines, YAML, a template, or ids for machines", async () => {
    const { stdout: json } = await cli("events", "--format", "json");
    const runs = json
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(runs.map(({ run, result }) => [run, result])).toEqual([
      [runId(1), "ok"],
      [runId(2), "fail"],
    ]);
    expect((await cli("events", "--format", "yaml", "--last", "1")).stdout).toStartWith(
      `- run: ${runId(2)}\n`,
    );
    expect((await cli("events", "--format", "{{.hook.name}} {{.end.exit}}")).stdout).toBe(
      "bridge 0\nbridge 3\n",
    );
    expect((await cli("-q", "events", "--result", "failed")).stdout).toBe(`${runId(2)}\n`);
    expect((await cli("events", "--no-headings", "-n", "1")).stdout.split("\n")).toHaveLength(2);
  });

  test("shows one run by the beginning of its id, its output harmless, and what to do", async () => {
    const { code, stdout } = await cli("events", "show", runId(2).slice(0, 13));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^result +fail: it exited with status 3$/m);
    expect(stdout).toContain("  no\\e[2J\\x07route\n");
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(stdout).toContain("What to do:\n  - The hook itself said no");
    const { stderr } = await cli("events", "show", "019ab3c4");
    expect(stderr).toContain("2 ids begin so");
  });

  test("is summed up", async () => {
    const { stdout } = await cli("stats", "--format", "{{.hook}} {{.runs}} {{.failure_rate}}");
    expect(stdout).toBe("bridge 2 0.5\n");
  });

  test("is followed across a rotation until an interrupt", async () => {
    const start = built("hookwright") ? [program("hookwright")] : [process.execPath, "src/cli/main.ts"];
    const child = Bun.spawn([...start, "events", "--follow", "-q"], {
      env: { ...process.env, HOOKWRIGHT_ROOT: root.root },
      stdout: "pipe",
    });
    const seen: string[] = [];
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of child.stdout) seen.push(...decoder.decode(chunk).trim().split("\n"));
    })();
    await Bun.sleep(500);
    appendFileSync(root.events, `\n${lines(endRecord(4))}`);
    await Bun.sleep(500);
    renameSync(root.events, `${root.events}.2`);
    writeFileSync(root.events, lines(endRecord(5)));
    await Bun.sleep(500);
    child.kill("SIGINT");
    expect(await child.exited).toBe(130);
    await reading;
    expect(seen).toEqual([runId(4), runId(5)]);
  });
});

test.skipIf(Bun.which("script") === null)(
  "colours are for terminals, and NO_COLOR switches them off",
  async () => {
    const start = built("hookwright") ? program("hookwright") : `${process.execPath} src/cli/main.ts`;
    const onTerminal = (env: { [name: string]: string }) =>
      Bun.spawnSync(["script", "-qec", `${start} events`, "/dev/null"], {
        env: { PATH: process.env.PATH ?? "", TERM: "xterm", HOOKWRIGHT_ROOT: root.root, ...env },
      }).stdout.toString();
    expect(onTerminal({})).toContain("\u001b[32mok");
    expect(onTerminal({ NO_COLOR: "1" })).not.toContain("\u001b[");
    expect(onTerminal({ HOOKWRIGHT_NO_COLOR: "1" })).not.toContain("\u001b[");
    expect((await cli("events")).stdout).not.toContain("\u001b[");
  },
);

describe.skipIf(!built("hookwright", "hookwright-host"))("from a definition to a bundle", () => {
  const hook = `${root.work}/hook`;
  let bundle: string;
  beforeAll(() => {
    copyFileSync("/bin/busybox", hook);
    bundle = makeBundle(`${root.work}/bundle`, { args: ["/bin/sh"] });
  });

  test("status, add, diff, apply, explain, bundle apply, rollback, remove", async () => {
    expect((await cli("status")).stdout).toContain("none in force");

    const added = await cli(
      "hook",
      "add",
      hook,
      "--name",
      "first",
      "--arg",
      "true",
      "--when-command",
      "^/bin/sh$",
    );
    expect(added).toMatchObject({ code: 0 });
    expect(await cli("hook", "add", hook, "--name", "first", "--arg", "false")).toMatchObject({ code: 1 });

    const pending = await cli("diff", "-q");
    expect(pending).toMatchObject({ code: 1, stdout: "first\n" });

    expect((await cli("apply", "--check")).stdout).toStartWith("1 definition, all fit to apply");
    const applied = await cli("apply");
    expect(applied).toMatchObject({ code: 0 });
    expect(applied.stdout).toMatch(
      /^plan sha256:[0-9a-f]{12}, generation 1, 1 definition: in force\n {2}\+ first\n/,
    );
    expect((await cli("apply")).stdout).toEndWith("in force already\n");
    expect(await cli("diff")).toMatchObject({ code: 0, stdout: "" });
    expect((await cli("hook", "list", "--format", "{{.name}} {{.inForce}}")).stdout).toBe("first yes\n");
    expect((await cli("status", "--format", "{{.generation}} {{.hooks}}")).stdout).toBe("1 1\n");

    const explained = await cli("hook", "explain", "--bundle", bundle, "--format", "json");
    expect(JSON.parse(explained.stdout).definitions[0].conditions[0].condition).toBe("command");

    const dry = await cli("bundle", "apply", "--dry-run", bundle);
    expect(dry.code).toBe(0);
    expect((await cli("bundle", "hooks", "list", bundle)).stderr).toContain("no hooks");

    const options = ["--stage", "poststop", "--path", "/bin/true", "--timeout", "5"];
    expect((await cli("bundle", "hooks", "add", bundle, ...options)).stdout).toContain("added at poststop");
    expect((await cli("bundle", "hooks", "add", bundle, ...options)).stdout).toContain("nothing changed");
    expect((await cli("bundle", "hooks", "list", "-q", bundle)).stdout).toBe("/bin/true\n");
    expect((await cli("bundle", "show", bundle)).stdout).toContain("poststop[0]  /bin/true");
    expect((await cli("bundle", "hooks", "remove", bundle, "--path", "/bin/true")).stdout).toContain(
      "removed 1",
    );

    expect(await cli("rollback")).toMatchObject({ code: 1 });
    expect((await cli("hook", "remove", "frist")).stderr).toContain("did you mean first?");
    expect((await cli("hook", "remove", "first")).code).toBe(0);
    expect((await cli("apply")).stdout).toContain("  - first\n");
    expect((await cli("rollback")).stdout).toContain("is in force again: generation 1, 1 definition");
  });

  test("hook check exits with 1 for errors, and speaks SARIF", async () => {
    const file = `${root.work}/wrong.json`;
    writeFileSync(
      file,
      '{"version":"1.0.0","hook":{"path":"relative"},"when":{"always":true},"stages":["createRuntime"]}',
    );
    const { code, stdout } = await cli("hook", "check", file);
    expect(code).toBe(1);
    expect(stdout).toContain(`error: ${file}:1:`);
    const sarif = await cli("hook", "check", file, "--format", "sarif");
    expect(JSON.parse(sarif.stdout).version).toBe("2.1.0");
  });

  test("a definition that does not fit changes nothing; diff then exits with 2", async () => {
    writeFileSync(`${root.config}/hooks.d/broken.yaml`, "version: 1.0.0\nhooks: {}\n");
    expect(await cli("apply")).toMatchObject({ code: 1, stdout: "" });
    expect(await cli("diff")).toMatchObject({ code: 2, stdout: "" });
    expect((await cli("status")).stdout).toContain("cannot be applied");
  });
});
