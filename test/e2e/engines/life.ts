/**
 * A container's life in the words of the clients `docker` and `podman`, and what of their answers can be compared: the same
 * words are said to an engine before it is told of us and after.
 */

import { expect } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import type { Outcome } from "../../support/runtime.ts";

export type Client = (...words: string[]) => Promise<Outcome>;

/** Says on a SIGTERM that it had one. */
const SERVICE = 'trap "echo ended; exit 3" TERM; echo up; while :; do sleep 0.1; done';
const LIMIT = "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes 2>/dev/null || cat memory.max";

/** Takes containers through everything and returns what the client said; `ask` are flags of `run`. */
export async function live(
  client: Client,
  image: string,
  ask: readonly string[],
  dir: string,
): Promise<string[]> {
  const lived: string[] = [];
  /** `code` is what it has to end with; undefined where engines differ. */
  const say = async (code: number | undefined, ...words: string[]) => {
    const done = await client(...words);
    if (code !== undefined && done.code !== code)
      expect(`${words.join(" ")}: ${done.code} ${done.stderr}`).toStartWith(`${words.join(" ")}: ${code} `);
    lived.push(comparable(`${words[0]} ${done.code}\n${done.stdout}\n${done.stderr}`));
  };
  const run = ["run", "--network", "none", ...ask];
  await say(9, ...run, "--rm", image, "/bin/sh", "-c", "echo out; echo err >&2; exit 9");
  // Docker does not know what crun means: 125 there, not 127.
  await say(undefined, ...run, "--rm", image, "/bin/missing");
  await say(0, ...run, "--detach", "--name", "life", "--memory", "64m", image, "/bin/sh", "-c", SERVICE);
  await say(0, "exec", "life", "/bin/echo", "from exec");
  await say(7, "exec", "life", "/bin/sh", "-c", "exit 7");
  await say(undefined, "exec", "life", "/bin/missing");
  await say(0, "pause", "life");
  await say(0, "inspect", "--format", "{{.State.Status}}", "life");
  await say(0, "unpause", "life");
  await say(0, "update", "--memory", "32m", "--memory-swap", "64m", "life");
  await say(0, "exec", "life", "/bin/sh", "-c", LIMIT);
  await say(0, "restart", "--time", "1", "life");
  await say(0, "stop", "--time", "2", "life");
  await say(0, "inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", "life");
  await say(0, "start", "life");
  await say(0, "kill", "--signal", "KILL", "life");
  await say(0, "wait", "life");
  await say(0, "logs", "life");
  await say(0, "rm", "--force", "life");
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${dir}/Dockerfile`, `FROM ${image}\nRUN echo built >/note\nCMD cat /note\n`);
  await say(0, "build", "--network", "none", "--no-cache", "--tag", "localhost/built:1", dir);
  await say(0, ...run, "--rm", "localhost/built:1");
  return lived;
}

/**
 * Without what is another one every time: ids, times, the name that Podman has for the runtime, and what Docker 20.10 says when it
 * hears of a failed start before it waits for its end.
 */
function comparable(text: string): string {
  return text
    .replace(/^time="\S+" level=error msg="error waiting for container: context canceled"\n/gm, "")
    .replace(/\b[0-9a-f]{64}\b/g, "ID")
    .replace(/\b[0-9a-f]{11,12}\b/g, "ID")
    .replace(/\b\d{4}-\d\d-\d\d[T ][\d:.]+(Z| ?[+-]\d\d:?\d\d)?/g, "TIME")
    .replace(/^Error: (runc|crun|hookwright): /gm, "Error: RUNTIME: ");
}
