/** Records sent on to a real journald, by its native protocol and by the syslog socket that it keeps. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { shellHook } from "../support/attack.ts";
import { environmentOf, type Injected, injected } from "../support/injected.ts";
import { built } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { run } from "../support/runtime.ts";

/** journald in a mount namespace with /run, /dev and machine-id of its own: the machine's own journal hears nothing. */
const JOURNALD = `
  set -e
  mount -t tmpfs tmpfs /run
  mkdir -p /run/log/journal /run/dev
  for name in null kmsg urandom; do touch /run/dev/$name; mount --bind /dev/$name /run/dev/$name; done
  ln -s /run/systemd/journal/dev-log /run/dev/log
  mount --rbind /run/dev /dev
  echo 0123456789abcdef0123456789abcdef >/run/machine-id
  [ ! -e /etc/machine-id ] || mount --bind /run/machine-id /etc/machine-id
  /lib/systemd/systemd-journald &
  trap 'kill $!' EXIT
  until [ -S /run/systemd/journal/socket ]; do sleep 0.05; done
  echo ready
  read -r _ || true`;

interface Line {
  SYSLOG_IDENTIFIER: string;
  MESSAGE: string;
  PRIORITY: string;
  _TRANSPORT: string;
  OCI_HOOK_RUN?: string;
  OCI_HOOK_RESULT?: string;
}

let root: TempRoot;
let journald: Bun.Subprocess<"pipe", "pipe", "inherit">;

const inside = (argv: string[], options: Parameters<typeof run>[1] = {}) =>
  run(["nsenter", "--target", String(journald.pid), "--mount", ...argv], options);

function guarded({ hook, state }: Injected) {
  const [, ...words] = hook.args ?? [];
  return inside([hook.path, "guard", ...words], { env: environmentOf(hook), stdin: state });
}

async function journal(): Promise<Line[]> {
  const { stdout } = await inside([
    "journalctl",
    "--directory",
    "/run/log/journal",
    "-o",
    "json",
    "--no-pager",
  ]);
  const lines = stdout.split("\n").filter(Boolean);
  return lines
    .map((line): Line => JSON.parse(line))
    .filter((line) => line.SYSLOG_IDENTIFIER === "hookwright");
}

describe.skipIf(!built("hookwright-guard"))("a real journald", () => {
  beforeAll(async () => {
    root = tempRoot();
    journald = Bun.spawn(["unshare", "--mount", "--propagation", "private", "sh", "-c", JOURNALD], {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
    });
    await journald.stdout.getReader().read();
    mkdirSync(root.config, { recursive: true });
    writeFileSync(`${root.config}/hookwright.yaml`, "events: { journald: true, syslog: true }\n");
  });
  afterAll(async () => {
    journald.stdin.end();
    await journald.exited;
    root.remove();
  });

  test("has each record twice: with its fields, and as a line of syslog", async () => {
    const made = await injected(
      root,
      shellHook('printf "a\\nMESSAGE=forged\\n" >&2; exit 3'),
      "createRuntime",
    );
    expect((await guarded(made)).code).toBe(3);
    let lines: Line[] = [];
    for (let turn = 0; turn < 50 && lines.length < 4; turn++) {
      await Bun.sleep(100);
      lines = await journal();
    }
    const of = (transport: string) => lines.filter((line) => line._TRANSPORT === transport);
    expect(of("journal").map((line) => [line.OCI_HOOK_RESULT, line.PRIORITY])).toEqual([
      [undefined, "6"],
      ["fail", "3"],
    ]);
    expect(new Set(of("journal").map((line) => line.OCI_HOOK_RUN)).size).toBe(1);
    expect(of("syslog").map((line) => line.PRIORITY)).toEqual(["6", "3"]);
    for (const { MESSAGE } of lines) expect(MESSAGE).toContain("at createRuntime of injected");
  }, 30_000);
});
