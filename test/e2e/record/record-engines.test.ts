/**
 * docs/seccomp.md, as its reader works through it on runc, crun, Docker, Podman and containerd: its commands as they stand, on a
 * machine whose /etc, /usr/local, /run, /sys/fs/bpf and /var are copies. And the default profiles that the engines tell.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { makeBundle, makeRootfs } from "../../support/bundle.ts";
import { startContainerd, writeContainerdConfig } from "../../support/containerd.ts";
import { EngineWorld, installed, preparePodman, startDocker } from "../../support/engines.ts";
import { installMachine } from "../../support/machine.ts";
import { built } from "../../support/programs.ts";
import { allowedIn } from "../../support/recording.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { RUNTIMES } from "../../support/runtime.ts";

const CHECKOUT = `${import.meta.dir}/../../..`;
const PROFILE = "/var/lib/hookwright/profiles/web.json";
const RECORDING = "/var/lib/hookwright/profiles/web.recording.json";
const IMAGE = "localhost/web:1";
const text = readFileSync(`${CHECKOUT}/docs/seccomp.md`, "utf8");

/** The commands below a heading. */
function commandsOf(heading: string): string {
  const [, section = ""] = text.split(`\n## ${heading}\n`);
  const [body = ""] = section.split("\n## ");
  return [...body.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, code]) => code).join("\n");
}

const ready =
  built("hookwright", "hookwright-host") &&
  installed("dockerd", "podman", "containerd", "jq", "runc", "crun");

