/**
 * The Debian packages: the same bytes every time, and installed, upgraded, removed and purged in a root of Debian's own,
 * where an engine's files come back as they were. Units are held against systemd's own judgement of them.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tree } from "../../../src/cli/tree.ts";
import { installed } from "../../support/engines.ts";
import { built, program } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { type Outcome, run } from "../../support/runtime.ts";

const REPOSITORY = `${import.meta.dir}/../../..`;
const SUITE = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "";
const DEBIAN = `${REPOSITORY}/.cache/debian/${SUITE}.tar`;
const OLD = "0.1.0";
const NEW = "0.2.0";
const DAEMON = '{ "debug": true,   "runtimes": {} } \n';
const CONTAINERS = '# ours\n[engine]\nruntime = "runc"\n';

let root: TempRoot;
let debian: string;

/** Made without compression, which takes minutes and is dpkg's own. */
async function build(to: string, version: string, env: Record<string, string> = {}): Promise<string[]> {
  const words = [`${REPOSITORY}/packaging/build`, `${root.work}/${to}`, version];
  const { code, stdout, stderr } = await run(words, {
    env: {
      PATH: process.env.PATH ?? "",
      DPKG_DEB_COMPRESSOR_TYPE: "none",
      SOURCE_DATE_EPOCH: "1700000000",
      ...env,
    },
    limit: 120_000,
  });
  expect(`${code}: ${stderr}`).toBe("0: ");
  return stdout.trim().split("\n");
}

/** Runs a command in the root, with a process namespace and /proc of its own. */
function inside(...command: string[]): Promise<Outcome> {
  const words = [
    "unshare",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    `--mount-proc=${debian}/proc`,
    "chroot",
    debian,
  ];
  return run([...words, ...command], {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", DEBIAN_FRONTEND: "noninteractive" },
    limit: 120_000,
  });
}

async function done(...command: string[]): Promise<string> {
  const { code, stdout, stderr } = await inside(...command);
  expect(`${command.join(" ")}: ${code}: ${code === 0 ? "" : stdout + stderr}`).toBe(
    `${command.join(" ")}: 0: `,
  );
  return stdout;
}

/** Copies packages into the root and gives them to dpkg. */
async function dpkgInstall(packages: readonly string[]): Promise<void> {
  for (const file of packages) await Bun.write(`${debian}/tmp/${file.split("/").at(-1)}`, Bun.file(file));
  await done("dpkg", "--install", ...packages.map((file) => `/tmp/${file.split("/").at(-1)}`));
}

const text = (path: string) => readFileSync(`${debian}${path}`, "utf8");

/** Every path of the root but what dpkg and a shell leave for themselves. */
function paths(): string[] {
  const places = ["etc", "lib", "usr", "var/lib", "var/log", "run"].map((place) => `${debian}/${place}`);
  const found = Bun.spawnSync(["find", ...places, "-path", "*/var/lib/dpkg", "-prune", "-o", "-print"]);
  return found.stdout
    .toString()
    .split("\n")
    .filter((path) => !path.startsWith(`${debian}/var/log/dpkg.log`))
    .sort();
}

const ready = built("hookwright", "hookwright-host") && existsSync(DEBIAN);

