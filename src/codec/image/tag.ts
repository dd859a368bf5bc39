/** Tags of a layout, which may be more than tags of a registry (annotations.md, org.opencontainers.image.ref.name). */

const COMPONENT = "[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*";

/** Whether a text can be a tag of a layout. */
export function isTag(text: string): boolean {
  return text.length <= 4096 && new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`).test(text);
}

/** `PATH[:TAG]`: the first colon ends the path, as for umoci and skopeo. */
export function cutTag(text: string): { path: string; tag: string | undefined } {
  const colon = text.indexOf(":");
  return colon < 0
    ? { path: text, tag: undefined }
    : { path: text.slice(0, colon), tag: text.slice(colon + 1) };
}
