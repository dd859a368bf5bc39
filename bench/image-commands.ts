/** Image commands that only look at documents, or change them, beside umoci: what a script calls often. On tmpfs. */

import { program } from "../test/support/programs.ts";
import { haveUmoci, REAL } from "../test/support/umoci.ts";
import { clock } from "./measure.ts";
import { heading, ratio } from "./report.ts";
import type { Case } from "./work.ts";

/** Times that a command may take of what umoci takes; starting the engine is most of it. */
const BUDGET = 4;

/** `fast`: a directory on tmpfs. */
export async function imageCommands(fast: string, rounds: number): Promise<void> {
  if (!haveUmoci()) return;
  heading("images: small commands, beside umoci");
  const layout = `${fast}/small`;
  for (const words of [
    ["init", "--layout", layout],
    ["new", "--image", `${layout}:a`],
  ]) {
    Bun.spawnSync([REAL, ...words]);
  }
  const image = ["--image", `${layout}:a`];
  const commands: { [name: string]: string[] } = {
    list: ["list", "--layout", layout],
    stat: ["stat", ...image, "--json"],
    tag: ["tag", ...image, "b"],
    config: ["config", ...image, "--tag", "b", "--no-history", "--author", "x"],
    gc: ["gc", "--layout", layout],
  };
  const cases = Object.entries(commands).flatMap(([name, words]): Case[] => [
    { name, steps: [{ argv: [program("umoci"), ...words] }] },
    { name: `umoci ${name}`, steps: [{ argv: [REAL, ...words] }] },
  ]);
  const times = await clock(rounds, cases);
  for (const name of Object.keys(commands)) ratio(name, times, name, `umoci ${name}`, BUDGET);
}
