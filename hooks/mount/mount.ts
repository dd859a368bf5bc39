/** Adds mounts to a container: before its program starts, at createRuntime or createContainer, or while it runs, at poststart. */

import { defineHook, mounts, option } from "hookwright/hook";
import { mountOf, type WantedMount } from "./words.ts";

export default defineHook({
  name: "mount",
  stages: ["createRuntime", "createContainer", "poststart"],
  options: {
    mount: option.list({ means: "type=bind|tmpfs|overlay,target=PATH, and what the type takes" }),
  },
  uses: { mounts },
  run({ options, mounts, log }) {
    // All are read before the first is made.
    for (const wanted of options.mount.map(mountOf)) {
      make(wanted);
      log(`mounted ${wanted.type} at ${wanted.target}`);
    }
    function make(wanted: WantedMount): void {
      if (wanted.type === "bind") mounts.bind(wanted.source, wanted.target, wanted.options);
      else if (wanted.type === "tmpfs") mounts.tmpfs(wanted.target, wanted.options);
      else mounts.overlay(wanted.target, wanted.layers, wanted.options);
    }
  },
});
