/**
 * The JSON editor against mutated configurations. What must hold: it accepts what JSON.parse accepts, duplicate keys
 * excepted, with the same data; every other text is a Failure; an unchanged document prints as it was; an edit changes
 * the data as it should, nothing else, and taking it back restores the text.
 */

import { foldedKeyCollision, unknownStages } from "../../src/codec/json/folding.ts";
import { type JsonDocument, readJson } from "../../src/codec/json/read.ts";
import { writeJson } from "../../src/codec/json/write.ts";
import { Failure } from "../../src/spec/failure.ts";
import { mutate, type Random, randomFrom } from "./json-mutate.ts";
import type { FuzzTarget } from "./run.ts";

const CONFIG = {
  ociVersion: "1.0.2",
  process: {
    args: ["sh", "-c", "a && b > c"],
    env: ["A=<1>", "B=é🦊"],
    rlimits: [{ type: "RLIMIT_CORE", soft: 0, hard: 1 }],
  },
  hooks: { poststop: [{ path: "/bin/true", args: ["true"], env: [], timeout: 5 }], createRuntime: [] },
  annotations: { "a.b": "c", Hooks: "x", "10": "ten", __proto: "y" },
  linux: {
    seccomp: { syscalls: [{ names: ["read"], args: [{ index: 0, value: 4294967295, op: "SCMP_CMP_EQ" }] }] },
  },
};

const SEEDS = [
  JSON.stringify(CONFIG),
  `${JSON.stringify(CONFIG).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026")}\n`,
  `${JSON.stringify(CONFIG, null, 2)}\n`,
  JSON.stringify(CONFIG, null, "\t"),
  JSON.stringify(CONFIG, null, 4).replaceAll("\n", "\r\n"),
  '{"a": 18446744073709551615, "b": [1.50, 1e3, -0, 9007199254740993], "c": {"__proto__": {"x": 1}, "2": 1, "1": 2}}',
  '[[], {}, "", 0, true, false, null, [[[{"a": [1.0, "\\u0041\\/\\ud800"]}]]]]',
  '"text"',
  "0",
];

export const json: FuzzTarget = {
  name: "json",
  run(seed, executions) {
    const random = randomFrom(seed);
    for (let i = 0; i < executions; i++) {
      const text = mutate(random.pick(SEEDS), random);
      try {
        check(text, random);
      } catch (error) {
        throw new Error(`seed ${seed}, execution ${i}, input ${JSON.stringify(text)}`, { cause: error });
      }
    }
  },
};

/** Holds the editor to its properties on one text; throws when one is broken. */
function check(text: string, random: Random): void {
  const reference = parse(text);
  let doc: JsonDocument;
  try {
    doc = readJson(text, { file: "config.json" });
  } catch (error) {
    must(error instanceof Failure && error.code.startsWith("json_"), `threw ${String(error)}`);
    must(/^read config\.json:\d+:\d+: ./.test(error.message) && error.hint !== undefined, error.message);
    const strict = ["json_duplicate_key", "json_depth"].includes(error.code);
    must(strict || reference === undefined, `refused what JSON.parse takes: ${error.message}`);
    return;
  }
  must(reference !== undefined, "accepted what JSON.parse refuses");
  must(show(doc.value) === show(reference.value), "the data differ from JSON.parse");
  must(writeJson(doc) === text, "an unchanged document changed");
  foldedKeyCollision(doc);
  unknownStages(doc);
  checkEdit(doc, text, random);
}

function checkEdit(doc: JsonDocument, text: string, random: Random): void {
  const { value } = doc;
  if (typeof value !== "object" || value === null) return;
  const isList = Array.isArray(value);
  const wasEmpty = Object.keys(value).length === 0;
  const item = random.pick([1, "<&>", [], { path: "/x" }, null]);
  if (isList) value.push(item);
  else value["hookwright test"] = item;
  const edited = writeJson(doc);
  const again = readJson(edited, { file: "edited" });
  must(show(again.value) === show(value), `the edit printed as ${edited}`);
  if (wasEmpty || doc.members !== undefined) return;
  const middle = text.trimEnd().slice(0, -1).trimEnd();
  must(edited.startsWith(middle), `the edit changed what was there: ${edited}`);
  if (isList) (again.value as unknown[]).pop();
  else delete (again.value as Record<string, unknown>)["hookwright test"];
  const ambiguous = isList && new Set(value).size < value.length;
  if (!ambiguous) must(writeJson(again) === text, `taking the edit back gave ${writeJson(again)}`);
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** All data of a value, -0 and infinities included. */
function show(value: unknown): string {
  return JSON.stringify(value, (_, item) =>
    typeof item === "number" ? `${Object.is(item, -0) ? "-0" : item}` : item,
  );
}

function must(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}
