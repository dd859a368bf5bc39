/**
 * `empty-plan.ts HOST DIR`: writes the plan without definitions whose guard is HOST, under the name of its digest. The
 * package puts it in force where none is. Its time is SOURCE_DATE_EPOCH, so that the same program makes the same file.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { canonicalJson } from "../src/codec/json/canonical.ts";
import { digestOf } from "../src/plan/store.ts";
import type { Plan } from "../src/spec/plan.ts";

const [host = "", directory = ""] = process.argv.slice(2);
const plan: Plan = {
  version: 1,
  generation: 0,
  created: new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000).toISOString(),
  guard: digestOf(readFileSync(host)),
  definitions: [],
};
const text = canonicalJson(plan);
mkdirSync(directory, { recursive: true });
writeFileSync(`${directory}/${digestOf(text)}.json`, text);
