/** Which files are meant by words that are files or directories of definitions. */

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isDefinitionFile } from "../plan/definition-file.ts";
import { Failure } from "../spec/failure.ts";

/** A directory stands for the definitions in it, not below; a file stands for itself. @throws Failure `source_missing` */
export function definitionFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    try {
      if (!statSync(path).isDirectory()) return [path];
      return readdirSync(path)
        .filter(isDefinitionFile)
        .sort()
        .map((name) => join(path, name));
    } catch (cause) {
      throw new Failure(
        "source_missing",
        `read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          hint: "Give definition files or directories of them.",
          cause,
        },
      );
    }
  });
}
