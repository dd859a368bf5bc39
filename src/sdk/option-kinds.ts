/** The kinds of options, `option.text(…)` and so on: what each takes, and what it refuses. */

import type { Option } from "./option.ts";

/** What every kind of option is made with. */
export interface OptionWords<T> {
  means: string;
  fallback?: T;
}

function make<T>(
  takes: Option<T>["takes"],
  { means, fallback }: OptionWords<T>,
  read: Option<T>["read"],
): Option<T> {
  return { takes, means, read, ...(fallback === undefined ? {} : { fallback }) };
}

/** Text; an empty word is not taken for one. */
export function text(words: OptionWords<string>): Option<string> {
  return make("value", words, ([word = ""]) => {
    if (word === "") throw new Error("it is empty");
    return word;
  });
}

/** An absolute path without `..`. */
export function path(words: OptionWords<string>): Option<string> {
  return make("value", words, ([word = ""]) => absolute(word));
}

/** A whole number from `least` to `most`, both included; `unit` is what is counted, such as "seconds". */
export function whole(
  words: OptionWords<number> & { least: number; most: number; unit: string },
): Option<number> {
  const { least, most, unit } = words;
  return make("value", words, ([word = ""]) => {
    const number = Number(word);
    if (word.trim() === "" || !Number.isInteger(number) || number < least || number > most) {
      throw new Error(`it is no whole number of ${unit} from ${least} to ${most}`);
    }
    return number;
  });
}

/** One of some words. */
export function choice<const C extends string>(
  words: OptionWords<NoInfer<C>> & { of: readonly C[] },
): Option<C> {
  return make<C>("value", words, ([word]) => {
    const found = words.of.find((one) => one === word);
    if (found === undefined) throw new Error(`it is none of ${words.of.join(", ")}`);
    return found;
  });
}

/** On when it is given: `--flag`, or a variable that says `1` or `true`. */
export function flag(words: Pick<OptionWords<boolean>, "means">): Option<boolean> {
  return make("nothing", { ...words, fallback: false }, ([word = "true"]) => {
    if (word === "1" || word === "true") return true;
    if (word === "0" || word === "false") return false;
    throw new Error("it is neither true nor false");
  });
}

/** Any number of times; in a variable, separated by spaces. None when it is not given. */
export function list(words: Pick<OptionWords<string[]>, "means">): Option<readonly string[]> {
  return make("values", { ...words, fallback: [] }, (given) => [...given]);
}

/** All words after `--`. */
export function rest(words: Pick<OptionWords<string[]>, "means">): Option<readonly string[]> {
  return make("rest", words, (given) => {
    if (given.length === 0) throw new Error("nothing follows it");
    return [...given];
  });
}

/** An option that need not be given: its value is undefined then. */
export function maybe<T>(option: Option<T>): Option<T | undefined> {
  return { ...option, optional: true };
}

/** `/a/b` as it is; throws for a path that is relative or climbs. */
function absolute(word: string): string {
  if (word[0] !== "/") throw new Error("it is no absolute path");
  if (word.split("/").includes("..")) throw new Error("it has a `..` in it");
  return word;
}