describe.skipIf(!ready)("packages", () => {
  let first: string[];
  beforeAll(async () => {
    root = tempRoot();
    debian = `${root.work}/debian`;
    mkdirSync(debian);
    // Device nodes of an essential root are none that dpkg needs.
    const unpacked = await run(["tar", "-C", debian, "-xf", DEBIAN, "--exclude=./dev/*"], { limit: 120_000 });
    expect(unpacked.code).toBe(0);
    first = await build("first", OLD);
  }, 240_000);
  afterAll(() => root.remove());

  test("are the same bytes whatever the umask, the zone, the language and the place", async () => {
    const shell = `umask 077; exec ${REPOSITORY}/packaging/build ${root.work}/second ${OLD}`;
    const env = {
      PATH: process.env.PATH ?? "",
      DPKG_DEB_COMPRESSOR_TYPE: "none",
      SOURCE_DATE_EPOCH: "1700000000",
    };
    const odd = { ...env, TZ: "Asia/Kathmandu", LC_ALL: "C.UTF-8", TMPDIR: root.work };
    const again = await run(["sh", "-c", shell], { env: odd, cwd: "/", limit: 120_000 });
    const second = again.stdout.trim().split("\n");
    expect(second.map((file) => file.split("/").at(-1))).toEqual(first.map((file) => file.split("/").at(-1)));
    for (const [at, file] of first.entries())
      expect(Bun.spawnSync(["cmp", file, second[at] ?? ""]).exitCode).toBe(0);
  }, 240_000);

  test("installed: both programs, a plan without hooks, nothing enabled; upgraded: what was in force is", async () => {
    const before = paths();
    await dpkgInstall(first);
    expect(await done("hookwright", "--version")).toBe(`hookwright ${OLD}\n`);
    const status = JSON.parse(await done("hookwright", "status", "--format", "json"));
    expect(status).toMatchObject({ generation: 0, definitions: 0, missing: [], pending: { other: false } });
    for (const name of ["hookwright-runc", "hookwright-crun", "hookwright-runtime", "oci-add-hooks"])
      expect((await inside(name, "--version")).stderr).not.toContain("not found");
    expect(existsSync(`${debian}/usr/share/man/man1/hookwright-doctor.1.gz`)).toBe(true);
    expect(text("/usr/share/bash-completion/completions/hookwright")).toContain("doctor");
    expect(
      readdirSync(`${debian}/lib/systemd/system`).filter((name) => name.startsWith("hookwright")),
    ).toHaveLength(5);
    expect((await done("find", "/etc/systemd", "-name", "*hookwright*")).trim()).toBe("");
    expect((await done("dpkg", "--verify", "hookwright", "hookwright-host")).trim()).toBe("");
    const codes = (await inside("hookwright", "doctor", "-q")).stdout.trim().split("\n");
    expect(codes.filter((code) => !/^(no_runtime|cgroup_\w+|kernel_\w+)$/.test(code))).toEqual([]);

    await done("hookwright", "hook", "add", "/usr/bin/true", "--name", "note", "--stage", "createRuntime");
    await done("hookwright", "apply");
    writeFileSync(`${debian}/etc/hookwright/hookwright.yaml`, "# mine\n");
    mkdirSync(`${debian}/etc/docker`);
    writeFileSync(`${debian}/etc/docker/daemon.json`, DAEMON);
    mkdirSync(`${debian}/etc/containers`);
    writeFileSync(`${debian}/etc/containers/containers.conf`, CONTAINERS);
    await done("hookwright", "engine", "enable", "docker", "--default");
    await done("hookwright", "engine", "enable", "podman", "--runtime", "runc");
    const plan = readlinkSync(`${debian}/var/lib/hookwright/plans/current`);
    const daemon = text("/etc/docker/daemon.json");
    expect(daemon).toContain('"/usr/bin/hookwright-runc"');

    const newer = await build("newer", NEW);
    await dpkgInstall(newer);
    expect(await done("dpkg-query", "--show", "hookwright", "hookwright-host")).toBe(
      `hookwright	${NEW}
hookwright-host	${NEW}
`,
    );
    expect(readlinkSync(`${debian}/var/lib/hookwright/plans/current`)).toBe(plan);
    expect(text("/etc/docker/daemon.json")).toBe(daemon);
    expect(text("/etc/hookwright/hookwright.yaml")).toBe("# mine\n");

    await done("dpkg", "--remove", "hookwright", "hookwright-host");
    expect(text("/etc/docker/daemon.json")).toBe(DAEMON);
    expect(text("/etc/containers/containers.conf")).toBe(CONTAINERS);
    expect(existsSync(`${debian}/etc/containers/containers.conf.d`)).toBe(false);
    expect(existsSync(`${debian}/etc/hookwright/hooks.d/note.json`)).toBe(true);
    expect(existsSync(`${debian}/var/lib/hookwright/plans/current`)).toBe(true);
    expect(existsSync(`${debian}/usr/bin/hookwright`)).toBe(false);

    await done("dpkg", "--purge", "hookwright", "hookwright-host");
    rmSync(`${debian}/etc/docker`, { recursive: true });
    rmSync(`${debian}/etc/containers`, { recursive: true });
    expect(paths()).toEqual(before);
  }, 240_000);

  test("purged at once: engines forget us first, and Docker is told of it", async () => {
    await dpkgInstall(first);
    mkdirSync(`${debian}/etc/docker`);
    writeFileSync(`${debian}/etc/docker/daemon.json`, DAEMON);
    await done("hookwright", "engine", "enable", "docker", "--default");
    // A systemd of this root: it writes down what it is asked for, and what Docker would read then.
    mkdirSync(`${debian}/run/systemd/system`, { recursive: true });
    const says = `#!/bin/sh\necho "$* $(cksum </etc/docker/daemon.json)" >>/tmp/systemctl.log\n`;
    writeFileSync(`${debian}/usr/bin/systemctl`, says, { mode: 0o755 });
    await done("dpkg", "--purge", "hookwright", "hookwright-host");
    expect(text("/etc/docker/daemon.json")).toBe(DAEMON);
    const sum = Bun.spawnSync(["cksum"], { stdin: new TextEncoder().encode(DAEMON) })
      .stdout.toString()
      .trim();
    expect(text("/tmp/systemctl.log").split("\n").slice(0, 2)).toEqual([
      `is-active --quiet docker ${sum}`,
      `reload docker ${sum}`,
    ]);
    for (const place of ["/etc/hookwright", "/var/lib/hookwright", "/var/log/hookwright"])
      expect(existsSync(`${debian}${place}`)).toBe(false);
    rmSync(`${debian}/usr/bin/systemctl`);
    rmSync(`${debian}/run/systemd`, { recursive: true });
    rmSync(`${debian}/etc/docker`, { recursive: true });
  }, 240_000);

  test("an engine whose file cannot be mended keeps the package", async () => {
    await dpkgInstall(first);
    mkdirSync(`${debian}/etc/docker`);
    writeFileSync(`${debian}/etc/docker/daemon.json`, DAEMON);
    await done("hookwright", "engine", "enable", "docker");
    const enabled = text("/etc/docker/daemon.json");
    writeFileSync(`${debian}/etc/docker/daemon.json`, enabled.replace("{", "{{"));
    const refused = await inside("dpkg", "--remove", "hookwright");
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain("/etc/docker/daemon.json");
    expect(existsSync(`${debian}/usr/bin/hookwright`)).toBe(true);
    writeFileSync(`${debian}/etc/docker/daemon.json`, enabled);
    await done("dpkg", "--purge", "hookwright", "hookwright-host");
    expect(text("/etc/docker/daemon.json")).toBe(DAEMON);
  }, 240_000);
});

