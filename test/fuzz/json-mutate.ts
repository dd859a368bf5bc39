/** Seeded mutation of texts: the same seed gives the same inputs on every machine. */

export interface Random {
  /** An integer from 0 to n - 1. */
  below(n: number): number;
  pick<T>(items: readonly T[]): T;
}

/** mulberry32. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  function below(n: number): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  }
  return { below, pick: (items) => items[below(items.length)]! };
}

const TOKENS = [
  ..."{}[],:\"\\ \n\t0123456789.-+eEu/<>&'\0\u007f\u2028\ufeff\ud83e\udd8aKſ",
  '"a":1',
  '"hooks":',
  '"Hooks":{}',
  '"__proto__":',
  '"hoo\u212as":[]',
  "true",
  "null",
  "18446744073709551615",
  "1.50",
  "-0",
  "1e400",
  "\\u003c",
  "\\ud800",
  "\\u0041",
  "\r\n",
  "[[[[",
  '{"a":{"a":',
];

/** `text` after one to four changes: a token put in, a piece cut out, repeated, or swapped with another. */
export function mutate(text: string, random: Random): string {
  let out = text;
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    const at = random.below(out.length + 1);
    const end = Math.min(out.length, at + 1 + random.below(random.below(4) === 0 ? 40 : 4));
    const token = random.pick(TOKENS);
    const kinds = [
      token,
      "",
      out.slice(at, end).repeat(2),
      token + out.slice(at, end),
      out.slice(at, end) + token,
    ];
    out = out.slice(0, at) + random.pick(kinds) + out.slice(end);
  }
  return out;
}
