/** `seccomp list`: the profiles that were made here, and the recordings in progress. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { recordingPath } from "../record/destination.ts";
import { readSession } from "../record/session.ts";
import type { Recording } from "../spec/recording.ts";
import type { Roots } from "../spec/roots.ts";

export interface ListedProfile {
  name: string;
  file: string;
  /** `recording`: in progress, with the profile yet to be written. */
  state: "profile" | "recording";
  boundary?: Recording["boundary"];
  /** How many runs it was made of. */
  runs?: number;
  container?: string;
  /** RFC 3339: written, or begun. */
  at: string;
}

export async function seccompList(roots: Roots): Promise<ListedProfile[]> {
  return [...recordings(roots), ...profiles(roots)];
}

function profiles(roots: Roots): ListedProfile[] {
  const files = entries(roots.profiles).filter(
    (name) => name.endsWith(".json") && !name.endsWith(".recording.json"),
  );
  return files.map((name) => {
    const file = `${roots.profiles}/${name}`;
    const recording = recordingBeside(file);
    return {
      name: name.slice(0, -5),
      file,
      state: "profile",
      at: statSync(file).mtime.toISOString(),
      ...(recording === undefined
        ? {}
        : { boundary: recording.boundary, runs: recording.coverage?.runs ?? 1, ...containerOf(recording) }),
    };
  });
}

function recordings(roots: Roots): ListedProfile[] {
  return entries(roots.recordings).flatMap((name): ListedProfile[] => {
    const session = readSession(`${roots.recordings}/${name}`);
    if (session === null) return [];
    const { run, destination } = session;
    const file = destination.profile;
    const title = file.slice(file.lastIndexOf("/") + 1);
    const { boundary, started } = run;
    return [
      {
        name: title.endsWith(".json") ? title.slice(0, -5) : title,
        file,
        state: "recording",
        boundary,
        at: started,
        ...containerOf(run),
      },
    ];
  });
}

function containerOf({ container }: Pick<Recording, "container">): { container?: string } {
  return container.id === undefined ? {} : { container: container.id };
}

/** What was recorded for a profile; undefined when nothing that can be read is there. */
function recordingBeside(file: string): Recording | undefined {
  try {
    return JSON.parse(readFileSync(recordingPath(file), "utf8")) as Recording;
  } catch {
    return undefined;
  }
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
