/** docs/install-*.md, as their reader works through them: their commands, in their order, on a machine of each Debian release. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Subprocess } from "bun";
import { makeRootfs } from "../../support/bundle.ts";
import * as containerd from "../../support/containerd.ts";
import { programsOf, type Release } from "../../support/engine-programs.ts";
import { EngineWorld, preparePodman, startDocker } from "../../support/engines.ts";
import { installMachine } from "../../support/machine.ts";
import { built } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";

const ready = built("hookwright", "hookwright-host", "hookwright-runc");
const RELEASES: readonly Release[] = ["bookworm", "trixie"];
const IMAGE = "localhost/bb:1";

for (const release of RELEASES)
  describe.skipIf(!ready || programsOf(release) === undefined)(
    `the pages of installation, ${release}`,
    () => {
      let root: TempRoot;
      let world: EngineWorld;
      let engine: Subprocess;

      beforeAll(async () => {
        root = tempRoot();
        const programs = programsOf(release) ?? "";
        world = await EngineWorld.begin(root, { programs });
        preparePodman(root, release === "bookworm" ? undefined : programs);
        containerd.writeContainerdConfig(root);
        await installMachine(world, root);
        [, engine] = await Promise.all([startDocker(world, root), containerd.startContainerd(world, root)]);
        await sh(`tar -C ${makeRootfs(`${root.work}/image`)} -cf image.tar .
        docker import image.tar ${IMAGE} & podman import -q image.tar ${IMAGE}; wait $!`);
      });
      afterAll(async () => {
        await world.end();
        root.remove();
      });

      async function sh(script: string): Promise<string> {
        const { code, stdout, stderr } = await world.run(["bash", "-euc", `cd ${root.work}\n${script}`]);
        expect([script, code, code === 0 ? "" : stdout + stderr]).toEqual([script, 0, ""]);
        return stdout;
      }

      /** Waits until Docker tells these words of its runtimes. */
      const read = (words: string) =>
        sh(`for i in $(seq 100); do
        docker info --format 'Runtimes {{.Runtimes}} DefaultRuntime {{.DefaultRuntime}}' | grep -q '${words}' && exit; sleep 0.1
      done; exit 1`);

      /** The blocks of a page, in order. */
      function blocksOf(page: string, image: string): string[] {
        const text = readFileSync(`${import.meta.dir}/../../../docs/install-${page}.md`, "utf8");
        const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, code = ""]) => code);
        return blocks.map((block) => block.replaceAll("IMAGE", image));
      }

      /** How often the hook ran since the log was emptied. */
      const runs = async () => {
        const log = await sh("cat /var/log/hookwright/events.jsonl; : >/var/log/hookwright/events.jsonl");
        return log
          .split("\n")
          .filter((line) => line.includes('"kind":"end"') && line.includes('"result":"ok"')).length;
      };

      test("docker", async () => {
        const before = await sh("cat /etc/docker/daemon.json");
        const [define = "", enable = "", verify = "", asked = "", all = "", away = ""] = blocksOf(
          "docker",
          IMAGE,
        );
        await sh(define);
        expect(await sh(enable)).toContain("enabled");
        await read("hookwright"); // the daemon does so when it comes to it
        expect(await sh(verify)).toContain("hello");
        expect(await sh(asked)).toContain("poststop");
        expect(await runs()).toBe(4);
        await sh(all);
        expect(await runs()).toBeOneOf([0, 2]); // it may not have been read yet
        await sh(away);
        expect(await sh("cat /etc/docker/daemon.json")).toBe(before);
      });

      test("podman", async () => {
        const [define = "", enable = "", run = "", wrapped = "", away = ""] = blocksOf("podman", IMAGE);
        await sh(define);
        await sh(`${enable}\n${run}\n${wrapped}`);
        expect(await runs()).toBe(8);
        await sh(away);
        expect(await sh("ls /etc/containers/containers.conf.d")).toBe("");
      });

      test("containerd", async () => {
        const file = containerd.containerdFile(root);
        const before = readFileSync(file, "utf8");
        const [define = "", enable = "", verify = "", run = "", away = ""] = blocksOf(
          "containerd",
          containerd.IMAGE,
        );
        await sh(`${define}\n${enable}`);
        engine.kill();
        await engine.exited;
        engine = await containerd.startContainerd(world, root);
        expect(await sh(verify)).toContain("hello");
        expect(await sh(run)).toContain("poststop");
        expect(await runs()).toBe(4);
        await sh(away);
        expect(readFileSync(file, "utf8")).toBe(before);
      });
    },
  );
