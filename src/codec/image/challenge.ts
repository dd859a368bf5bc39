/** A registry's `WWW-Authenticate` header (RFC 9110, section 11.6.1): which scheme it wants, with which parameters. */

export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  readonly parameters: { readonly [name: string]: string };
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";

/** All challenges of a header, in their order; what is no challenge ends the reading. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: { [name: string]: string } }[] = [];
  const parameter = new RegExp(`[\\s,]*(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`, "y");
  const scheme = new RegExp(`[\\s,]*(${TOKEN})(?=\\s|,|$)(?!\\s*=)`, "y");
  let at = 0;
  while (at < header.length) {
    parameter.lastIndex = at;
    scheme.lastIndex = at;
    const current = challenges.at(-1);
    const pair = current === undefined ? null : parameter.exec(header);
    if (pair !== null && current !== undefined) {
      const [all, name = "", quoted, plain] = pair;
      current.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "";
      at += all.length;
      continue;
    }
    const next = scheme.exec(header);
    if (next === null) break;
    challenges.push({ scheme: (next[1] ?? "").toLowerCase(), parameters: {} });
    at += next[0].length;
  }
  return challenges;
}
