/** Names as the writer must cut or change them, to the letter of Go's archive/tar. */

import { byteString, bytesOfString } from "../byte-string.ts";

const NAME = 100;
const PREFIX = 155;

/** `text` without what is not ASCII. */
export function ascii(text: Uint8Array): Uint8Array {
  return isAscii(text) ? text : text.filter((byte) => byte !== 0 && byte < 0x80);
}

function isAscii(text: Uint8Array): boolean {
  for (const byte of text) if (byte === 0 || byte >= 0x80) return false;
  return true;
}

/** A name that is longer than its field, as ustar splits it at a slash; undefined when it need not or cannot be split. */
export function splitName(bytes: Uint8Array): { prefix: Uint8Array; name: Uint8Array } | undefined {
  if (bytes.length <= NAME || !isAscii(bytes)) return undefined;
  const text = byteString(bytes);
  let length = text.length;
  if (length > PREFIX + 1) length = PREFIX + 1;
  else if (text.endsWith("/")) length--;
  const slash = text.slice(0, length).lastIndexOf("/");
  const rest = text.length - slash - 1;
  if (slash <= 0 || rest > NAME || rest === 0 || slash > PREFIX) return undefined;
  return { prefix: bytes.subarray(0, slash), name: bytes.subarray(slash + 1) };
}

/** `a/b` has its extended header in `a/PaxHeaders.0/b`: a file, to programs that do not know the format. */
export function paxHeaderName(bytes: Uint8Array): Uint8Array {
  const text = byteString(bytes);
  const slash = text.lastIndexOf("/");
  const name = cleaned(
    `${text.slice(0, slash + 1)}/PaxHeaders.0/${text.slice(slash + 1)}`,
    slash >= 0 && text.startsWith("/"),
  );
  const cut = byteString(ascii(bytesOfString(name))).slice(0, NAME);
  return bytesOfString(cut.replace(/\/+$/, ""));
}

/** The lexical path: no empty component, no `.`, no `..` that something goes before. */
function cleaned(path: string, rooted: boolean): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!rooted) parts.push(part);
  }
  return `${rooted ? "/" : ""}${parts.join("/")}`;
}
