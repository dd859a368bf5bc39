/**
 * The map of the house, kept (DESIGN section 4): which room may ask which, what runs on which engine, and the few rules
 * that make a listing of the files the architecture.
 */

import { describe, expect, test } from "bun:test";
import { closure, type Source, sourcesBelow } from "./support/sources.ts";

/** Each room and the rooms that it may import. */
const MAP: { [room: string]: string[] } = {
  // Nouns of the outside world.
  spec: [],
  // Bytes to nouns and back, and decisions about nouns. Pure.
  codec: ["spec"],
  rules: ["spec", "codec"],
  // The kernel, and the two engines that reach it.
  linux: ["spec"],
  host: ["linux"],
  // What is done with them.
  container: ["spec", "codec", "linux"],
  plan: ["spec", "codec", "rules", "linux", "container", "media"],
  guard: ["spec", "codec", "rules", "linux", "container"],
  sdk: ["spec", "codec", "rules", "linux"],
  author: ["spec", "sdk"],
  runtime: ["spec", "codec", "rules", "linux", "container", "plan", "guard"],
  record: ["spec", "codec", "rules", "linux"],
  layer: ["spec", "codec", "rules", "linux"],
  media: ["spec", "codec", "rules", "linux"],
  bundle: ["spec", "codec", "rules", "linux", "plan", "runtime", "layer", "media"],
  engines: ["spec", "codec", "rules", "linux", "plan"],
  nri: ["spec", "codec", "rules", "linux", "container", "plan", "engines"],
  observe: ["spec"],
  // Looks at all of it, and changes nothing.
  doctor: ["spec", "rules", "linux", "plan", "engines", "observe"],
  // Verbs return data; the command line parses and prints.
  commands: [
    "spec",
    "codec",
    "rules",
    "linux",
    "plan",
    "runtime",
    "record",
    "author",
    "layer",
    "media",
    "bundle",
    "engines",
    "nri",
    "observe",
    "doctor",
  ],
  cli: [
    "spec",
    "codec",
    "rules",
    "plan",
    "layer",
    "bundle",
    "engines",
    "nri",
    "observe",
    "doctor",
    "commands",
  ],
};

/** Where a process starts: only here an engine is chosen and the primitive bound. */
const ENTRIES = [
  "src/cli/main.ts",
  "src/layer/decompress-worker.ts",
  "src/runtime/main.ts",
  "src/guard/main.ts",
  "src/record/main.ts",
  "src/sdk/entry.ts",
  "src/sdk/testing.ts",
];
const APPLETS = ["src/runtime/main.ts", "src/guard/main.ts", "src/record/main.ts"];
/** What a compiled hook is made of. */
const SDK = ["src/sdk/entry.ts", "src/sdk/hook.ts"];

/** npm packages, by the room that may use them. */
const PACKAGES: { [name: string]: string[] } = {
  "@bufbuild/protobuf": ["nri"],
  "@bufbuild/protobuf/codegenv2": ["nri"],
  commander: ["cli"],
  "jsonc-parser": ["codec"],
  re2js: ["codec"],
  "toml-eslint-parser": ["codec"],
  valibot: ["plan"],
  yaml: ["codec", "cli"],
};

const sources = sourcesBelow("src");
const roomOf = (path: string) => path.split("/")[1] ?? "";
const isOurs = (target: string) => target.startsWith("src/");
const isPlatform = (target: string) => /^(node|bun):|^bun$/.test(target);

/** `file: what`, for every breach; an empty list is what each test wants. */
const breaches = (of: Source[], find: (source: Source) => string[]) =>
  of.flatMap((source) => find(source).map((what) => `${source.path}: ${what}`));
const matches = (pattern: RegExp) => (source: Source) =>
  [...source.code.matchAll(pattern)].map(([found]) => found.trim());

describe("rooms", () => {
  test("every file is in a room of the map", () => {
    expect([...new Set(sources.map(({ path }) => roomOf(path)))].filter((room) => !(room in MAP))).toEqual(
      [],
    );
  });

  test.each(Object.entries(MAP))("%s asks only %p", (room, allowed) => {
    const own = sources.filter(({ path }) => roomOf(path) === room && !ENTRIES.includes(path));
    const strangers = breaches(own, ({ imports }) =>
      imports
        .map(({ target }) => target)
        .filter((target) => isOurs(target) && ![room, ...allowed].includes(roomOf(target))),
    );
    expect(strangers).toEqual([]);
  });

  test("host is imported by entry points only", () => {
    const others = sources.filter(({ path }) => !ENTRIES.includes(path) && roomOf(path) !== "host");
    expect(
      breaches(others, ({ imports }) =>
        imports.map(({ target }) => target).filter((target) => roomOf(target) === "host"),
      ),
    ).toEqual([]);
  });

  test("a package is used in its room only", () => {
    const wrong = breaches(sources, ({ path, imports }) =>
      imports
        .map(({ target }) => target)
        .filter(
          (target) =>
            !target.startsWith("src/") &&
            !isPlatform(target) &&
            // The SDK by its own name, in what `hook new` writes.
            !target.startsWith("hookwright/") &&
            !/^(package\.json|docs\/\w+\.md)$/.test(target),
        )
        .filter((name) => !PACKAGES[name]?.includes(roomOf(path))),
    );
    expect(wrong).toEqual([]);
  });
});

