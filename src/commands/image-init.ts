/** `image init`: an empty layout. */

import { Layout } from "../media/layout.ts";

/** Throws `Failure` `layout_exists` or `layout_unwritable`. */
export function initLayout(path: string): void {
  Layout.create(path).close();
}
