/** Whether a word is an address, as the resolver takes it. */

/** IPv4 in four decimal numbers, or IPv6, with a zone (`%eth0`) or without. */
export function isAddress(word: string): boolean {
  return isV4(word) || isV6(word);
}

/** Whether it is an address of the machine itself, which another network namespace does not reach. */
export function isLoopback(word: string): boolean {
  return (isV4(word) && word.startsWith("127.")) || word === "::1";
}

function isV4(word: string): boolean {
  const parts = word.split(".");
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
}

function isV6(word: string): boolean {
  const [address = "", zone, ...more] = word.split("%");
  if (more.length > 0 || (zone !== undefined && !/^[\w.-]{1,15}$/.test(zone))) return false;
  const halves = address.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1) ?? "";
  const mapped = last.includes(".");
  if (mapped && !isV4(last)) return false;
  const hex = mapped ? groups.slice(0, -1) : groups;
  if (!hex.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  const length = hex.length + (mapped ? 2 : 0);
  return halves.length === 2 ? length < 8 : length === 8;
}
