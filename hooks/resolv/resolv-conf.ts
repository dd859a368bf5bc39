/** The text of resolv.conf: what is asked for, else what the host has and the container can use. */

import { isAddress, isLoopback } from "./address.ts";

export interface Wishes {
  nameservers: readonly string[];
  search: readonly string[];
  options: readonly string[];
  /** The container has a network of its own, where the host's loopback addresses are not the host's. */
  isolated: boolean;
}

interface Said {
  nameservers: string[];
  search: string[];
  options: string[];
}

/**
 * `hostTexts` are files of the host, of which the first with a server that can be used counts. What is asked for takes the place of
 * the host's, kind by kind.
 */
export function resolvConf(hostTexts: readonly string[], wishes: Wishes): { text: string; servers: number } {
  const said = hostTexts.map((text) => parse(text, wishes.isolated));
  const host = said.find(({ nameservers }) => nameservers.length > 0) ?? said[0];
  const chosen = (kind: keyof Said) => (wishes[kind].length > 0 ? wishes[kind] : (host?.[kind] ?? []));
  const [nameservers, search, options] = [chosen("nameservers"), chosen("search"), chosen("options")];
  const lines = nameservers.map((server) => `nameserver ${server}`);
  if (search.length > 0) lines.push(`search ${search.join(" ")}`);
  if (options.length > 0) lines.push(`options ${options.join(" ")}`);
  return { text: lines.map((line) => `${line}\n`).join(""), servers: nameservers.length };
}

/** As resolv.conf(5): the last `search` or `domain` counts, options add up, `#` and `;` begin a comment. */
function parse(text: string, isolated: boolean): Said {
  const said: Said = { nameservers: [], search: [], options: [] };
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, "")
      .trim()
      .split(/\s+/);
    const [first = ""] = values;
    if (keyword === "nameserver" && isAddress(first) && !(isolated && isLoopback(first)))
      said.nameservers.push(first);
    else if (keyword === "search" || keyword === "domain") said.search = values;
    else if (keyword === "options") said.options.push(...values);
  }
  return said;
}
