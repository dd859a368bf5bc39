/**
 * deploy/compose, as its readers work through it: the commands of each README, in their order, with the plugin `docker compose` and a
 * Docker engine of the test. The public images are stand-ins of the same names: no registry is reached.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { EndEvent } from "../../../src/spec/event.ts";
import { makeRootfs } from "../../support/bundle.ts";
import { EngineWorld, installed, startDocker } from "../../support/engines.ts";
import { deployed, manifestsIn } from "../../support/manifests.ts";
import { built, program } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";

const PLUGIN = `${import.meta.dir}/../../../.cache/compose/cli-plugins/docker-compose`;
const ready =
  built("hookwright", "hookwright-host", "hookwright-runc") &&
  installed("dockerd", "docker", "openssl") &&
  existsSync(PLUGIN);

let root: TempRoot;
let world: EngineWorld;

beforeAll(async () => {
  if (!ready) return;
  root = tempRoot();
  mkdirSync(`${root.root}/etc/docker`, { recursive: true });
  mkdirSync(`${root.root}/etc/hookwright`, { recursive: true });
  writeFileSync(`${root.root}/etc/docker/daemon.json`, "{}");
  world = await EngineWorld.begin(root);
  mkdirSync(`${root.work}/cli-plugins`);
  symlinkSync(PLUGIN, `${root.work}/cli-plugins/docker-compose`);
  mkdirSync(`${root.work}/bin`);
  // There is no systemd in the namespaces.
  const reload = `#!/bin/sh\n[ "$*" = "reload docker" ] && kill -HUP "$(cat ${root.work}/docker.pid)"\n`;
  writeFileSync(`${root.work}/bin/systemctl`, reload, { mode: 0o755 });
  await shell(
    "mkdir /etc/hookwright; mount --bind $HOOKWRIGHT_ROOT/etc/hookwright /etc/hookwright; mount -t tmpfs -o mode=755 tmpfs /opt; mount -t bpf bpf /sys/fs/bpf",
  );
  await startDocker(world, root);
  await standIn("nginx:1.27", "/docker-entrypoint.sh", "docker-entrypoint.sh");
  await standIn("redis:7", "docker-entrypoint.sh", "bin/docker-entrypoint.sh");
}, 120_000);
afterAll(async () => {
  if (!ready) return;
  await world.end();
  root.remove();
}, 60_000);
beforeEach(() => {
  rmSync(root.events, { force: true });
  rmSync(`${root.root}/etc/hookwright/hooks.d`, { recursive: true, force: true });
});

/** An image that is started as the public one of that name is, and sleeps until it is told to end. */
async function standIn(name: string, entrypoint: string, file: string): Promise<void> {
  const dir = makeRootfs(`${root.work}/stand-in`);
  writeFileSync(`${dir}/${file}`, "#!/bin/sh\ntrap 'exit 0' TERM\nsleep 1000 &\nwait\n", { mode: 0o755 });
  if (!existsSync(`${dir}/bin/chroot`)) symlinkSync("busybox", `${dir}/bin/chroot`);
  const change = `--change 'ENTRYPOINT ["${entrypoint}"]' --change 'ENV PATH=/bin' --change 'CMD ["serve"]'`;
  await shell(`tar -C ${dir} -c . | docker import ${change} - ${name}`);
}

/** Runs commands in a copy of `deploy/compose/NAME`, or in the test's directory; returns what they print. */
async function shell(commands: string, name?: string): Promise<string> {
  const cwd = name === undefined ? root.work : `${root.work}/${name}`;
  if (name !== undefined) cpSync(deployed(`compose/${name}`), cwd, { recursive: true });
  const path = `${root.work}/bin:${dirname(program("hookwright"))}:$PATH`;
  const lead = `export PATH="${path}" PROFILES="${root.profiles}"; cd ${cwd}`;
  const { code, stdout, stderr } = await world.run(
    ["bash", "-euo", "pipefail", "-c", `${lead}\n${commands}`],
    180_000,
  );
  expect(`${code} ${code === 0 ? "" : `${stdout}${stderr}`}`).toBe("0 ");
  return stdout + stderr;
}

/** The commands of a README, in order. */
function commandsOf(name: string): string {
  const text = readFileSync(deployed(`compose/${name}/README.md`), "utf8");
  const blocks = [...text.matchAll(/^( *)```sh\n([\s\S]*?)^ *```/gm)];
  expect(blocks.length).toBeGreaterThan(3);
  return blocks
    .map(([, indent = "", code = ""]) => code.replace(new RegExp(`^${indent}`, "gm"), ""))
    .join("");
}

function runs(): string[] {
  const lines = readFileSync(root.events, "utf8").trim().split("\n");
  const ends = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === "end") as EndEvent[];
  return ends.map(({ hook, stage, reason, result }) => `${hook.name} ${stage} ${reason ?? result}`).sort();
}

