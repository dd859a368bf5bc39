/**
 * What a change promises, over generated files: it says what was asked for and nothing else, and it can be taken back byte
 * for byte, also when other people have written into the file meanwhile.
 */

import { expect, test } from "bun:test";
import fc from "fast-check";
import { jsonc } from "./jsonc.ts";
import type { Changed, Data, Format, Path, Value } from "./mark.ts";
import { toml } from "./toml.ts";

const FILE = "/etc/file";
const RUNS = { numRuns: 400 };

function undoAll(format: Format, { marks }: Changed, text: string): string {
  return marks.reduceRight((now, mark) => format.undo(now, mark, FILE), text);
}

/** The data with a value at the path. */
function withValue(data: unknown, [key = "", ...rest]: Path, value: Value): Data {
  const object = { ...(data as Data) };
  return { ...object, [key]: rest.length === 0 ? value : withValue(object[key] ?? {}, rest, value) };
}

const blank = fc.constantFrom("", " ", "  ", "\t");
const jsonSpace = fc.constantFrom("", " ", "\n", "\n\n    ", " // note\n", "\n  /* a, b */ ", "\t");
const word = fc.constantFrom("debug", "runtimes", "hosts", "features", "log-opts", "é", 'q"uote', "mtu");
const scalar = fc.constantFrom(
  '"a"',
  "true",
  "null",
  "18446744073709551615",
  "1.50",
  '"\\u003c//"',
  "[1, 2]",
  "[ ]",
);

/** A JSON object with comments, in any layout; keys are different. */
const jsonObject = fc.letrec<{ object: string; value: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, tie("object")),
  object: fc
    .tuple(
      fc.uniqueArray(fc.tuple(word, jsonSpace, jsonSpace, tie("value"), jsonSpace), {
        selector: ([key]) => key,
        maxLength: 4,
      }),
      jsonSpace,
      fc.boolean(),
    )
    .map(([members, end, trailing]) => {
      const texts = members.map(([key, a, b, value, c]) => `${a}${JSON.stringify(key)}${b}:${value}${c}`);
      return `{${texts.join(",")}${trailing && texts.length > 0 ? "," : ""}${end}}`;
    }),
})).object;
const jsonFile = fc.tuple(jsonObject, fc.constantFrom("", "\n", "\r\n")).map(([body, end]) => body + end);

const jsonPath = fc.constantFrom<Path[]>(
  ["runtimes", "hookwright"],
  ["default-runtime"],
  ["features", "cdi"],
  ["mtu"],
);
const jsonValue = fc.constantFrom<Value[]>({ path: "/usr/local/bin/hookwright-runc" }, "hookwright", true);

/** The path leads through something that is no object. */
function blocked(data: unknown, path: Path): boolean {
  const next = (data as Data)[path[0] ?? ""];
  if (path.length === 1 || next === undefined) return false;
  return typeof next !== "object" || next === null || Array.isArray(next) || blocked(next, path.slice(1));
}

test("JSON: a member is added or replaced, everything else is as it was, and back again", () => {
  fc.assert(
    fc.property(jsonFile, jsonPath, jsonValue, (text, path, value) => {
      const before = jsonc.data(text, FILE);
      fc.pre(!blocked(before, path));
      const changed = jsonc.set(text, path, value, FILE);
      expect(jsonc.data(changed.text, FILE)).toEqual(withValue(before, path, value));
      expect(undoAll(jsonc, changed, changed.text)).toBe(text);
    }),
    RUNS,
  );
});

test("JSON: what others write meanwhile stays, and so does all the rest", () => {
  fc.assert(
    fc.property(
      jsonFile,
      jsonPath,
      jsonValue,
      fc.constantFrom<Path[]>(["runtimes", "kata"], ["experimental"]),
      (text, path, value, other) => {
        fc.pre(!blocked(jsonc.data(text, FILE), path) && !blocked(jsonc.data(text, FILE), other));
        const changed = jsonc.set(text, path, value, FILE);
        const edited = jsonc.set(changed.text, other, ["theirs"], FILE).text;
        const undone = undoAll(jsonc, changed, edited);
        expect(jsonc.data(undone, FILE)).toEqual(withValue(jsonc.data(text, FILE), other, ["theirs"]));
      },
    ),
    RUNS,
  );
});

