/** The project's source files and what each imports, for tests that keep the shape of the house. */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const ROOT = resolve(import.meta.dir, "../..");

export interface Import {
  /** A path below the project for our own files, else the package as it is written. */
  target: string;
  /** `await import(…)`: loaded only when it is needed. */
  lazy: boolean;
  /** Erased before anything runs. */
  typeOnly: boolean;
}

export interface Source {
  /** Below the project: src/cli/main.ts. */
  path: string;
  text: string;
  /** The text without comments and without what is in quotes. */
  code: string;
  imports: Import[];
}

/** TypeScript files below a directory of the project, tests left out unless they are asked for. */
export function sourcesBelow(directory: string, tests = false): Source[] {
  return readdirSync(join(ROOT, directory), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && (tests || !name.endsWith(".test.ts")))
    .sort()
    .map((name) => sourceAt(join(directory, name)));
}

/**
 * Everything that an entry needs, itself included; without `lazy`, only what is loaded with it; with `types`, also what only the
 * compiler reads.
 */
export function closure(entry: string, lazy: boolean, types = false): Source[] {
  const found = new Map<string, Source>();
  const visit = (path: string): void => {
    if (found.has(path)) return;
    const source = sourceAt(path);
    found.set(path, source);
    for (const one of source.imports) {
      if (one.target.startsWith("src/") && (types || !one.typeOnly) && (lazy || !one.lazy)) visit(one.target);
    }
  };
  visit(entry);
  return [...found.values()];
}

const IMPORT =
  /(?:^|\n)(?:import|export)\s+(type\s)?[^;"']*?from\s+"([^"]+)"|(?:^|\n)import\s+"([^"]+)"|\bimport\("([^"]+)"\)/g;

function sourceAt(path: string): Source {
  const text = readFileSync(join(ROOT, path), "utf8");
  const imports = [...text.matchAll(IMPORT)].map(([, type, from, bare, dynamic]): Import => {
    const words = from ?? bare ?? dynamic ?? "";
    const target = words.startsWith(".") ? relative(ROOT, resolve(ROOT, dirname(path), words)) : words;
    return { target, lazy: dynamic !== undefined, typeOnly: type !== undefined };
  });
  return { path, text, code: codeOf(text), imports };
}

/** Comments, strings and templates are emptied, expressions within templates too; regular expressions stay. */
function codeOf(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g,
    (found) => (found.startsWith("/") ? " " : '""'),
  );
}
