/** `docker-credential-NAME get`: a program that keeps passwords. It is started without a shell, and bounded. */

import { spawn } from "node:child_process";
import { Failure } from "../../spec/failure.ts";
import type { Credentials } from "./credentials.ts";

const MILLISECONDS = 15_000;
const BYTES = 64 * 1024;

/** What the program knows of a server, undefined when nothing. Throws `Failure` `credential_program`. */
export async function askProgram(
  name: string,
  server: string,
  env: { readonly [name: string]: string | undefined },
): Promise<Credentials | undefined> {
  if (!/^[A-Za-z0-9._-]+$/.test(name)) throw failed(name, "its name is no word");
  const { code, output } = await run(`docker-credential-${name}`, `${server}\n`, env, name);
  if (code !== 0) {
    if (/credentials not found/i.test(output)) return undefined;
    throw failed(name, `it ended with ${code}: ${output.trim().slice(0, 200)}`);
  }
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    throw failed(name, "its answer is no JSON");
  }
  const { Username: user, Secret: secret } = (answer ?? {}) as { Username?: unknown; Secret?: unknown };
  if (typeof user !== "string" || typeof secret !== "string")
    throw failed(name, "its answer has no Username and Secret");
  if (secret === "") return undefined;
  return user === "<token>" ? { refreshToken: secret } : { user, password: secret };
}

function run(
  program: string,
  input: string,
  env: { readonly [name: string]: string | undefined },
  name: string,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    // A group of its own: what the program has started goes with it.
    const child = spawn(program, ["get"], {
      env: env as NodeJS.ProcessEnv,
      stdio: ["pipe", "pipe", "ignore"],
      detached: true,
    });
    const giveUp = (why: string, cause?: unknown) => {
      clearTimeout(timer);
      if (child.pid !== undefined) endGroup(child.pid);
      child.stdout.destroy();
      reject(failed(name, why, cause));
    };
    const timer = setTimeout(() => giveUp(`it took longer than ${MILLISECONDS / 1000} s`), MILLISECONDS);
    const chunks: Buffer[] = [];
    let length = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > BYTES) giveUp("it says too much");
      else chunks.push(chunk);
    });
    child.on("error", (error) => giveUp(error.message, error));
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, output: Buffer.concat(chunks).toString("utf8") });
    });
    // A program that does not read its input ends the pipe; what it answers still counts.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {} // gone already
}

function failed(name: string, why: string, cause?: unknown): Failure {
  return new Failure("credential_program", `ask docker-credential-${name} for a password: ${why}`, {
    hint: "install it, or take it out of credHelpers and credsStore",
    ...(cause !== undefined && { cause }),
  });
}
