/**
 * The unified diff of two texts, as `diff -u` prints it: what `--dry-run` shows. Lines are compared by Myers' shortest
 * edit script; texts that have almost nothing in common are shown as one block, so the time stays bounded.
 */

const CONTEXT = 3;
/** Inserted and removed lines beyond which the middle is shown as replaced. */
const MAX_EDITS = 1000;

interface Line {
  mark: " " | "-" | "+";
  text: string;
}

/** The diff with `---` and `+++` lines that name the texts; "" when they are equal. */
export function unifiedDiff(before: string, after: string, names: { before: string; after: string }): string {
  if (before === after) return "";
  const lines = editScript(linesOf(before), linesOf(after));
  let out = `--- ${names.before}\n+++ ${names.after}\n`;
  for (const [from, to] of hunksOf(lines)) out += hunk(lines, from, to);
  return out;
}

/** Lines with their line feed; a last line without one is marked as `diff` marks it. */
function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => `${line}\n`);
  const last = lines.pop()?.slice(0, -1) ?? "";
  return last === "" ? lines : [...lines, `${last}\n\\ No newline at end of file\n`];
}

function editScript(a: string[], b: string[]): Line[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  const shorter = Math.min(a.length, b.length) - head;
  while (tail < shorter && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const middleA = a.slice(head, a.length - tail);
  const middleB = b.slice(head, b.length - tail);
  return [
    ...marked(" ", a.slice(0, head)),
    ...(shortest(middleA, middleB) ?? [...marked("-", middleA), ...marked("+", middleB)]),
    ...marked(" ", a.slice(a.length - tail)),
  ];
}

function marked(mark: Line["mark"], lines: string[]): Line[] {
  return lines.map((text) => ({ mark, text }));
}

/** Myers: the furthest reaching paths of d edits, kept for every d so that the way back can be read. */
function shortest(a: string[], b: string[]): Line[] | undefined {
  const reach = new Map<number, number>([[1, 0]]);
  const trace: Map<number, number>[] = [];
  const at = (from: Map<number, number>, k: number) => from.get(k) ?? -1;
  for (let d = 0; d <= Math.min(a.length + b.length, MAX_EDITS); d++) {
    trace.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && at(reach, k - 1) < at(reach, k + 1));
      let x = down ? at(reach, k + 1) : at(reach, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      reach.set(k, x);
      if (x >= a.length && x - k >= b.length) return wayBack(a, b, trace);
    }
  }
  return undefined;
}

function wayBack(a: string[], b: string[], trace: Map<number, number>[]): Line[] {
  const lines: Line[] = [];
  let x = a.length;
  let y = b.length;
  const at = (from: Map<number, number> | undefined, k: number) => from?.get(k) ?? -1;
  for (let d = trace.length - 1; d >= 0; d--) {
    const reach = trace[d];
    const k = x - y;
    const down = k === -d || (k !== d && at(reach, k - 1) < at(reach, k + 1));
    const previous = down ? k + 1 : k - 1;
    const fromX = at(reach, previous);
    const fromY = fromX - previous;
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      x--;
      y--;
      lines.push({ mark: " ", text: a[x] ?? "" });
    }
    if (d === 0) break;
    if (down) lines.push({ mark: "+", text: b[--y] ?? "" });
    else lines.push({ mark: "-", text: a[--x] ?? "" });
  }
  return lines.reverse();
}

/** Ranges of lines that belong together: changes with their context, joined where contexts touch. */
function hunksOf(lines: Line[]): [from: number, to: number][] {
  const hunks: [number, number][] = [];
  lines.forEach(({ mark }, i) => {
    if (mark === " ") return;
    const from = Math.max(0, i - CONTEXT);
    const to = Math.min(lines.length, i + CONTEXT + 1);
    const last = hunks.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = to;
    else hunks.push([from, to]);
  });
  return hunks;
}

function hunk(lines: Line[], from: number, to: number): string {
  const count = (some: Line[], other: Line["mark"]) => some.filter(({ mark }) => mark !== other).length;
  const range = (other: Line["mark"]) => {
    const length = count(lines.slice(from, to), other);
    const start = count(lines.slice(0, from), other) + (length === 0 ? 0 : 1);
    return length === 1 ? `${start}` : `${start},${length}`;
  };
  const body = lines.slice(from, to).map(({ mark, text }) => mark + text);
  return `@@ -${range("+")} +${range("-")} @@\n${body.join("")}`;
}
