/** What this program is, and the versions of the specifications that it follows. Loaded before anything else: keep it light. */

import manifest from "../../package.json" with { type: "json" };

/** Set by the build (`--define`); a run from the source tree has none. */
declare const HOOKWRIGHT_COMMIT: string | undefined;

export const VERSION: string = manifest.version;

export const COMMIT: string | undefined =
  typeof HOOKWRIGHT_COMMIT === "string" && HOOKWRIGHT_COMMIT !== "" ? HOOKWRIGHT_COMMIT : undefined;

/** The specifications whose formats are read and written, by name. */
export const SPECIFICATIONS = {
  "oci-runtime": "1.3.0",
  "hooks.d": "1.0.0",
  cdi: "1.1.0",
} as const;
