/**
 * The real umoci beside ours: the same words in two copies of one directory, and everything that can be seen afterwards.
 * The real one is what scripts/umoci puts into .cache.
 */

import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { program } from "./programs.ts";

export const REAL = `${import.meta.dir}/../../.cache/umoci/umoci`;

/** Whether there is one to compare with; fetches it the first time. */
export function haveUmoci(): boolean {
  if (!existsSync(REAL)) Bun.spawnSync([`${import.meta.dir}/../../scripts/umoci`], { stderr: "inherit" });
  return existsSync(REAL);
}

export interface Seen {
  code: number;
  stdout: string;
  stderr: string;
  /** All files below the directory by their paths: content of text, else the digest; directories and links as such. */
  files: { [path: string]: string };
}

type Env = { readonly [name: string]: string };

/** Runs one of them in a directory. */
export function runIn(dir: string, which: "umoci" | "ours", words: readonly string[], env: Env = {}): Seen {
  const command = which === "umoci" ? REAL : program("umoci");
  const { exitCode, stdout, stderr } = Bun.spawnSync([command, ...words], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? "", TZ: "UTC", ...env },
    stdin: "ignore",
  });
  return { code: exitCode, stdout: stdout.toString(), stderr: stderr.toString(), files: filesBelow(dir) };
}

/** Runs each of the command lines with both, in copies of `start` below `work`; what was seen after each. */
export function runBoth(
  work: string,
  start: string,
  lines: readonly (readonly string[])[],
  env: Env = {},
): { umoci: Seen[]; ours: Seen[] } {
  const seen = (which: "umoci" | "ours") => {
    const dir = join(work, which);
    rmSync(dir, { recursive: true, force: true });
    if (existsSync(start)) cpSync(start, dir, { recursive: true, verbatimSymlinks: true });
    else mkdirSync(dir);
    return lines.map((words) => runIn(dir, which, words, env));
  };
  return { umoci: seen("umoci"), ours: seen("ours") };
}

function filesBelow(dir: string, below = ""): Seen["files"] {
  const files: Seen["files"] = {};
  for (const name of readdirSync(join(dir, below)).sort()) {
    const path = join(below, name);
    const stat = lstatSync(join(dir, path));
    if (stat.isDirectory()) Object.assign(files, { [`${path}/`]: "" }, filesBelow(dir, path));
    else files[path] = stat.isFile() ? contentOf(join(dir, path)) : "no regular file";
  }
  return files;
}

function contentOf(path: string): string {
  const bytes = readFileSync(path);
  return bytes.every((byte) => byte === 10 || byte === 9 || byte >= 32)
    ? bytes.toString()
    : `sha256:${new Bun.CryptoHasher("sha256").update(bytes).digest("hex")}`;
}
