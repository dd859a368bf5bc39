import { expect, test } from "bun:test";
import { Failure } from "../spec/failure.ts";
import { type Parsed, parse } from "./parse.ts";
import { tree } from "./tree.ts";

const verb = (words: string[], env = {}) => parse(tree, words, env) as Extract<Parsed, { kind: "verb" }>;

function refusal(words: string[], env = {}): string {
  try {
    parse(tree, words, env);
  } catch (error) {
    if (error instanceof Failure) return `${error.exitCode} ${error.message} ${error.hint}`;
    throw error;
  }
  return "accepted";
}

test("flags of every command stand before or after the verb", () => {
  for (const words of [
    ["--root", "/r", "-q", "hook", "list"],
    ["hook", "-q", "list", "--root=/r"],
    ["hook", "list", "--root", "/r", "-q"],
  ]) {
    const { path, globals } = verb(words);
    expect(path).toEqual(["hook", "list"]);
    expect([globals.text("root"), globals.on("quiet"), globals.on("no-color")]).toEqual(["/r", true, false]);
  }
});

test("a flag that may be repeated gives a list, any other its last value", () => {
  const { flags } = verb(["events", "--hook", "a", "--hook=b", "--since", "1h", "--since", "2h"]);
  expect(flags.list("hook")).toEqual(["a", "b"]);
  expect(flags.text("since")).toBe("2h");
});

test("a noun that is a verb by itself takes flags, and has verbs of its own", () => {
  expect(verb(["events", "-f"]).path).toEqual(["events"]);
  expect(verb(["events", "show", "01"]).args).toEqual(["01"]);
});

test("switches that begin with no- are on when they are given", () => {
  const { globals, flags } = verb(["hook", "check", "f", "--no-programs", "--no-trunc"]);
  expect([flags.on("no-programs"), globals.on("no-trunc"), globals.on("no-headings")]).toEqual([
    true,
    true,
    false,
  ]);
});

test("the environment stands for flags, the command line wins", () => {
  const env = {
    HOOKWRIGHT_ROOT: "/env",
    HOOKWRIGHT_EVENTS_HOOK: "a\nb",
    HOOKWRIGHT_EVENTS_FOLLOW: "1",
    HOOKWRIGHT_QUIET: "0",
    HOOKWRIGHT_NO_COLOR: "1",
  };
  const { flags, globals } = verb(["events"], env);
  expect([globals.text("root"), globals.on("quiet"), globals.on("no-color")]).toEqual(["/env", false, true]);
  expect([flags.list("hook"), flags.on("follow")]).toEqual([["a", "b"], true]);
  expect(verb(["events", "--root", "/line"], env).globals.text("root")).toBe("/line");
});

test("the guard's program has the variable that the wrapper's tools know", () => {
  expect(verb(["apply"], { HOOKWRIGHT_HOST: "/h" }).flags.text("host")).toBe("/h");
});

test.each<[string[], string]>([
  [["hok", "list"], "Did you mean hook?"],
  [["hook", "lst"], "Did you mean list?"],
  [["evnts"], "Did you mean events?"],
  [["events", "--sinc", "1h"], "Did you mean --since?"],
  [["events", "show"], "Run `hookwright events show --help`"],
  [["events", "shw"], "too many arguments"],
  [["events", "--stage", "creatRuntime"], "Use one of precreate, prestart, createRuntime"],
  [["events", "--root"], "argument missing"],
  [["bundle", "hooks", "add", "b", "--stage", "poststop"], "--path is missing"],
])("%p is a usage error that says the mend", (words, said) => {
  expect(refusal(words)).toStartWith("2 ");
  expect(refusal(words)).toContain(said);
});

test("a wrong word in an environment variable is a usage error too", () => {
  expect(refusal(["events"], { HOOKWRIGHT_EVENTS_STAGE: "nowhere" })).toStartWith("2 ");
});

test.each<[string[], string, boolean]>([
  [["--help"], "", true],
  [[], "", false],
  [["hook"], "hook", false],
  [["hook", "list", "-h"], "hook list", true],
  [["help", "bundle", "hooks"], "bundle hooks", true],
  [["-h", "events", "show"], "", true],
])("%p asks for help", (words, path, asked) => {
  const parsed = parse(tree, words, {});
  expect(parsed).toMatchObject({ kind: "help", asked });
  if (parsed.kind === "help") expect(parsed.path.join(" ")).toBe(path);
});

test("--version is told from anywhere", () => {
  expect(parse(tree, ["--version"], {})).toEqual({ kind: "version" });
  expect(parse(tree, ["-q", "-V"], {})).toEqual({ kind: "version" });
});
