/**
 * JSON as people keep it in configuration files, with comments and trailing commas where their reader allows them. A new
 * member goes to the top of its object: that is one cut, whatever the last member looks like.
 */

import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
import { Failure } from "../../spec/failure.ts";
import { jsonFailure } from "../json/position.ts";
import {
  type Data,
  type Format,
  indentAt,
  lineEnd,
  type Mark,
  mayCut,
  newlineOf,
  type Path,
  type Place,
  spliced,
  undoVerbatim,
  type Value,
} from "./mark.ts";

const HINT = "correct the file first; the engine could not read it either";

export const jsonc: Format = {
  data(text, file) {
    const root = parse(text, file);
    return root === undefined ? {} : (getNodeValue(root) as Data);
  },

  set(text, path, value, file) {
    const marks: Mark[] = [];
    let now = text;
    const put = (changed: { text: string; mark: Mark }) => {
      now = changed.text;
      marks.push(changed.mark);
    };
    if (parse(now, file) === undefined) put(begun(now));
    for (let depth = 1; depth < path.length; depth++) {
      const node = find(now, path.slice(0, depth), file);
      if (node === undefined) put(inserted(now, path.slice(0, depth), {}, file, true));
      else if (node.type !== "object") throw unfit(file, path.slice(0, depth));
    }
    const there = find(now, path, file);
    put(there === undefined ? inserted(now, path, value, file, false) : replaced(now, path, there, value));
    return { text: now, marks };
  },

  undo(text, mark, file) {
    const node = find(text, mark.path, file);
    if (node === undefined || (mark.container === true && (node.children ?? []).length > 0)) return text;
    const siblings = node.parent?.parent?.children ?? [];
    const place = { start: (node.parent ?? node).offset, value: node.offset, end: node.offset + node.length };
    // What was put into an empty object has no comma: with others in it by now, commas have to be seen to.
    const loose = mark.removed !== "" || mark.insert.endsWith(",") || siblings.length <= 1;
    const verbatim = loose ? undoVerbatim(text, mark, place) : undefined;
    if (verbatim !== undefined) return verbatim;
    return mayCut(mark, getNodeValue(node)) ? cutOut(text, place, siblings) : text;
  },
};

/** The tree; undefined for a file with nothing in it. Text that no reader would take is refused, doubled keys too. */
function parse(text: string, file: string): Node | undefined {
  if (text.trim() === "") return undefined;
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined || root === undefined) {
    const problem = error === undefined ? "it is no JSON" : wordsOf(printParseErrorCode(error.error));
    throw jsonFailure("json_syntax", { file, text, offset: error?.offset ?? 0 }, problem, HINT);
  }
  if (root.type !== "object") throw unfit(file, []);
  refuseDoubled(root, text, file);
  return root;
}

/** `PropertyNameExpected` as words. */
function wordsOf(code: string): string {
  return code.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase();
}

function refuseDoubled(node: Node, text: string, file: string): void {
  const seen = new Set<unknown>();
  for (const child of node.children ?? []) {
    if (child.type === "property") {
      const key = child.children?.[0];
      if (seen.has(key?.value)) {
        const problem = `the key ${JSON.stringify(key?.value)} is there twice`;
        throw jsonFailure("json_syntax", { file, text, offset: child.offset }, problem, "keep one of them");
      }
      seen.add(key?.value);
    }
    refuseDoubled(child, text, file);
  }
}

function unfit(file: string, path: Path): Failure {
  const what = path.length === 0 ? "the file" : path.join(".");
  return new Failure("config_shape", `change ${file}: ${what} is not what an engine takes there`, {
    hint: HINT,
  });
}

function find(text: string, path: Path, file: string): Node | undefined {
  const root = parse(text, file);
  return root && findNodeAtLocation(root, [...path]);
}

/** An object in a file that has nothing but white space. */
function begun(text: string): { text: string; mark: Mark } {
  const insert = "{}\n";
  return { text: text + insert, mark: { path: [], container: true, insert, lead: 0, removed: "" } };
}

function replaced(text: string, path: Path, node: Node, value: Value): { text: string; mark: Mark } {
  const end = node.offset + node.length;
  const insert = printed(value, text, indentAt(text, node.offset));
  const mark = { path, value, insert, lead: 0, removed: text.slice(node.offset, end) };
  return { text: spliced(text, node.offset, end, insert), mark };
}

/** A new member at the top of its object, behind what stands on the line of the brace when the object has lines. */
function inserted(
  text: string,
  path: Path,
  value: Value,
  file: string,
  container: boolean,
): { text: string; mark: Mark } {
  const object = find(text, path.slice(0, -1), file);
  if (object?.type !== "object") throw unfit(file, path.slice(0, -1));
  const [first] = object.children ?? [];
  const inner = text.slice(object.offset + 1, first?.offset ?? object.offset + object.length - 1);
  const newline = newlineOf(text);
  const lined = first === undefined || inner.includes("\n");
  const outer = indentAt(text, object.offset);
  const indent = lined ? outer + unitOf(text) : outer;
  const head = `${JSON.stringify(path.at(-1))}: `;
  const body = head + (lined ? printed(value, text, indent) : JSON.stringify(value));
  const before = lined ? newline + indent : leadOf(inner);
  const after = first !== undefined ? "," : inner.includes("\n") ? "" : newline + outer;
  const at = inner.includes("\n") ? behindBrace(text, object.offset) : object.offset + 1;
  const insert = before + body + after;
  const mark: Mark = {
    path,
    value,
    ...(container && { container: true as const }),
    insert,
    lead: before.length,
    removed: "",
  };
  return { text: spliced(text, at, at, insert), mark };
}

/** The end of the brace's line, unless a comment goes on from there. */
function behindBrace(text: string, brace: number): number {
  const end = lineEnd(text, brace);
  return text.slice(brace, end).includes("/*") ? brace + 1 : end;
}

/** In an object of one line, the white space that its first member has too. */
function leadOf(inner: string): string {
  return /^[ \t]*/.exec(inner)?.[0] ?? "";
}

/** Indentation of one level: that of the first line which has any. */
function unitOf(text: string): string {
  return /^[ \t]+(?=")/m.exec(text)?.[0] ?? "  ";
}

function printed(value: Value, text: string, indent: string): string {
  const lines = JSON.stringify(value, null, unitOf(text)).split("\n");
  return lines.join(newlineOf(text) + indent);
}

/** Cuts a member with the comma that is needed no more, and with its line when nothing else is on it. */
function cutOut(text: string, { start, end }: Place, siblings: readonly Node[]): string {
  let from = start;
  while (/\s/.test(text[from - 1] ?? "")) from--;
  const comma = text.slice(end).search(/\S/) + end;
  if (text[comma] === ",") {
    const alone = text.slice(comma + 1, lineEnd(text, comma)).trim() === "";
    return spliced(text, alone ? from : start, comma + 1, "");
  }
  const before = siblings[siblings.findIndex(({ offset }) => offset === start) - 1];
  const without = spliced(text, from, end, "");
  if (before === undefined) return without;
  const left = without.indexOf(",", before.offset + before.length);
  return left >= 0 && left < from ? spliced(without, left, left + 1, "") : without;
}
