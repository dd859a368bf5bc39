/** Chooses a container's seccomp profile when it is created: by its image, by an annotation of it, or the one for all others. */

import { defineHook, edit, Failure, files, option } from "hookwright/hook";
import { digestsOf } from "./image.ts";
import { profileOf } from "./profile.ts";
import { digestOf, fileOfName, imageProfile } from "./words.ts";

/** Docker's file of a container, Podman's list of all: with room for thousands. */
const LIMIT = 64 * 1024 * 1024;

export default defineHook({
  name: "seccomp",
  stages: ["precreate"],
  options: {
    image: option.list({
      means: "sha256:DIGEST=FILE: the profile for an image, by its manifest's digest or its id",
    }),
    annotation: option.maybe(option.text({ means: "the annotation whose value is the name of a profile" })),
    profiles: option.path({
      means: "directory of the profiles that an annotation may name, NAME.json",
      fallback: "/var/lib/hookwright/profiles",
    }),
    fallback: option.maybe(
      option.path({ means: "the profile for all others; without it they keep their own" }),
    ),
    dockerRoot: option.path({ means: "where Docker keeps its data", fallback: "/var/lib/docker" }),
  },
  uses: { edit, files },
  run({ options, edit, files, container, log }) {
    const chosen = byImage() ?? byAnnotation() ?? options.fallback;
    if (chosen === undefined) {
      log("no profile for it: it keeps its own");
      return;
    }
    edit({ seccomp: { profile: profileOf(chosen, files.readTrusted(chosen)) } });
    log(`profile ${chosen}`);

    function byImage(): string | undefined {
      const profiles = new Map(options.image.map(imageProfile).map(({ digest, file }) => [digest, file]));
      if (profiles.size === 0) return undefined;
      const known = digestsOf(container, options.dockerRoot, (path) => files.readText(path, LIMIT));
      if (known.length === 0) log("nobody tells which image it is of");
      const found = known.map((word) => profiles.get(digestOf(word))).find((file) => file !== undefined);
      return found;
    }

    function byAnnotation(): string | undefined {
      const name = options.annotation === undefined ? undefined : container.annotations[options.annotation];
      if (name === undefined) return undefined;
      const file = fileOfName(options.profiles, name);
      if (file !== undefined) return file;
      throw new Failure(
        "no_profile",
        `choose a profile: ${options.annotation} names none: ${JSON.stringify(name)}`,
      );
    }
  },
});