/** A stack of which one service waits for the other's health. */
const STACK = `
services:
  web: { image: "nginx:1.27", network_mode: none, init: true, depends_on: { cache: { condition: service_healthy } } }
  cache: { image: "redis:7", network_mode: none, healthcheck: { test: ["CMD", "true"], interval: 1s } }
`;
const LIFE = [
  "up -d",
  "exec -T web env",
  "exec -T cache /bin/sh -c 'exit 7'",
  "pause web",
  "unpause web",
  "restart -t 1 cache",
  "stop -t 1 web",
  "ps --all --format '{{.Service}} {{.State}}'",
  "up -d",
  "run --rm -T --no-deps --entrypoint /bin/echo web once",
  "kill -s KILL web",
  "ps --all --format '{{.Service}} {{.State}} {{.ExitCode}}'",
  "logs",
  "down -t 1",
];

/** What compose says of a stack's life, without ids and times; lines come as services become ready, so they are put in order. */
async function stackLife(): Promise<string[]> {
  const said: string[] = [];
  for (const command of LIFE) {
    const told = await shell(`docker compose --ansi never ${command} 2>&1 || echo "exit $?"`);
    const lines = told.replace(/[0-9a-f]{12,64}/g, "ID").replace(/\d+\.\d+s/g, "TIME");
    said.push(`${command}\n${lines.split("\n").sort().join("\n")}`);
  }
  return said;
}

describe.skipIf(!ready)("docker compose", () => {
  test("the life of a stack is the same as without us, and has its hooks", async () => {
    writeFileSync(`${root.work}/compose.yaml`, STACK);
    const without = await stackLife();
    const define = "hookwright hook add /bin/true --name note --stage createRuntime --stage poststop";
    await shell(
      `${define}; hookwright apply; hookwright engine enable docker --default; systemctl reload docker`,
    );
    await shell("until docker info --format '{{.DefaultRuntime}}' | grep -q hookwright; do sleep 0.1; done");
    const lived = await stackLife();
    await shell(
      "hookwright engine disable docker; systemctl reload docker; hookwright hook remove note; hookwright apply",
    );
    rmSync(`${root.work}/compose.yaml`);
    expect(lived).toEqual(without);
    // Both services, cache and web once more, the web that runs once: each begins and ends.
    expect(runs()).toEqual([...Array(5).fill("note createRuntime ok"), ...Array(5).fill("note poststop ok")]);
  }, 180_000);

  test("hooks on a stack of images that others have made", async () => {
    const said = await shell(commandsOf("hooks"), "hooks");
    expect(said).toContain("\nUPLOADS=/uploads\n");
    expect(said).toMatch(/^tmpfs \/uploads tmpfs .*noexec/m);
    const twice = (run: string) => [run, run];
    expect(runs()).toEqual([...twice("announce createRuntime ok"), ...twice("announce poststop ok")]);
    const outputs = readFileSync(root.events, "utf8").match(/createRuntime of [0-9a-f]{64}/g) ?? [];
    expect(new Set(outputs).size).toBe(2);
  }, 180_000);

  test("a hook that fails is in what `up` says, and its container does not start", async () => {
    await shell(
      "install -D -m 0755 /dev/stdin /opt/hooks/announce <<<$'#!/bin/sh\\ncat >/dev/null; echo no room >&2; exit 1'",
    );
    const begun = "hookwright hook add announce.yaml; hookwright apply";
    const failing =
      "if docker compose up -d web >up.log 2>&1; then exit 9; fi; docker compose down; cat up.log";
    expect(await shell(`${begun}; ${failing}`, "hooks")).toContain("no room");
    expect(runs()).toEqual(["announce createRuntime exit_status", "announce poststop exit_status"]);
  }, 60_000);

  test("profiles are recorded for a stack, and then enforced", async () => {
    const said = await shell(commandsOf("seccomp"), "seccomp");
    expect(said).toContain("chroot: can't change root directory to '/': Operation not permitted");
    for (const name of ["web", "cache"]) {
      const profile = JSON.parse(readFileSync(`${root.profiles}/${name}.json`, "utf8"));
      const names = profile.syscalls.flatMap((one: { names: string[] }) => one.names);
      expect(names).toContain("execve");
      expect(names).not.toContain("chroot");
    }
  }, 180_000);

  test("an image whose hooks travel with it; a tag that is moved is refused", async () => {
    const said = await shell(commandsOf("image"), "image");
    expect(said).toContain("ready: no");
    expect(runs()).toEqual(["app.announce createRuntime ok"]);
    rmSync(root.events);
    const moved =
      "docker tag nginx:1.27 app:1; if docker compose up >up.log 2>&1; then exit 9; fi; docker compose down; cat up.log";
    expect(await shell(moved, "image")).toContain("run with the images app:1@sha256:");
    expect(runs()).toEqual(["app.announce createRuntime image_mismatch"]);
  }, 180_000);
});

test.each(["hooks/compose", "seccomp/compose", "seccomp/enforce", "image/compose"])(
  "%s names services only",
  (file) => {
    const [compose] = manifestsIn(`compose/${file}.yaml`);
    const keys = Object.keys(compose ?? {}).filter((key) => !key.startsWith("x-"));
    expect(keys).toEqual(["services"]);
  },
);
