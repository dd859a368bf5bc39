/**
 * Podman of Debian 12 as a user other than root: the user's own drop-in, plan, store and log; hooks come by hooks.d and by the
 * wrapper, edits by the wrapper; devices are refused, since Podman looks for them in /etc/cdi only.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { EngineWorld, installed } from "../../support/engines.ts";
import { built } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { done } from "./done.ts";

const ready = built("hookwright", "hookwright-host", "hookwright-runc");
const RUN = "podman run --rm --network none";

describe.skipIf(!ready || !installed("podman", "conmon", "newuidmap", "catatonit"))(
  "Podman without root",
  () => {
    let root: TempRoot;
    let world: EngineWorld;
    let read = 0;

    /** What ran since the last call. */
    function ran(): string[] {
      const log = readFileSync(`${root.work}/home/hookwright/var/log/hookwright/events.jsonl`, "utf8");
      const ends = log.slice(read).trim().split("\n").filter(Boolean);
      read = log.length;
      return ends
        .map((line) => JSON.parse(line))
        .filter(({ kind }) => kind === "end")
        .map(({ hook, stage, result }) => `${hook.name} ${stage} ${result}`);
    }

    beforeAll(async () => {
      root = tempRoot();
      world = await EngineWorld.begin(root);
      writeFileSync(
        `${root.root}/etc/containers/policy.json`,
        '{"default":[{"type":"insecureAcceptAnything"}]}',
      );
      const config =
        '[containers]\\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\\nlog_driver = "k8s-file"\\n[engine]\\nevents_logger = "file"\\ncgroup_manager = "cgroupfs"\\nruntime = "runc"\\n';
      const failing = "#!/usr/bin/busybox sh\\necho the hook says no >&2; exit 3\\n";
      await done(
        world.asUser(`mkdir -p ~/.config/containers ~/image/bin ~/bin
        printf '${config}' > ~/.config/containers/containers.conf
        printf '[storage]\\ndriver = "vfs"\\n' > ~/.config/containers/storage.conf
        cp /usr/bin/busybox ~/bin/true; cp /usr/bin/busybox ~/image/bin/true
        for name in sh env false; do ln -s true ~/image/bin/$name; done
        printf '${failing}' > ~/bin/no; chmod 755 ~/bin/no
        $HOOKWRIGHT hook add ~/bin/true --name note --stage createRuntime --stage poststop
        $HOOKWRIGHT hook add ~/bin/no --name no --stage createRuntime --when-command '^/bin/false$'
        printf '{"version": "1.0.0", "when": {"commands": ["^/bin/sh$"]}, "edits": {"env": ["EDITED=yes"]}}' \\
          > $HOOKWRIGHT_ROOT/etc/hookwright/hooks.d/edits.json
        $HOOKWRIGHT apply
        $HOOKWRIGHT engine enable podman`),
      );
    });
    afterAll(async () => {
      await world.end();
      root.remove();
    });

    test("hooks.d: hooks run, and one that fails stops the container with its line", async () => {
      await done(world.asUser(`${RUN} --rootfs ~/image /bin/true`));
      expect(ran()).toEqual(["note createRuntime ok", "note poststop ok"]);
      const failed = await world.asUser(`${RUN} --rootfs ~/image /bin/false`);
      expect(failed.code).toBeGreaterThan(124);
      expect(failed.stderr).toContain("hookwright: hook no at createRuntime");
      ran();
    });

    test("the wrapper: edits arrive as well", async () => {
      const { code, stdout } = await world.asUser(
        `${RUN} --runtime hookwright --rootfs ~/image /bin/sh -c '/bin/env; exit 9'`,
      );
      expect([code, stdout]).toEqual([9, expect.stringContaining("EDITED=yes\n")]);
      expect(ran()).toEqual(["note createRuntime ok", "note poststop ok"]);
      await done(world.asUser("$HOOKWRIGHT engine verify podman"));
    });

    test("a device is refused", async () => {
      const refused = await world.asUser(
        `${RUN} --device hookwright.dev/hook=note --rootfs ~/image /bin/true`,
      );
      expect(refused.code).toBeGreaterThan(124);
      expect(refused.stderr).toContain("hookwright.dev/hook=note");
    });

    test("everything goes again", async () => {
      await done(world.asUser("$HOOKWRIGHT engine disable podman"));
      expect(existsSync(`${root.work}/home/.config/containers/containers.conf.d`)).toBe(false);
    });
  },
);
