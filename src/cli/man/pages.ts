/** All man pages: one per command from the grammar, and the hand-written ones of `docs/`, which are man pages as well. */

import definitions from "../../../docs/definitions.md" with { type: "text" };
import events from "../../../docs/events.md" with { type: "text" };
import guard from "../../../docs/guard.md" with { type: "text" };
import wrapper from "../../../docs/wrapper.md" with { type: "text" };
import { type Command, walk } from "../grammar.ts";
import { globalSections, type Section, sectionsOf } from "../reference.ts";
import { VERSION } from "../version.ts";
import { manPage } from "./roff.ts";

export interface Page {
  /** hookwright-hook-check.1 */
  file: string;
  text: string;
}

const WRITTEN = [
  {
    name: "hookwright-definition",
    section: 5,
    summary: "what hook runs, when and where",
    markdown: definitions,
  },
  { name: "hookwright-events", section: 5, summary: "the log of hook runs", markdown: events },
  { name: "hookwright-guard", section: 8, summary: "run one hook, bounded and recorded", markdown: guard },
  {
    name: "hookwright-runtime",
    section: 8,
    summary: "put the plan in front of runc or crun",
    markdown: wrapper,
  },
] as const;

/** Every page, in a fixed order. */
export function manPages(tree: Command): Page[] {
  const commands = [...walk(tree)].map(({ path, command }) => commandPage(command, path));
  const written = WRITTEN.map(({ markdown, ...heading }) => page({ ...heading, version: VERSION }, markdown));
  return [...commands, ...written];
}

function commandPage(command: Command, path: readonly string[]): Page {
  const name = ["hookwright", ...path].join("-");
  const others = path.length === 0 ? globalSections() : [];
  const seeAlso = path.length === 0 ? WRITTEN.map((one) => `${one.name}(${one.section})`) : ["hookwright(1)"];
  const sections: Section[] = [
    ...sectionsOf(command, path),
    ...others,
    { title: "See also", body: seeAlso.join(", ") },
  ];
  const markdown = sections.map(({ title, body }) => `## ${title}\n\n${body}`).join("\n\n");
  return page({ name, section: 1, summary: command.summary, version: VERSION }, markdown);
}

function page(heading: Parameters<typeof manPage>[0], markdown: string): Page {
  return { file: `${heading.name}.${heading.section}`, text: manPage(heading, markdown) };
}
