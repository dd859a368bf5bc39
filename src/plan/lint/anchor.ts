/**
 * Whether a pattern says at both ends what may stand there: an anchor, or `.*`. Patterns of hooks.d are not anchored, so
 * `prod` also matches `notprod`. Each alternative at the top counts for itself: `^a|b$` is anchored at neither.
 */

/** True for a pattern that matches whole texts, or that says openly that it does not. */
export function anchored(source: string): boolean {
  return alternatives(source).every((one) => startSaid(one) && endSaid(one));
}

function startSaid(pattern: string): boolean {
  const inner = unwrapped(pattern);
  if (inner !== undefined) return alternatives(inner).every(startSaid);
  return pattern === "" || /^(\(\?[imsU-]+\))*(\^|\\A|\.[*+])/.test(pattern);
}

function endSaid(pattern: string): boolean {
  const inner = unwrapped(pattern);
  if (inner !== undefined) return alternatives(inner).every(endSaid);
  return pattern === "" || /(^|[^\\])(\\\\)*(\$|\\z|\.[*+]\??)$/.test(pattern);
}

/** The inside of a pattern that is one group and nothing else. */
function unwrapped(pattern: string): string | undefined {
  const open = /^\((\?:|\?P?<\w+>)?/.exec(pattern);
  if (open === null || !pattern.endsWith(")")) return undefined;
  let depth = 0;
  for (const { char, at } of plain(pattern)) {
    if (char === "(") depth++;
    if (char === ")" && --depth === 0)
      return at === pattern.length - 1 ? pattern.slice(open[0].length, -1) : undefined;
  }
  return undefined;
}

function alternatives(pattern: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { char, at } of plain(pattern)) {
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (char === "|" && depth === 0) {
      found.push(pattern.slice(start, at));
      start = at + 1;
    }
  }
  return [...found, pattern.slice(start)];
}

/** The characters that are neither escaped nor in a class. */
function* plain(pattern: string): Generator<{ char: string; at: number }> {
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? "";
    if (char === "\\") at++;
    else if (inClass) inClass = char !== "]" || pattern[at - 1] === "[";
    else if (char === "[") inClass = true;
    else yield { char, at };
  }
}
