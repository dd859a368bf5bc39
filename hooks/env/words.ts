/** `NAME=PATH` on the command line, and `NAME=value` in a file. No value is ever part of a message. */

import { Failure } from "hookwright/hook";

export interface Wanted {
  name: string;
  from: string;
}

/** Reads a word `NAME=FROM`. Throws `Failure` `option_invalid`. */
export function wanted(option: string): (word: string) => Wanted {
  return (word) => {
    const equals = word.indexOf("=");
    const [name, from] = [word.slice(0, Math.max(0, equals)), word.slice(equals + 1)];
    if (isName(name) && from !== "") return { name, from };
    throw new Failure("option_invalid", `read the options of env: ${option} is given what is not NAME=…`, {
      hint: "a name has letters, digits and _, and does not begin with a digit",
    });
  };
}

/** `NAME=value`, without the newline at the value's end. Throws `Failure` `value_invalid`. */
export function variable(name: string, text: string): string {
  const value = text.endsWith("\n") ? text.slice(0, -1) : text;
  if (!isName(name))
    throw new Failure("value_invalid", `set ${JSON.stringify(name)}: that is no name of a variable`);
  if (value.includes("\0")) throw new Failure("value_invalid", `set ${name}: its value has a NUL in it`);
  return `${name}=${value}`;
}

/** The variables of a file; empty lines and lines that begin with # are passed over. Throws `Failure` `value_invalid`. */
export function fileOfVariables(path: string, text: string): string[] {
  return text.split("\n").flatMap((line, i) => {
    if (line.trim() === "" || line.trimStart().startsWith("#")) return [];
    const equals = line.indexOf("=");
    const name = line.slice(0, Math.max(0, equals));
    if (!isName(name)) throw new Failure("value_invalid", `read ${path}: line ${i + 1} is not NAME=value`);
    return [variable(name, line.slice(equals + 1))];
  });
}

function isName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}
