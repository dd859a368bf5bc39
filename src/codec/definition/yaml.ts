/**
 * YAML with positions: the YAML 1.2 core schema by the `yaml` library, narrowed to what has one meaning. Refused are a
 * second document, keys that are not plain strings, tags, merge keys, and aliases: a definition is read by people, and
 * what they see on a line must be what is there.
 */

import { isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments } from "yaml";
import type { Located, LocatedDocument, LocatedEntry, SyntaxProblem } from "./located.ts";

const DEPTH = 64;

/** Reads a YAML text of one document; problems carry offsets into it. */
export function locateYaml(text: string): LocatedDocument {
  const documents = parseAllDocuments(text, {
    uniqueKeys: false,
    merge: false,
    strict: true,
    logLevel: "silent",
  });
  const document = Array.isArray(documents) ? documents[0] : undefined;
  if (document === undefined) return { problems: [syntax(0, "the file is empty")] };
  const problems: SyntaxProblem[] = [];
  for (const error of documents.flatMap((each) => [...each.errors, ...each.warnings])) {
    problems.push(syntax(error.pos[0], firstLine(error.message)));
  }
  const second = documents[1];
  if (second !== undefined) {
    problems.push(
      syntax(second.range[0], "the file has more than one document", "keep one definition in each file"),
    );
  }
  if (problems.length > 0) return { problems };
  if (document.contents === null) return { problems: [syntax(0, "the file is empty")] };
  const root = locate(document.contents as Node, problems, 0);
  return root === undefined ? { problems } : { root, problems };
}

function locate(node: Node, problems: SyntaxProblem[], depth: number): Located | undefined {
  const at = node.range?.[0] ?? 0;
  const refuse = (message: string, mend: string) => {
    problems.push(syntax(at, message, mend));
    return undefined;
  };
  if (depth > DEPTH) return refuse(`nested deeper than ${DEPTH} levels`, "nest less");
  if (isAlias(node)) return refuse("an alias (*name) is not accepted here", "write the value out");
  if (isMap(node)) return { kind: "object", at, entries: entriesOf(node.items as Pair[], problems, depth) };
  if (isSeq(node)) {
    const items = (node.items as Node[]).map((item) => locate(item, problems, depth + 1));
    return { kind: "array", at, items: items.filter((item) => item !== undefined) };
  }
  if (!isScalar(node)) return refuse("not a YAML value that can be used here", "write a plain value");
  const { value } = node;
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "number" ||
    typeof value === "boolean"
  ) {
    return { kind: "scalar", at, value };
  }
  return refuse("not a string, number, boolean or null", "put it in quotes");
}

type Pair = { key: Node; value: Node | null };

function entriesOf(pairs: Pair[], problems: SyntaxProblem[], depth: number): LocatedEntry[] {
  const entries: LocatedEntry[] = [];
  const seen = new Set<string>();
  for (const { key, value } of pairs) {
    const keyAt = key.range?.[0] ?? 0;
    if (!isScalar(key) || typeof key.value !== "string") {
      problems.push(syntax(keyAt, "a key must be a string", "put the key in quotes"));
      continue;
    }
    if (key.value === "<<") {
      problems.push(syntax(keyAt, "a merge key (<<) is not accepted here", "write the fields out"));
      continue;
    }
    if (seen.has(key.value)) {
      problems.push({
        rule: "duplicate-key",
        at: keyAt,
        message: `the key ${JSON.stringify(key.value)} is here twice`,
        mend: "keep one of them",
      });
    }
    seen.add(key.value);
    const located: Located | undefined =
      value === null ? { kind: "scalar", at: keyAt, value: null } : locate(value, problems, depth + 1);
    if (located !== undefined) entries.push({ key: key.value, keyAt, value: located });
  }
  return entries;
}

function syntax(at: number, message: string, mend = "make it valid YAML"): SyntaxProblem {
  return { rule: "syntax", at, message, mend };
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? message).replace(/ at line \d+, column \d+:?$/, "");
}
