/** What a person should know of a configuration before relying on its hooks. Nothing of it stops a runtime. */

import { foldedKeyCollision, unknownStages } from "../codec/json/folding.ts";
import type { JsonDocument } from "../codec/json/read.ts";
import { hookLists } from "../rules/hooks/hook-lists.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";

/** One sentence each. Throws `Failure` `config_shape`. */
export function problemsOf(doc: JsonDocument, config: RuntimeConfig): string[] {
  const problems: string[] = [];
  const collision = foldedKeyCollision(doc);
  if (collision !== undefined) problems.push(collision.message);
  for (const { key, line, column } of unknownStages(doc)) {
    problems.push(
      `${doc.file}:${line}:${column}: ${JSON.stringify(key)} is no stage; runtimes ignore what is there`,
    );
  }
  for (const [stage, list] of hookLists(config)) {
    list.forEach((hook, index) => {
      const name = `${stage}[${index}]`;
      if (typeof hook.path !== "string" || !hook.path.startsWith("/")) {
        problems.push(`${name} has no absolute path: runc and crun fail on it`);
      }
      if (!Array.isArray(hook.env) || hook.env.length === 0) {
        problems.push(`${name} has no environment of its own: it may get the container's or the engine's`);
      }
      if (hook.timeout !== undefined && !(typeof hook.timeout === "number" && hook.timeout > 0)) {
        problems.push(`${name} has the timeout ${JSON.stringify(hook.timeout)}: runc kills it at once`);
      }
    });
  }
  return problems;
}
