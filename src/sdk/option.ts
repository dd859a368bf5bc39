/**
 * Options of a hook: declared once, with a type, a meaning and perhaps a default, and read from the words of the definition's
 * `hook.args` or from its `hook.env`. `bridgeName` is `--bridge-name VALUE` there, or `<HOOK>_BRIDGE_NAME=VALUE`; a word wins over a
 * variable, a variable over the default. Whatever does not fit names the option.
 */

import { variable } from "../spec/environment.ts";
import { EXIT, Failure } from "../spec/failure.ts";

export interface Option<T> {
  /** `rest`: the words after `--`. */
  readonly takes: "value" | "values" | "nothing" | "rest";
  /** One sentence, for whoever attaches the hook. */
  readonly means: string;
  /** Absent: the option must be given, unless it is optional. */
  readonly fallback?: T;
  /** Its value is undefined when it is not given. */
  readonly optional?: boolean;
  /** What the words say. Throws an Error that says what they should be. */
  read(words: readonly string[]): T;
}

export type Options = { readonly [name: string]: Option<unknown> };
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** `--bridge-name` of `bridgeName`; `--` alone of the words that follow it. */
export function wordOf(name: string, { takes }: Pick<Option<unknown>, "takes">): string {
  if (takes === "rest") return "--";
  let word = "--";
  for (const letter of name) word += letter === letter.toLowerCase() ? letter : `-${letter.toLowerCase()}`;
  return word;
}

/** `BRIDGE_NETWORK_BRIDGE_NAME` of the option `bridgeName` of the hook `bridge-network`. */
export function variableOf(hook: string, name: string): string {
  return `${hook}_${wordOf(name, { takes: "value" }).slice(2)}`
    .toUpperCase()
    .replaceAll("-", "_")
    .replaceAll(".", "_");
}

/**
 * The values of a hook's options. `argv` starts with the program's own name, as the definition's `args` do. Throws `Failure`
 * `option_invalid` or `option_missing` (2).
 */
export function readOptions<O extends Options>(
  hook: string,
  options: O,
  argv: readonly string[],
  env: readonly string[],
): OptionValues<O> {
  const given = wordsGiven(hook, options, argv);
  const values: { [name: string]: unknown } = {};
  for (const [name, option] of Object.entries(options)) {
    const word = wordOf(name, option);
    const fromEnv = option.takes === "rest" ? undefined : variable(env, variableOf(hook, name));
    const words = given.get(name) ?? (fromEnv === undefined ? undefined : spread(option, fromEnv));
    if (words === undefined && (option.fallback !== undefined || option.optional === true)) {
      values[name] = option.fallback;
      continue;
    }
    if (words === undefined) {
      throw wrong(
        "option_missing",
        hook,
        `${word} is missing`,
        `${option.means}; put it into \`hook.args\` of the definition`,
      );
    }
    try {
      values[name] = option.read(words);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const place = given.has(name) ? word : variableOf(hook, name);
      throw wrong(
        "option_invalid",
        hook,
        `${place} ${JSON.stringify(words.join(" "))}: ${error.message}`,
        option.means,
      );
    }
  }
  return values as OptionValues<O>;
}

function spread({ takes }: Option<unknown>, value: string): string[] {
  return takes === "values" ? value.split(" ").filter((word) => word !== "") : [value];
}

/** By the option's name, what follows each of its words. */
function wordsGiven(hook: string, options: Options, argv: readonly string[]): Map<string, string[]> {
  const given = new Map<string, string[]>();
  const names = new Map(Object.entries(options).map(([name, option]) => [wordOf(name, option), name]));
  for (let i = 1; i < argv.length; i++) {
    const whole = argv[i] ?? "";
    const equals = whole.indexOf("=");
    const word = equals < 0 ? whole : whole.slice(0, equals);
    const name = names.get(word);
    const option = name === undefined ? undefined : options[name];
    if (name === undefined || option === undefined) {
      const known = [...names.keys()].join(", ");
      throw wrong(
        "option_invalid",
        hook,
        `there is no option ${word}`,
        known === "" ? "it takes none" : `it takes ${known}`,
      );
    }
    if (option.takes === "rest") {
      given.set(name, argv.slice(i + 1));
      break;
    }
    const before = given.get(name);
    if (before !== undefined && option.takes !== "values")
      throw wrong("option_invalid", hook, `${word} is given twice`, option.means);
    let value = equals < 0 ? undefined : whole.slice(equals + 1);
    if (option.takes !== "nothing" && value === undefined) value = argv[++i];
    if (option.takes !== "nothing" && value === undefined)
      throw wrong("option_invalid", hook, `${word} has no value`, option.means);
    given.set(name, [...(before ?? []), ...(value === undefined ? [] : [value])]);
  }
  return given;
}

function wrong(code: string, hook: string, what: string, hint: string): Failure {
  return new Failure(code, `read the options of ${hook}: ${what}`, { hint, exitCode: EXIT.usage });
}
