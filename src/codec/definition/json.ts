/**
 * JSON with positions: RFC 8259 to the letter, except that a duplicate key is reported instead of decided, because
 * engines disagree on which of the two counts. Reading goes on after a duplicate, so that one run reports all of them.
 */

import type { Located, LocatedDocument, LocatedEntry, SyntaxProblem } from "./located.ts";

const DEPTH = 64;

class Stop extends Error {
  readonly at: number;
  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** Reads a JSON text; problems carry offsets into it. */
export function locateJson(text: string): LocatedDocument {
  const problems: SyntaxProblem[] = [];
  try {
    return { root: new Reader(text, problems).document(), problems };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    problems.push({ rule: "syntax", at: error.at, message: error.message, mend: "make it valid JSON" });
    return { problems };
  }
}

class Reader {
  private readonly text: string;
  private readonly problems: SyntaxProblem[];
  private at = 0;

  constructor(text: string, problems: SyntaxProblem[]) {
    this.text = text;
    this.problems = problems;
  }

  document(): Located {
    if (this.text.charCodeAt(0) === 0xfeff) throw new Stop(0, "the file starts with a byte order mark");
    const root = this.value(0);
    this.space();
    if (this.at < this.text.length) throw new Stop(this.at, "there is text after the end of the document");
    return root;
  }

  private value(depth: number): Located {
    if (depth > DEPTH) throw new Stop(this.at, `nested deeper than ${DEPTH} levels`);
    this.space();
    const at = this.at;
    const c = this.text[at];
    if (c === "{") return { kind: "object", at, entries: this.entries(depth) };
    if (c === "[") return { kind: "array", at, items: this.items(depth) };
    if (c === '"') return { kind: "scalar", at, value: this.string() };
    for (const [word, value] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (this.text.startsWith(word, at)) {
        this.at += word.length;
        return { kind: "scalar", at, value };
      }
    }
    return { kind: "scalar", at, value: this.number() };
  }

  private entries(depth: number): LocatedEntry[] {
    const entries: LocatedEntry[] = [];
    const seen = new Set<string>();
    this.list("}", () => {
      const keyAt = this.at;
      if (this.text[keyAt] !== '"') throw new Stop(keyAt, `expected a key in double quotes, ${this.found()}`);
      const key = this.string();
      if (seen.has(key)) {
        this.problems.push({
          rule: "duplicate-key",
          at: keyAt,
          message: `the key ${JSON.stringify(key)} is here twice; runtimes and engines disagree on which one counts`,
          mend: "keep one of them",
        });
      }
      seen.add(key);
      this.space();
      if (this.text[this.at] !== ":") throw new Stop(this.at, `expected ":" after the key, ${this.found()}`);
      this.at++;
      entries.push({ key, keyAt, value: this.value(depth + 1) });
    });
    return entries;
  }

  private items(depth: number): Located[] {
    const items: Located[] = [];
    this.list("]", () => items.push(this.value(depth + 1)));
    return items;
  }

  /** Reads `item`s separated by commas up to the closing bracket; the opening one is at the current place. */
  private list(close: string, item: () => void): void {
    this.at++;
    this.space();
    if (this.text[this.at] === close) {
      this.at++;
      return;
    }
    for (;;) {
      this.space();
      item();
      this.space();
      const c = this.text[this.at];
      if (c !== "," && c !== close) throw new Stop(this.at, `expected "," or "${close}", ${this.found()}`);
      this.at++;
      if (c === close) return;
    }
  }

  private string(): string {
    const start = this.at;
    let i = start + 1;
    while (i < this.text.length && this.text[i] !== '"') {
      if (this.text.charCodeAt(i) < 0x20) throw new Stop(i, "a raw control character inside a string");
      i += this.text[i] === "\\" ? 2 : 1;
    }
    if (i >= this.text.length) throw new Stop(start, "the string has no end");
    this.at = i + 1;
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      throw new Stop(start, "the string has a bad escape");
    }
  }

  private number(): number {
    const pattern = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match === null) throw new Stop(this.at, `expected a value, ${this.found()}`);
    this.at += match[0].length;
    return Number(match[0]);
  }

  private space(): void {
    while (" \t\r\n".includes(this.text[this.at] ?? "x")) this.at++;
  }

  private found(): string {
    const c = this.text[this.at];
    return c === undefined ? "found the end of the file" : `found ${JSON.stringify(c)}`;
  }
}
