/** A short run of every fuzz target, so that `make test` notices a target that no longer holds; `make fuzz` takes longer. */

import { test } from "bun:test";
import { definition } from "./definition.ts";
import { inject } from "./inject.ts";
import { json } from "./json.ts";
import { mtree } from "./mtree.ts";
import { plan } from "./plan.ts";
import { state } from "./state.ts";
import { tar } from "./tar.ts";

for (const target of [definition, inject, json, mtree, plan, state, tar])
  test(`fuzz ${target.name}: 2,000 executions`, async () => {
    await target.run(1, 2_000);
  }, 60_000);
