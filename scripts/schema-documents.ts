/**
 * The JSON Schemas of docs/schema, made from the schemas that the program checks with, so that what an editor completes
 * is what `apply` accepts. `scripts/generate-schemas.ts` writes them.
 */

import { toJsonSchema } from "@valibot/to-json-schema";
import type { GenericSchema } from "valibot";
import { configurationSchema } from "../src/plan/schema/configuration.ts";
import { definitionSchema, legacySchema } from "../src/plan/schema/definition.ts";
import { eventSchema } from "../src/plan/schema/event.ts";
import { entrySchema, planSchema } from "../src/plan/schema/plan.ts";

type JsonSchema = { [key: string]: unknown };

const DIALECT = "http://json-schema.org/draft-07/schema#";

/** File name without suffix, and the document. */
export function schemaDocuments(): { [name: string]: JsonSchema } {
  return {
    definition: {
      ...head(
        "Hookwright definition",
        "What hook runs, when, at which stages, under which guard. hooks.d 1.0.0 and 0.1.0 files are definitions.",
      ),
      type: "object",
      if: { properties: { version: { const: "1.0.0" } }, required: ["version"] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: converted(definitionSchema),
      else: converted(legacySchema),
    },
    configuration: document(
      configurationSchema,
      "Hookwright host configuration",
      "hookwright.yaml: what holds for all definitions of a host.",
    ),
    plan: document(
      planSchema,
      "Hookwright plan",
      "All definitions of a host, checked and compiled; written by apply in canonical JSON.",
    ),
    entry: document(entrySchema, "Hookwright entry", "The guard's orders for one hook; a file of the store."),
    event: document(
      eventSchema,
      "Hookwright event",
      "A line of events.jsonl: the start or the end of one hook run.",
    ),
  };
}

/** The text of a document as it is committed. */
export function schemaText(schema: JsonSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function document(schema: GenericSchema, title: string, description: string): JsonSchema {
  return { ...head(title, description), ...converted(schema) };
}

function head(title: string, description: string): JsonSchema {
  return { $schema: DIALECT, title, description };
}

/** A check that JSON Schema cannot say, such as soft below hard, is left to the program. */
function converted(schema: GenericSchema): JsonSchema {
  const { $schema: _, ...rest } = toJsonSchema(schema, { errorMode: "ignore", typeMode: "input" });
  return rest;
}
