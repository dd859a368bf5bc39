/** One file of an engine: what it is to say is put in, what we put in is taken out, and nothing else is touched. */

import { jsonc } from "../codec/config/jsonc.ts";
import type { Changed, Data, Format, Mark, Path } from "../codec/config/mark.ts";
import { addToList, toml } from "../codec/config/toml.ts";
import { same } from "../rules/hooks/same.ts";
import type { FileChange, Setting } from "./engine.ts";
import { valueIn } from "./layers.ts";

/** First line of a file that is ours from its beginning; JSON has no comments. */
const HEADER = "# Written by `hookwright engine enable`, taken away by `hookwright engine disable`.\n";

const FORMATS: { readonly [F in FileChange["format"]]: Format } = { json: jsonc, toml };

/** The text with the settings in it; `text` is undefined for a file that is not there. */
export function withSettings({ file, format, settings }: FileChange, text: string | undefined): Changed {
  const marks: Mark[] = [];
  let now = text ?? (format === "toml" ? HEADER : "");
  for (const setting of settings) {
    const changed = put(now, setting, file, format);
    now = changed.text;
    marks.push(...changed.marks);
  }
  return { text: now, marks };
}

function put(text: string, setting: Setting, file: string, format: FileChange["format"]): Changed {
  if ("element" in setting) return addToList(text, setting.path, setting.element, file);
  const { marks, text: now } = FORMATS[format].set(text, setting.path, setting.value, file);
  if (setting.own !== true) return { text: now, marks };
  return {
    text: now,
    marks: marks.map((mark) => (mark.container === true ? mark : { ...mark, own: true as const })),
  };
}

/** The text without what the marks tell of; "" for one that was ours from the beginning and has nothing else in it. */
export function withoutMarks(
  text: string,
  marks: readonly Mark[],
  file: string,
  format: FileChange["format"],
): string {
  const left = marks.reduceRight((now, mark) => FORMATS[format].undo(now, mark, file), text);
  return left === HEADER ? "" : left;
}

/** Whether a file says all of it already. */
export function says({ file, format, settings }: FileChange, text: string): boolean {
  const data = FORMATS[format].data(text, file);
  return settings.every((setting) => holds(data, setting));
}

function holds(data: Data, setting: Setting): boolean {
  const value = valueIn([data], setting.path);
  if (!("element" in setting)) return same(value, setting.value);
  return Array.isArray(value) && value.includes(setting.element);
}

/** Whether marks are there for what is not asked for any more. */
export function isStale(marks: readonly Mark[], { settings }: FileChange): boolean {
  const asked = (path: Path, mark: Mark) =>
    settings.some(
      (setting) => same(setting.path, path) && "element" in setting === (mark.element !== undefined),
    );
  return marks.some((mark) => mark.container !== true && !asked(mark.path, mark));
}