describe.skipIf(!ready)("the five minutes of docs/seccomp.md", () => {
  let root: TempRoot;
  let world: EngineWorld;

  beforeAll(async () => {
    root = tempRoot();
    world = await EngineWorld.begin(root);
    preparePodman(root);
    writeContainerdConfig(root);
    await installMachine(world, root);
    const rootfs = makeRootfs(`${root.work}/image`);
    const entry = '#!/bin/sh\nls / >/dev/null; exec "$@"\n';
    writeFileSync(`${rootfs}/docker-entrypoint.sh`, entry, { mode: 0o755 });
    await Promise.all([startDocker(world, root), startContainerd(world, root)]);
    const change = `--change 'ENTRYPOINT ["/docker-entrypoint.sh"]' --change 'CMD ["/bin/true"]'`;
    await sh(`tar -C ${rootfs} -cf image.tar .
      docker import ${change} image.tar ${IMAGE}
      podman import -q ${change} image.tar ${IMAGE}
      docker save ${IMAGE} | ctr images import -`);
    await sh(commandsOf("Which containers are recorded"));
  }, 120_000);
  afterAll(async () => {
    await world.end();
    root.remove();
  });

  /** As root of that machine, in a directory of the test; returns what was printed. */
  async function sh(script: string): Promise<string> {
    const start = `export PATH=/usr/local/bin:$PATH; cd ${root.work}`;
    const done = await world.run(["bash", "-euo", "pipefail", "-c", `${start}\n${script}`]);
    expect([script, done.code, done.code === 0 ? "" : done.stdout + done.stderr]).toEqual([script, 0, ""]);
    return done.stdout;
  }

  /** Records, shows and enforces as documented, then sees that the profile refuses `outside`, which calls mkdir. */
  async function fiveMinutes(engine: string, image: string, outside: string): Promise<void> {
    await sh(`rm -f ${PROFILE} ${RECORDING}`);
    const shown = await sh(commandsOf(`Five minutes with ${engine}`).replaceAll("IMAGE", image));
    expect(shown).toContain("exact: under a filter that allowed everything");
    expect(shown).toContain("/docker-entrypoint.sh");
    expectExact(await sh(`cat ${RECORDING}`));
    expect(await sh(`${outside} 2>&1 || true`)).toContain("Operation not permitted");
    expect(await sh("ls /sys/fs/bpf")).not.toContain("hookwright");
  }

  function expectExact(text: string): void {
    const recording = JSON.parse(text);
    expect(recording).toMatchObject({ boundary: "permissive", complete: true });
    const [calls] = Object.values<{ allowed: string[] }>(recording.calls);
    expect(calls?.allowed).toContainValues(["execve", "getdents64"]);
    expect(calls?.allowed).not.toContain("mkdir");
  }

  test("Docker", async () => {
    const mkdir = `docker run --rm --network none --security-opt seccomp=${PROFILE} ${IMAGE} mkdir /tmp/x`;
    await fiveMinutes("Docker", `--network none ${IMAGE}`, mkdir);
  }, 60_000);

  test("Podman", async () => {
    const mkdir = `podman run --rm --network none --security-opt seccomp=${PROFILE} ${IMAGE} mkdir /tmp/x`;
    await fiveMinutes("Podman", `--network none ${IMAGE}`, mkdir);
  }, 60_000);

  test("containerd", async () => {
    const mkdir = `ctr run --rm --seccomp --seccomp-profile ${PROFILE} ${IMAGE} x /bin/mkdir /tmp/x`;
    await fiveMinutes("containerd", IMAGE, mkdir);
  }, 60_000);

  test("containerd, by annotation: of a definition, and that of oci-seccomp-bpf-hook with its hooks.d file", async () => {
    const run = "ctr run --rm --runc-binary /usr/local/bin/hookwright-runc";
    const [, asked = ""] = /`when: (\{ annotations: .*?)`/.exec(text) ?? [];
    const upstream = {
      version: "1.0.0",
      hook: {
        path: "/usr/local/libexec/hookwright/hookwright-host",
        args: ["oci-seccomp-bpf-hook", "-s", "--directory", root.work],
      },
      when: { annotations: { "^io\\.containers\\.trace-syscall$": ".*" } },
      stages: ["prestart"],
    };
    await sh(`cd /etc/hookwright/hooks.d
      sed "s/^when: .*/when: ${asked.replaceAll("\\", "\\\\")}/; s/profile: web/profile: asked/" record-web.yaml >record-asked.yaml
      echo '${JSON.stringify(upstream)}' >oci-seccomp-bpf-hook.json
      hookwright apply
      ${run} --annotation com.example.record=web ${IMAGE} asked /bin/ls /
      ${run} --annotation io.containers.trace-syscall=of:${root.work}/upstream.json ${IMAGE} upstream /bin/ls /
      rm record-asked.yaml oci-seccomp-bpf-hook.json
      hookwright apply`);
    expectExact(await sh("cat /var/lib/hookwright/profiles/asked.recording.json"));
    expect(allowedIn(`${root.work}/upstream.json`)).toContainValues(["getdents64", "newfstatat"]);
    const recording = JSON.parse(readFileSync(`${root.work}/upstream.recording.json`, "utf8"));
    // Nothing has replaced the filter, and ctr gives none by itself.
    expect(recording.boundary).toBe("exec");
  }, 60_000);

  test.each(RUNTIMES)("%s", async (runtime) => {
    makeBundle(`${root.work}/bundle`, {
      args: ["/docker-entrypoint.sh", "/bin/true"],
      rootfs: `${root.work}/image`,
    });
    const shown = await sh(commandsOf("Five minutes with runc or crun").replaceAll("runc", runtime));
    expect(shown).toContain("exact: under a filter that allowed everything");
    expectExact(readFileSync(`${root.work}/web.recording.json`, "utf8"));
    const mkdir = `jq '.process.args = ["/bin/mkdir", "/tmp/x"]' bundle/config.json >new.json && mv new.json bundle/config.json`;
    expect(await sh(`${mkdir}; ${runtime} run --bundle bundle x 2>&1 || true`)).toContain(
      "Operation not permitted",
    );
  });

  test.each(["docker", "podman", "containerd"])(
    "what %s gives to a container by itself",
    async (engine) => {
      writeFileSync(`${root.work}/nothing.json`, '{ "defaultAction": "SCMP_ACT_ERRNO", "syscalls": [] }');
      const diff = `hookwright seccomp diff --against ${engine} ./nothing.json --format json || [ $? = 1 ]`;
      const { before, closes, opens, groups } = JSON.parse(await sh(diff));
      expect([before, opens]).toEqual([`the default of ${engine}`, 0]);
      const closed = groups.flatMap(({ calls }: { calls: { name: string }[] }) =>
        calls.map(({ name }) => name),
      );
      expect(closes).toBeGreaterThan(280);
      expect(closed).toContainValues(["read", "execve", "socket", "personality"]);
      // What no engine lets through.
      for (const name of ["kexec_load", "init_module", "bpf"]) expect(closed).not.toContain(name);
    },
    60_000,
  );
});
