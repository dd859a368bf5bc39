/**
 * vis(3) as go-mtree writes it (VIS_WHITE | VIS_OCTAL | VIS_GLOB), and unvis(3): names with spaces, wildcards, control
 * characters or bytes above 0x7f become octal escapes, so that a manifest is ASCII and has one entry a line.
 */

const PLAIN = /^[!-"$-)+->@-Z\]-~]*$/;

/** `name` for a manifest. */
export function vis(name: string): string {
  if (PLAIN.test(name)) return name;
  let text = "";
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at);
    const character = name.charAt(at);
    if (character === "\\") text += "\\\\";
    else if (unit <= 0x20 || unit >= 0x7f || "*?[#".includes(character)) text += octal(unit);
    else text += character;
  }
  return text;
}

function octal(unit: number): string {
  return `\\${unit.toString(8).padStart(3, "0")}`;
}

const C_STYLE: { [letter: string]: string } = {
  "\\": "\\",
  n: "\n",
  r: "\r",
  b: "\b",
  a: "\x07",
  v: "\v",
  t: "\t",
  f: "\f",
  s: " ",
  E: "\x1b",
  $: "",
  "\n": "",
};

/** What was encoded; undefined when an escape is not one of vis(3). All of its styles are read, not only octal. */
export function unvis(text: string): string | undefined {
  if (!text.includes("\\")) return text;
  let name = "";
  for (let at = 0; at < text.length; ) {
    const character = text.charAt(at++);
    if (character !== "\\") {
      name += character;
      continue;
    }
    const [decoded, length] = sequence(text, at) ?? [];
    if (decoded === undefined || length === undefined) return undefined;
    name += decoded;
    at += length;
  }
  return name;
}

/** The escape after a backslash at `at`: what it stands for, and its length. */
function sequence(text: string, at: number): [decoded: string, length: number] | undefined {
  const first = text.charAt(at);
  if (first >= "0" && first <= "7") {
    const digits = /^[0-7]{1,3}/.exec(text.slice(at, at + 3))?.[0] ?? "";
    const unit = Number.parseInt(digits, 8);
    return unit > 0xff ? undefined : [String.fromCharCode(unit), digits.length];
  }
  if (first === "x") {
    const digits = /^[0-9a-fA-F]{2}/.exec(text.slice(at + 1, at + 3))?.[0];
    return digits === undefined ? undefined : [String.fromCharCode(Number.parseInt(digits, 16)), 3];
  }
  if (first === "^") return control(text, at + 1, 0, 2);
  if (first === "M") {
    const second = text.charAt(at + 1);
    if (second === "^") return control(text, at + 2, 0x80, 3);
    const unit = text.charCodeAt(at + 2);
    return second === "-" && unit <= 0xff ? [String.fromCharCode(unit | 0x80), 3] : undefined;
  }
  const plain = Object.hasOwn(C_STYLE, first) ? C_STYLE[first] : undefined;
  return plain === undefined ? undefined : [plain, 1];
}

function control(text: string, at: number, mask: number, length: number): [string, number] | undefined {
  const unit = text.charCodeAt(at);
  if (!(unit <= 0xff)) return undefined;
  return [String.fromCharCode(mask | (text.charAt(at) === "?" ? 0x7f : unit & 0x1f)), length];
}
