/** Tags as the entries of a layout's index give them (annotations.md, org.opencontainers.image.ref.name). */

import { Failure } from "../../spec/failure.ts";
import { type Descriptor, REF_NAME } from "../../spec/image.ts";

/** The tag that an entry of an index gives. */
export function tagOf({ annotations }: Descriptor): string | undefined {
  return annotations !== undefined && Object.hasOwn(annotations, REF_NAME)
    ? annotations[REF_NAME]
    : undefined;
}

/** The entry that gives a tag to what a descriptor refers to, in place of one that it had. */
export function tagged(descriptor: Descriptor, tag: string): Descriptor {
  return { ...descriptor, annotations: { ...descriptor.annotations, [REF_NAME]: tag } };
}

/** What is thrown for a tag that no entry gives. */
export function tagMissing(tag: string): Failure {
  return new Failure("tag_missing", `tag not found: ${tag}`, {
    hint: "`image list` says which tags there are.",
  });
}
