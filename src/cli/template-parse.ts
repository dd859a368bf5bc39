/** Reads a template into a tree; `template.ts` gives it its meaning. */

import { EXIT, Failure } from "../spec/failure.ts";

export type Expression =
  | { kind: "literal"; value: unknown }
  | { kind: "field"; from: "." | "$"; path: string[] }
  | { kind: "call"; name: string; args: Expression[] };

export type Node =
  | { kind: "text"; text: string }
  | { kind: "print"; value: Expression }
  | { kind: "if" | "range"; value: Expression; body: Node[]; otherwise: Node[] };

type Piece = { kind: "text"; text: string } | { kind: "action"; tokens: string[] };

/** @throws Failure (usage) that says what is wrong with the template. */
export function parseTemplate(source: string, functions: ReadonlySet<string>): Node[] {
  const reader = { pieces: piecesOf(source), next: 0, functions };
  const { nodes, closer } = readNodes(reader);
  if (closer !== undefined) fail(`{{${closer[0]}}}: there is nothing to ${closer[0]}`);
  return nodes;
}

interface Reader {
  pieces: Piece[];
  next: number;
  functions: ReadonlySet<string>;
}

/** Nodes up to the `end` or `else` that closes them, whose tokens are given back, or up to the end of the text. */
function readNodes(reader: Reader): { nodes: Node[]; closer: string[] | undefined } {
  const nodes: Node[] = [];
  for (;;) {
    const piece = reader.pieces[reader.next++];
    if (piece === undefined) return { nodes, closer: undefined };
    if (piece.kind === "text") {
      if (piece.text !== "") nodes.push(piece);
      continue;
    }
    const [word, ...rest] = piece.tokens;
    if (word === "end" || word === "else") return { nodes, closer: piece.tokens };
    if (word === "if" || word === "range") nodes.push(readBlock(reader, word, rest));
    else nodes.push({ kind: "print", value: pipeline(piece.tokens, reader.functions) });
  }
}

function readBlock(reader: Reader, kind: "if" | "range", condition: string[]): Node {
  const value = pipeline(condition, reader.functions);
  const { nodes: body, closer } = readNodes(reader);
  if (closer === undefined) return fail(`{{${kind}}} has no {{end}}`);
  if (closer[0] === "end") return { kind, value, body, otherwise: [] };
  if (closer[1] === "if") {
    return { kind, value, body, otherwise: [readBlock(reader, "if", closer.slice(2))] };
  }
  const last = readNodes(reader);
  if (last.closer?.[0] !== "end") fail(`{{${kind}}} has no {{end}}`);
  return { kind, value, body, otherwise: last.nodes };
}

function piecesOf(source: string): Piece[] {
  const pieces: Piece[] = [];
  let rest = source;
  let trimNext = false;
  for (;;) {
    const start = rest.indexOf("{{");
    let text = start < 0 ? rest : rest.slice(0, start);
    if (trimNext) text = text.trimStart();
    if (start < 0) return [...pieces, { kind: "text", text }];
    const end = rest.indexOf("}}", start);
    if (end < 0) fail("a {{ has no closing }}");
    let action = rest.slice(start + 2, end);
    if (action.startsWith("- ")) {
      text = text.trimEnd();
      action = action.slice(1);
    }
    trimNext = action.endsWith(" -");
    if (trimNext) action = action.slice(0, -1);
    pieces.push({ kind: "text", text });
    const words = action.trim();
    if (!(words.startsWith("/*") && words.endsWith("*/"))) {
      const tokens = tokensOf(words);
      if (tokens.length === 0) fail("{{}} has nothing in it");
      pieces.push({ kind: "action", tokens });
    }
    rest = rest.slice(end + 2);
  }
}

const TOKEN =
  /\s*(?:("(?:[^"\\]|\\.)*"|`[^`]*`)|([().|])(?=$|[\s()|])|(\$?(?:\.\w+)+|\$)|(-?\d+(?:\.\d+)?)|(\w+)|([()|]))/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (found === null) return fail(`${JSON.stringify(text.slice(at).trim())} is not understood`);
    tokens.push(found[0].trim());
  }
  return tokens;
}

/** `a | b c` is `b c a`, as in a shell. */
function pipeline(tokens: readonly string[], functions: ReadonlySet<string>): Expression {
  const reader = { tokens, next: 0, functions };
  const value = readPipeline(reader);
  if (reader.next < tokens.length) fail(`${tokens[reader.next]} has nothing that it closes`);
  return value;
}

interface TokenReader {
  tokens: readonly string[];
  next: number;
  functions: ReadonlySet<string>;
}

function readPipeline(reader: TokenReader): Expression {
  let value: Expression | undefined;
  for (;;) {
    const operands = readOperands(reader);
    if (value !== undefined) operands.push(value);
    value = combine(operands);
    if (reader.tokens[reader.next] !== "|") return value;
    reader.next += 1;
  }
}

function combine(operands: Expression[]): Expression {
  const [first, ...args] = operands;
  if (first === undefined) return fail("a value is missing");
  if (first.kind === "call" && first.args.length === 0) return { ...first, args };
  if (args.length > 0) fail("a value cannot be called; only functions take arguments");
  return first;
}

function readOperands(reader: TokenReader): Expression[] {
  const operands: Expression[] = [];
  for (;;) {
    const token = reader.tokens[reader.next];
    if (token === undefined || token === "|" || token === ")") return operands;
    reader.next += 1;
    if (token === "(") {
      operands.push(readPipeline(reader));
      if (reader.tokens[reader.next++] !== ")") fail("a ( has no closing )");
    } else operands.push(operandOf(token, reader.functions));
  }
}

function operandOf(token: string, functions: ReadonlySet<string>): Expression {
  if (token.startsWith('"')) return { kind: "literal", value: unquote(token) };
  if (token.startsWith("`")) return { kind: "literal", value: token.slice(1, -1) };
  if (token.startsWith("$")) return { kind: "field", from: "$", path: token.split(".").slice(1) };
  if (token.startsWith(".")) return { kind: "field", from: ".", path: token.split(".").filter(Boolean) };
  if (/^-?\d/.test(token)) return { kind: "literal", value: Number(token) };
  if (token === "true" || token === "false") return { kind: "literal", value: token === "true" };
  if (functions.has(token)) return { kind: "call", name: token, args: [] };
  return fail(`there is no function "${token}"`, `Functions are ${[...functions].join(", ")}.`);
}

function unquote(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return fail(`${token} is not a string`);
  }
}

function fail(
  what: string,
  hint = "Fields look like {{.name}}; `hookwright events --help` shows a template.",
): never {
  throw new Failure("template", `read the template of --format: ${what}`, { hint, exitCode: EXIT.usage });
}
