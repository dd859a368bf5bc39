/** The one image that a tag stands for, among the images of several platforms that it may lead to. */

import { platformText, samePlatform } from "../../rules/image/platform.ts";
import { Failure } from "../../spec/failure.ts";
import type { Descriptor, Platform } from "../../spec/image.ts";
import { endOf, type Walk } from "./walk.ts";

/** What is needed of a layout. */
interface Images {
  resolveAll(tag: string): Walk[];
  platformOf(descriptor: Descriptor): Platform | undefined;
}

/** As `Layout.resolve`. */
export function chooseWalk(layout: Images, tag: string, platform: Platform | undefined): Walk {
  const all = layout.resolveAll(tag);
  const walks = platform === undefined ? all : all.filter((walk) => runsOn(layout, walk, platform));
  const [walk] = walks;
  if (walk === undefined) {
    const other = platform !== undefined && all.length > 0;
    throw new Failure(
      "tag_missing",
      `tag not found: ${tag}${other ? ` for ${platformText(platform)}` : ""}`,
      {
        hint: other ? `It is there for ${platformsOf(layout, all)}.` : "`list` says which tags there are.",
      },
    );
  }
  if (walks.length > 1) {
    throw new Failure("tag_ambiguous", `tag is ambiguous: ${tag}`, {
      hint: `Choose one with --platform: ${platformsOf(layout, walks)}.`,
    });
  }
  return walk;
}

function runsOn(layout: Images, walk: Walk, platform: Platform): boolean {
  const own = layout.platformOf(endOf(walk));
  return own !== undefined && samePlatform(own, platform);
}

function platformsOf(layout: Images, walks: readonly Walk[]): string {
  const known = walks.flatMap((walk) => layout.platformOf(endOf(walk)) ?? []);
  return [...new Set(known.map(platformText))].join(", ") || "no platform that it names";
}