describe("purity", () => {
  const pure = sources.filter(({ path }) => ["spec", "codec", "rules"].includes(roomOf(path)));

  test("spec, codec and rules know no platform, no clock and no chance", () => {
    expect(breaches(pure, ({ imports }) => imports.map(({ target }) => target).filter(isPlatform))).toEqual(
      [],
    );
    expect(breaches(pure, matches(/\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\./g))).toEqual(
      [],
    );
  });

  test("system calls are made in linux only", () => {
    const others = sources.filter(({ path }) => !["linux", "host"].includes(roomOf(path)));
    expect(breaches(others, matches(/\b(syscall|addressOf)\(/g))).toEqual([]);
  });

  test("nobody writes to the console; the command line's process does the printing", () => {
    expect(breaches(sources, matches(/\bconsole\./g))).toEqual([]);
    const others = sources.filter(({ path }) => roomOf(path) !== "cli");
    expect(breaches(others, matches(/\bprocess\.std(out|err)\b/g))).toEqual([]);
  });
});

describe.each([...APPLETS, ...SDK])("%s, on both engines", (entry) => {
  const all = closure(entry, true);
  const first = closure(entry, false);

  test("imports nothing of Node or Bun", () => {
    expect(
      breaches(all, ({ imports }) =>
        imports
          .filter((one) => !one.typeOnly)
          .map(({ target }) => target)
          .filter(isPlatform),
      ),
    ).toEqual([]);
  });

  test("uses nothing that QuickJS lacks", () => {
    const lacking =
      /(?<![.\w])(Buffer|TextEncoder|TextDecoder|setTimeout|setInterval|queueMicrotask|structuredClone|fetch|URL|Bun|require)\b(?!:)|\bBig(U?)Int64Array\b|\bIntl\b/g;
    expect(breaches(all, matches(lacking))).toEqual([]);
    // A variable of that name is the container's process.
    const undeclared = all.filter(({ code }) => !/\bprocess\s*[:,})=]/.test(code));
    expect(breaches(undeclared, matches(/(?<![.\w])process\./g))).toEqual([]);
  });

  test("loads RE2 only for a pattern that needs it", () => {
    const packages = (of: Source[]) =>
      of.flatMap(({ imports }) => imports.map(({ target }) => target)).filter((target) => target in PACKAGES);
    expect(packages(first)).toEqual([]);
    expect(packages(all).filter((name) => name !== "re2js")).toEqual([]);
  });

  test("compiles no regular expression but those of a plan: it costs time at every start", () => {
    const literal = matches(/(?<=[=(,:?!&|[]\s*|\breturn\s+)\/(?![/*=\s])[^\n/]+\/[a-z]*/g);
    expect(breaches(first, literal)).toEqual([]);
    const others = first.filter(({ path }) => path !== "src/rules/hooks/pattern-engine.ts");
    expect(breaches(others, matches(/\bRegExp\(/g))).toEqual([]);
  });
});

describe("files", () => {
  const handwritten = sources.filter(({ path }) => !path.includes("/generated/"));
  const lengths = handwritten.map(({ text }) => text.split("\n").length).sort((a, b) => a - b);

  test("are short: at most 300 lines, half of them at most 100", () => {
    expect(
      breaches(handwritten, ({ text }) => (text.split("\n").length > 301 ? ["is too long"] : [])),
    ).toEqual([]);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(100);
  });

  test("open with the idea that lives there", () => {
    const opening = ({ text }: Source) =>
      /^(#![^\n]*\n)?\/\*\*/.test(text) ? [] : ["has no opening paragraph"];
    expect(
      breaches(
        handwritten.filter(({ path }) => !path.endsWith(".d.ts")),
        opening,
      ),
    ).toEqual([]);
  });

  test("are called after a noun or a verb, never after leftovers", () => {
    const all = [
      ...sources,
      ...sourcesBelow("test", true),
      ...sourcesBelow("scripts"),
      ...sourcesBelow("bench"),
    ];
    expect(
      all
        .map(({ path }) => path)
        .filter((path) => /(^|[/-])(utils?|helpers?|common|misc|shared)\b/.test(path)),
    ).toEqual([]);
  });

  test("of C are in native only", () => {
    const { stdout } = Bun.spawnSync(["git", "ls-files", "*.c", "*.h", "*.S"], {
      cwd: `${import.meta.dir}/..`,
    });
    const files = stdout
      .toString()
      .split("\n")
      .filter((path) => path !== "");
    // Programs that a test runs in a container are data to it.
    expect(files.filter((path) => !/^(native|test\/fixtures)\//.test(path))).toEqual([]);
  });
});
