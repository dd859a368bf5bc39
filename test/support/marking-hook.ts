/** A hook that makes a file on the host and remembers to remove it; a test builds it and has its containers killed meanwhile. */

import { command, defineHook, Failure, option } from "hookwright/hook";

const BUSYBOX = "/usr/bin/busybox";

export default defineHook({
  name: "marking",
  stages: ["createRuntime"],
  options: {
    place: option.path({ means: "directory of the files, one for each container" }),
    wait: option.maybe(option.text({ means: "annotation that makes it wait so many seconds" })),
  },
  uses: { command },
  undo: {
    unmark({ path }: { path: string }, { command, options }) {
      const { status, stderr } = command([BUSYBOX, "rm", "-f", path]);
      if (status !== 0) throw new Failure("unmark_failed", stderr.trim());
      command([BUSYBOX, "tee", "-a", `${options.place}/undone`], { input: `${path}\n` });
    },
  },
  run({ container, options, command, remember }) {
    const path = `${options.place}/mark.${container.id}`;
    remember("unmark", { path });
    command([BUSYBOX, "touch", path]);
    const seconds = container.annotations[options.wait ?? ""];
    if (seconds !== undefined) command([BUSYBOX, "sleep", seconds]);
  },
});
