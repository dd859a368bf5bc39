/** The published JSON Schemas: up to date, and of one mind with the program about good and bad files. */

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import Ajv from "ajv";
import type { GenericSchema, InferInput } from "valibot";
import { parse } from "yaml";
import { schemaDocuments, schemaText } from "../scripts/schema-documents.ts";
import { isDefinitionFile, isYaml } from "../src/plan/definition-file.ts";
import { readDefinition } from "../src/plan/read-definition.ts";
import type { entrySchema, planSchema } from "../src/plan/schema/plan.ts";
import type { Entry, Plan } from "../src/spec/plan.ts";

/** The compiler's word that what the types allow fits the schemas. */
type Fits<Schema extends GenericSchema, Type extends InferInput<Schema>> = [Schema, Type];
type Written = [Fits<typeof planSchema, Plan>, Fits<typeof entrySchema, Entry>];
const written: Written | undefined = undefined;

const ROOT = `${import.meta.dir}/..`;
const documents = schemaDocuments();

function validator(name: string) {
  const schema = documents[name];
  if (schema === undefined) throw new Error(`no schema ${name}`);
  return new Ajv({
    strict: true,
    strictTypes: false,
    strictTuples: false,
    strictRequired: false,
    allErrors: true,
    formats: { "date-time": true },
  }).compile(schema);
}

test("plans and entries as the types have them fit the schemas", () => {
  expect(written).toBeUndefined(); // the compiler has said so already
});

test("docs/schema holds what scripts/generate-schemas.ts writes", () => {
  for (const [name, schema] of Object.entries(documents)) {
    expect(readFileSync(`${ROOT}/docs/schema/${name}.json`, "utf8")).toBe(schemaText(schema));
  }
});

test("every field of a definition is described", () => {
  const properties = documents.definition as {
    then: { properties: { [name: string]: { description?: string } } };
  };
  for (const [name, { description }] of Object.entries(properties.then.properties)) {
    if (name !== "version") expect(description, name).toBeString();
  }
});

/** Rules that a schema can state; a file that breaks only others is good to an editor. */
const STATED = new Set([
  "unknown-field",
  "folded-key",
  "missing-field",
  "wrong-type",
  "bad-value",
  "bad-version",
  "unknown-stage",
]);
/** What JSON Schema cannot say of these files: numbers beyond doubles, equal keys, `soft` above `hard`, null as absent. */
const BEYOND = new Set(["bad-version", "no-version", "nulls", "stages", "legacy-empty", "without-hook"]);

test("the schema and the program agree on every fixture that the schema can judge", () => {
  const validate = validator("definition");
  const dir = `${ROOT}/test/fixtures/definitions`;
  for (const name of readdirSync(dir).filter((one) => !BEYOND.has(one))) {
    for (const file of readdirSync(`${dir}/${name}`).filter(isDefinitionFile)) {
      const text = readFileSync(`${dir}/${name}/${file}`, "utf8");
      const { report, definition } = readDefinition(file, text, "check");
      const rules = report.problems.map(({ rule }) => rule);
      if (rules.includes("syntax") || rules.includes("duplicate-key")) continue;
      const bad = rules.some(
        (rule) => STATED.has(rule) || (rule.startsWith("timeout-") && rule !== "timeout-missing"),
      );
      const good = validate(isYaml(file) ? parse(text) : JSON.parse(text));
      expect(good, `${name}/${file}: ${JSON.stringify(validate.errors)}`).toBe(!bad);
      if (good) expect(definition).toBeDefined();
    }
  }
});

test("$schema is accepted in a definition, in its old form too", () => {
  const current = '{"$schema":"x","version":"1.0.0","hook":{"path":"/x"},"when":{"always":true},"stages":[]}';
  const legacy = '{"$schema":"x","hook":"/x","cmds":["^a$"],"stages":[]}';
  for (const text of [current, legacy]) {
    expect(readDefinition("a.json", text, "apply").report.failed).toBe(false);
    expect(validator("definition")(JSON.parse(text))).toBe(true);
  }
});

test("examples of the other formats fit their schemas, and misspelt ones do not", () => {
  const hex = "a".repeat(64);
  const plan = {
    version: 1,
    generation: 1,
    created: "2026-01-01T00:00:00.000Z",
    guard: hex,
    definitions: [],
  };
  const entry = {
    version: 1,
    name: "a",
    path: "/a",
    hook: hex,
    args: ["a"],
    env: [],
    timeout: 10,
    onFailure: "stop",
    output: 4096,
    detach: 0,
    budget: 60,
    events: { maxBytes: 1, keep: 1 },
  };
  const event = {
    v: 1,
    kind: "start",
    run: "r",
    ts: "t",
    hook: { name: "a", path: "/a", digest: `sha256:${hex}` },
    stage: "poststop",
    container: { id: "c", bundle: "/b" },
    plan: `sha256:${hex}`,
    host: "h",
    boot: "b",
    argv: [],
    limit_ms: 1,
    guard_pid: 1,
  };
  for (const [name, good] of Object.entries({
    plan,
    entry,
    event,
    configuration: { runtime: "crun", events: { keep: 1 } },
  })) {
    const validate = validator(name);
    expect(validate(good), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true);
    expect(validate({ ...good, [name === "event" ? "v" : "runtine"]: 0 }), name).toBe(false);
  }
});
