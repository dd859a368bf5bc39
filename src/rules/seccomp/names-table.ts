/**
 * How a table of names is written in one string: the names in the order of their numbers, a blank between; where numbers
 * are left out, the next name says its own (`334:rseq`). A string costs nothing until it is asked, and splitting it is
 * one call of the engine's.
 */

/** Names by number; holes where no name is. */
export type Table = readonly (string | undefined)[];

export function encodeTable(table: Table): string {
  const words: string[] = [];
  let next = 0;
  table.forEach((name, number) => {
    if (name === undefined) return;
    words.push(number === next ? name : `${number}:${name}`);
    next = number + 1;
  });
  return words.join(" ");
}

export function decodeTable(text: string): (string | undefined)[] {
  const table: (string | undefined)[] = [];
  let next = 0;
  for (const word of text === "" ? [] : text.split(" ")) {
    const colon = word.indexOf(":");
    if (colon > 0) next = Number(word.slice(0, colon));
    while (table.length < next) table.push(undefined);
    table.push(colon > 0 ? word.slice(colon + 1) : word);
    next++;
  }
  return table;
}