const tomlComment = fc.constantFrom("", " # note", "  # [not.a.table]", "\t#x");
const tomlValue = fc.constantFrom(
  '"a"',
  "'b'",
  "1_000",
  "9223372036854775807",
  "[1,\n  2, # two\n]",
  "1979-05-27",
  "{ a = 1 }",
  "{}",
  '"""x\n[y]\n"""',
);
const tomlKey = fc.constantFrom("version", "root", '"quo.ted"', "oom_score", "a.b", "state");
const CRI = 'plugins."io.containerd.grpc.v1.cri"';
const header = fc.constantFrom(
  "[grpc]",
  `[${CRI}]`,
  `  [${CRI}.containerd]`,
  `[${CRI.replace('"', "'").replace('"', "'")}.containerd.runtimes.runc]`,
  `[ ${CRI} . "containerd".runtimes.runc.options ]`,
  "[[list]]",
);

const tomlLines = (max: number) =>
  fc
    .uniqueArray(fc.tuple(blank, tomlKey, blank, tomlValue, tomlComment), {
      selector: ([, key]) => key,
      maxLength: max,
    })
    .map((pairs) =>
      pairs
        .map(([indent, key, space, value, comment]) => `${indent}${key}${space}=${space}${value}${comment}\n`)
        .join(""),
    );

const tomlFile = fc
  .tuple(
    tomlLines(3),
    fc.uniqueArray(fc.tuple(header, tomlComment, tomlLines(3), fc.constantFrom("", "\n", "# between\n")), {
      selector: ([head]) => head,
      maxLength: 4,
    }),
    fc.constantFrom("", "# the end", "\n\n"),
    fc.boolean(),
  )
  .map(([top, tables, end, windows]) => {
    const text =
      top + tables.map(([head, comment, lines, gap]) => `${head}${comment}\n${lines}${gap}`).join("") + end;
    return windows ? text.replaceAll("\n", "\r\n") : text;
  });

const runtimes = ["plugins", "io.containerd.grpc.v1.cri", "containerd", "runtimes"];
const tomlChange = fc.constantFrom<[Path, Value][]>(
  [
    [...runtimes, "hookwright"],
    { runtime_type: "io.containerd.runc.v2", options: { BinaryName: "/x", SystemdCgroup: true } },
  ],
  [[...runtimes.slice(0, 3), "default_runtime_name"], "hookwright"],
  [["imports"], ["/etc/containerd/conf.d/*.toml"]],
  [["version"], 3],
  [["grpc", "state"], "x"],
);

function readable(text: string): Data | undefined {
  try {
    return toml.data(text, FILE);
  } catch {
    return undefined;
  }
}

test("TOML: a value or a table is added, everything else is as it was, and back again", () => {
  fc.assert(
    fc.property(tomlFile, tomlChange, (text, [path, value]) => {
      const before = readable(text);
      fc.pre(before !== undefined);
      const changed = toml.set(text, path, value, FILE);
      expect(toml.data(changed.text, FILE)).toEqual(withValue(before, path, value));
      expect(undoAll(toml, changed, changed.text)).toBe(text);
    }),
    RUNS,
  );
});

test("TOML: what others write meanwhile stays, and so does all the rest", () => {
  const theirs = fc.constantFrom<Path[]>(
    [...runtimes, "kata"],
    ["imports"],
    ["grpc", "uid"],
    ["stream", "x"],
  );
  fc.assert(
    fc.property(tomlFile, tomlChange, theirs, fc.boolean(), (text, [path, value], other, table) => {
      const before = readable(text);
      fc.pre(before !== undefined && path.at(-1) !== other.at(-1));
      const changed = toml.set(text, path, value, FILE);
      const added: Value = table ? { theirs: true } : 7;
      const edited = toml.set(changed.text, other, added, FILE).text;
      const undone = undoAll(toml, changed, edited);
      expect(toml.data(undone, FILE)).toEqual(withValue(before, other, added));
    }),
    RUNS,
  );
});
