/**
 * The part of RE2's grammar that the compiler understands by itself: alternatives of anchored sequences of characters
 * and classes, each perhaps repeated, and of groups whose alternatives are plain sequences. Whatever else a pattern
 * holds (flags, named classes, `\b`, nested groups, repeated groups…) makes `parseSimple` answer undefined, and the
 * pattern is left to the RE2 library. Laziness (`a+?`) is read and dropped: it cannot change whether a pattern matches.
 */

import { type CodePoints, complement, normalized, only } from "./code-points.ts";

/** A class repeated `min` to `max` (Infinity) times. */
export interface Run {
  kind: "run";
  set: CodePoints;
  min: number;
  max: number;
}

/** Alternatives, each a sequence of classes; an empty one is there when the group may be left out. */
interface Group {
  kind: "group";
  branches: CodePoints[][];
}

export type Item = Run | Group;

export interface Branch {
  /** Whether it begins with `^`, ends with `$`: begin and end of the text, as RE2 without (?m). */
  start: boolean;
  end: boolean;
  items: Item[];
}

const NEWLINE = 0x0a;
const PERL: { readonly [letter: string]: CodePoints } = {
  d: [0x30, 0x39],
  s: [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20],
  w: [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a],
};
const CONTROL: { readonly [letter: string]: number } = { n: 0x0a, t: 0x09, r: 0x0d, f: 0x0c, v: 0x0b };
const PUNCTUATION = /^[ -/:-@[-`{-~]$/;
const REPEAT = /^(?:[*+?]|\{(\d{1,4})(,(\d{0,4}))?\})\??/;

/** Alternatives of a pattern that RE2 accepts, or undefined when it holds anything unusual. */
export function parseSimple(source: string): Branch[] | undefined {
  const reader = new Reader(source);
  const branches: Branch[] = [];
  do {
    const branch = reader.branch();
    if (branch === undefined) return undefined;
    branches.push(branch);
  } while (reader.take("|"));
  return reader.done() ? branches : undefined;
}

class Reader {
  readonly #chars: string[];
  #at = 0;

  constructor(source: string) {
    this.#chars = [...source];
  }

  done(): boolean {
    return this.#at === this.#chars.length;
  }

  take(char: string): boolean {
    if (this.#chars[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  branch(): Branch | undefined {
    const branch: Branch = { start: this.take("^"), end: false, items: [] };
    while (!this.done() && this.#chars[this.#at] !== "|") {
      if (this.take("$")) {
        branch.end = true;
        return this.done() || this.#chars[this.#at] === "|" ? branch : undefined;
      }
      const item = this.#item();
      if (item === undefined) return undefined;
      branch.items.push(item);
    }
    return branch;
  }

  #item(): Item | undefined {
    const group = this.#chars[this.#at] === "(" ? this.#group() : undefined;
    const set = group === undefined ? this.#atom() : undefined;
    const times = this.#repeat();
    if (times === undefined) return undefined;
    const [min, max] = times;
    if (set !== undefined) return { kind: "run", set, min, max };
    if (group === undefined || max !== 1) return undefined;
    return min === 1 ? group : { kind: "group", branches: [...group.branches, []] };
  }

  #group(): Group | undefined {
    const begin = this.#at;
    this.#at++;
    if (this.take("?") && !this.take(":")) return this.#back(begin);
    const branches: CodePoints[][] = [];
    do {
      const sequence: CodePoints[] = [];
      for (let next = this.#chars[this.#at]; next !== "|" && next !== ")"; next = this.#chars[this.#at]) {
        const set = this.#atom();
        if (set === undefined || this.#repeat()?.join() !== "1,1") return this.#back(begin);
        sequence.push(set);
      }
      branches.push(sequence);
    } while (this.take("|"));
    return this.take(")") ? { kind: "group", branches } : this.#back(begin);
  }

  #back(to: number): undefined {
    this.#at = to;
    return undefined;
  }

  /** One character or class; undefined for what is neither, a repetition without an atom among it. */
  #atom(): CodePoints | undefined {
    const char = this.#chars[this.#at];
    if (char === undefined || "^$|()*+?{}]".includes(char)) return undefined;
    this.#at++;
    if (char === ".") return complement([NEWLINE, NEWLINE]);
    if (char === "[") return this.#class();
    return char === "\\" ? this.#escape() : single(char);
  }

  #escape(): CodePoints | undefined {
    const letter = this.#chars[this.#at++] ?? "";
    const control = CONTROL[letter];
    if (control !== undefined) return [control, control];
    const lower = letter.toLowerCase();
    const perl = PERL[lower];
    if (perl !== undefined) return letter === lower ? perl : complement(perl);
    return PUNCTUATION.test(letter) ? single(letter) : undefined;
  }

  /** After `[`. A `-` counts as itself only first or last; `[` and a `]` in first place are left to the library. */
  #class(): CodePoints | undefined {
    const negated = this.take("^");
    const ranges: number[] = [];
    for (let first = true; !this.take("]"); first = false) {
      const member = this.#member(first);
      if (member === undefined) return undefined;
      const lo = only(member);
      if (lo === undefined || this.#chars[this.#at] !== "-" || this.#chars[this.#at + 1] === "]") {
        ranges.push(...member);
        continue;
      }
      this.#at++;
      const hi = only(this.#member(false) ?? []);
      if (hi === undefined || hi < lo) return undefined;
      ranges.push(lo, hi);
    }
    if (ranges.length === 0) return undefined;
    const set = normalized(ranges);
    return negated ? complement(set) : set;
  }

  #member(first: boolean): CodePoints | undefined {
    const char = this.#chars[this.#at];
    if (char === undefined || char === "[" || char === "]") return undefined;
    if (char === "-" && !first && this.#chars[this.#at + 1] !== "]") return undefined;
    this.#at++;
    return char === "\\" ? this.#escape() : single(char);
  }

  /** The repetition that follows, `[1, 1]` when there is none; undefined when it is not one of RE2's. */
  #repeat(): [min: number, max: number] | undefined {
    const found = REPEAT.exec(this.#chars.slice(this.#at, this.#at + 14).join(""));
    if (found === null) return this.#chars[this.#at] === "{" ? undefined : [1, 1];
    this.#at += found[0].length;
    if ("*+?{".includes(this.#chars[this.#at] ?? " ")) return undefined;
    if (found[0].startsWith("*")) return [0, Number.POSITIVE_INFINITY];
    if (found[0].startsWith("+")) return [1, Number.POSITIVE_INFINITY];
    if (found[0].startsWith("?")) return [0, 1];
    const min = Number(found[1]);
    if (found[2] === undefined) return [min, min];
    return [min, found[3] === "" ? Number.POSITIVE_INFINITY : Number(found[3])];
  }
}

/** A character as a set; undefined for half a surrogate pair, which RE2 never sees. */
function single(char: string): CodePoints | undefined {
  const code = char.codePointAt(0) ?? 0;
  return code >= 0xd800 && code <= 0xdfff ? undefined : [code, code];
}
