/**
 * Changes to a configuration file that belongs to somebody else. Such a file is never printed anew: a parser says where
 * things stand, and text is cut in there. Each cut leaves a mark that says what was put where, so that it can be taken out
 * again byte for byte, also after other people have edited the file around it.
 */

/** Keys from the top of the file, as they read without quotes. */
export type Path = readonly string[];

export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

export type Data = { readonly [key: string]: unknown };

/** One cut, for its inverse. Marks are plain data, kept as JSON while the change is in force. */
export interface Mark {
  readonly path: Path;
  /** Of the list at `path`, the element that was added. */
  readonly element?: string;
  /** What was put there. */
  readonly value?: Value;
  /** Ours alone, so it goes whatever it says by now; anything else goes only while it says what we wrote. */
  readonly own?: true;
  /** Made only to hold what was put in it: it stays when there is something else in it. */
  readonly container?: true;
  readonly insert: string;
  /** Where in `insert` begins what the path leads to. */
  readonly lead: number;
  /** What stood in the place of `insert`; "" when nothing did. */
  readonly removed: string;
}

export interface Changed {
  readonly text: string;
  /** In the order in which they were made; taken out in the opposite one. */
  readonly marks: readonly Mark[];
}

/** A configuration language. Every function throws a Failure for a text that is none, or that has something else where
 * a change must go. */
export interface Format {
  /** What the text says. Whole numbers that a double cannot hold come back as something else: for reading only. */
  data(text: string, file: string): Data;
  /** Puts the value at the path, over one that is there; tables on the way are made. */
  set(text: string, path: Path, value: Value, file: string): Changed;
  /** Takes out what a mark tells of. What somebody else has changed since stays, unless it is something that we added. */
  undo(text: string, mark: Mark, file: string): string;
}

/** What a path or an element leads to, in offsets of the text. */
export interface Place {
  readonly start: number;
  readonly end: number;
  /** Of the value alone, which ends at `end`. */
  readonly value: number;
}

/** Puts `insert` in the place of `text[at, to)`. */
export function spliced(text: string, at: number, to: number, insert: string): string {
  return text.slice(0, at) + insert + text.slice(to);
}

/** The inverse of a mark, when its text still stands as it was put there; undefined when somebody has changed it. */
export function undoVerbatim(text: string, mark: Mark, place: Place): string | undefined {
  const from = (mark.removed === "" ? place.start : place.value) - mark.lead;
  const to = from + mark.insert.length;
  if (mark.insert === "" || from < 0 || to < place.end || !text.startsWith(mark.insert, from))
    return undefined;
  return spliced(text, from, to, mark.removed);
}

/** Whether what a mark tells of, and what says `now` by this time, may be cut out in another form than it was put in. */
export function mayCut(mark: Mark, now: unknown): boolean {
  if (mark.removed !== "" || mark.path.length === 0) return false;
  return mark.own === true || mark.container === true || JSON.stringify(now) === JSON.stringify(mark.value);
}

/** Offset of the end of the line that `at` is in, before its line break. */
export function lineEnd(text: string, at: number): number {
  const feed = text.indexOf("\n", at);
  if (feed < 0) return text.length;
  return text[feed - 1] === "\r" && feed > at ? feed - 1 : feed;
}

/** Offset of the start of the line that `at` is in. */
export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

/** The white space that the line begins with. */
export function indentAt(text: string, at: number): string {
  const start = lineStart(text, at);
  let end = start;
  while (text[end] === " " || text[end] === "\t") end++;
  return text.slice(start, Math.min(end, at));
}

export function newlineOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}