describe.skipIf(!installed("systemd-analyze"))("units", () => {
  const units = `${REPOSITORY}/packaging/systemd`;

  test.each([
    ["hookwright-nri.service", 20],
    ["hookwright-definitions.service", 20],
    ["hookwright-reconcile.service", 90],
  ])("%s is held at %d of 100 by systemd-analyze security", async (unit, threshold) => {
    const judged = [
      "systemd-analyze",
      "security",
      "--offline=true",
      `--threshold=${threshold}`,
      `${units}/${unit}`,
    ];
    const { code, stdout, stderr } = await run(judged);
    expect(code === 0 ? "" : stdout + stderr).toBe("");
  });

  test("what a unit starts is a command of ours", () => {
    const texts = readdirSync(units).map((name) => readFileSync(`${units}/${name}`, "utf8"));
    const started = texts.flatMap((text) => [...text.matchAll(/^ExecStart=\/usr\/bin\/hookwright (\S+)/gm)]);
    const verbs = started.map(([, verb = ""]) => verb);
    expect(verbs.sort()).toEqual(["apply", "nri", "reconcile"]);
    const known = tree.children.filter(({ kind }) => kind === "verb").map(({ name }) => name);
    expect(verbs.filter((verb) => !known.includes(verb))).toEqual([]);
  });

  test("systemd-analyze verify has nothing to say", async () => {
    const own = tempRoot();
    // What a unit starts has to be there: for the check that is any program.
    mkdirSync(`${own.work}/units`);
    for (const name of readdirSync(units).filter((file) => /\.(service|path|timer)$/.test(file))) {
      const text = readFileSync(`${units}/${name}`, "utf8").replaceAll(
        "/usr/bin/hookwright ",
        "/usr/bin/true ",
      );
      writeFileSync(`${own.work}/units/${name}`, text);
    }
    const names = readdirSync(`${own.work}/units`).map((name) => `${own.work}/units/${name}`);
    const { code, stdout, stderr } = await run(["systemd-analyze", "verify", "--man=no", ...names]);
    own.remove();
    expect(`${code}: ${stdout}${stderr}`).toBe("0: ");
  });

  test.skipIf(!built("hookwright"))(
    "what a unit starts makes no system call that its filter refuses",
    async () => {
      const own = tempRoot();
      const words = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-o",
        `${own.work}/calls`,
        program("hookwright"),
      ];
      const checked = await run([...words, "apply", "--check", "--root", own.root], { limit: 60_000 });
      const trace = readFileSync(`${own.work}/calls`, "utf8");
      own.remove();
      expect(checked.code).toBe(0);
      const made = [...trace.matchAll(/^\d+ +(?:<\.\.\. )?([a-z]\w+)(?:\(| resumed)/gm)].map(
        ([, name = ""]) => name,
      );
      expect(made.length).toBeGreaterThan(100);
      const allowed = await members("@system-service");
      expect([...new Set(made)].filter((name) => !allowed.has(name))).toEqual([]);
    },
  );

  /** The system calls of a filter set, those of the sets in it among them. */
  async function members(set: string): Promise<Set<string>> {
    const { stdout } = await run(["systemd-analyze", "syscall-filter", set]);
    const words = [...stdout.matchAll(/^ +(@?[a-z]\S*)$/gm)].map(([, word = ""]) => word);
    const sets = await Promise.all(words.filter((word) => word.startsWith("@")).map(members));
    return new Set([...words, ...sets.flatMap((one) => [...one])]);
  }
});
