/**
 * Making layers, beside umoci on tmpfs: repack of the large image's bundle with one file changed and with a tenth of them,
 * insert of a tree and add-layer of an archive in each compression. Budgets are ratios of medians in one run.
 */

import { cpSync, rmSync } from "node:fs";
import { must } from "../test/support/command.ts";
import { program } from "../test/support/programs.ts";
import { haveUmoci, REAL } from "../test/support/umoci.ts";
import { TAG } from "./big-image.ts";
import { clock, peak } from "./measure.ts";
import { baseline, figure, heading, ratio } from "./report.ts";
import type { Case, Step } from "./work.ts";

/** What any work on the large image may hold. */
export const RESIDENT_KIB = 200 * 1024;

/** `image`: the layout of the large image; `fast`: a directory on tmpfs with room for four gigabytes. */
export async function imageLayers(image: string, fast: string, rounds: number): Promise<void> {
  if (!haveUmoci()) return;
  const layout = `${fast}/layout`;
  const bundle = `${fast}/bundle`;
  cpSync(image, layout, { recursive: true });
  try {
    must([program("umoci"), "unpack", "--image", `${layout}:${TAG}`, bundle]);
    await repack(layout, bundle, rounds);
    await layers(layout, bundle, fast, rounds);
  } finally {
    for (const path of [layout, bundle]) rmSync(path, { recursive: true, force: true });
  }
}

const env = [`PATH=${process.env.PATH}`];

function both(name: string, words: (which: string) => string[], before: Step[] = []): Case[] {
  return [
    { name: `umoci ${name}`, steps: [...before, { argv: [REAL, ...words("umoci")], path: REAL, env }] },
    { name, steps: [...before, { argv: [program("umoci"), ...words("ours")], path: program("umoci"), env }] },
  ];
}

async function compareBoth(name: string, cases: Case[], rounds: number, budget: number): Promise<void> {
  const times = await clock(rounds, cases, false, 1);
  baseline(`umoci ${name}`, times);
  ratio(name, times, name, `umoci ${name}`, budget);
}

async function repack(layout: string, bundle: string, rounds: number): Promise<void> {
  heading("images: repack a bundle of a gigabyte and 50,000 files, on tmpfs");
  const words = (which: string) => ["repack", "--image", `${layout}:repacked-${which}`, bundle];
  must(["sh", "-c", `echo changed >"$(find ${bundle}/rootfs -type f -size +1k | head -n 1)"`]);
  // The first one after unpacking reads what was written last; the index says so.
  must([program("umoci"), ...words("ours")]);
  await compareBoth("repack, 1 file changed", both("repack, 1 file changed", words), rounds, 0.2);
  figure("  resident KiB", peak([program("umoci"), ...words("ours")], env), RESIDENT_KIB);
  must([
    "sh",
    "-c",
    `find ${bundle}/rootfs -type f | awk 'NR % 10 == 0' | tr '\\n' '\\0' | xargs -0 touch -d @1`,
  ]);
  await compareBoth("repack, 10 % changed", both("repack, 10 % changed", words), rounds, 1);
}

async function layers(layout: string, bundle: string, fast: string, rounds: number): Promise<void> {
  heading("images: insert a tree, add an archive, on tmpfs");
  const tree = `${fast}/tree`;
  const archive = `${fast}/layer.tar`;
  must([
    "sh",
    "-c",
    `mkdir ${tree} && cd ${bundle}/rootfs && find . -type f -size -4M | head -n 9000 | tar -c -T - | tar -C ${tree} -x`,
  ]);
  must(["sh", "-c", `tar -C ${bundle}/rootfs -c . | head -c 350000000 >${archive}`]);
  try {
    for (const how of ["gzip", "zstd", "none"]) {
      for (const [name, words] of [
        [`insert, ${how}`, ["insert", tree, "/inserted"]],
        [`raw add-layer, ${how}`, ["raw", "add-layer", archive]],
      ] as const) {
        const [verb = "", ...rest] = words;
        const [second, ...operands] = verb === "raw" ? rest : ["", ...rest];
        const command = (which: string) => [
          ...(verb === "raw" ? [verb, second ?? ""] : [verb]),
          "--image",
          `${layout}:${TAG}`,
          "--tag",
          `made-${which}`,
          "--compress",
          how,
          ...operands,
        ];
        await compareBoth(name, both(name, command), rounds, 1);
        if (how !== "none")
          figure("  blob, beside umoci's", blobSize(layout, "ours") / blobSize(layout, "umoci"), 1);
        figure("  resident KiB", peak([program("umoci"), ...command("ours")], env), RESIDENT_KIB);
      }
    }
  } finally {
    rmSync(tree, { recursive: true, force: true });
    rmSync(archive, { force: true });
  }
}

/** Bytes of the last layer of a tag. */
function blobSize(layout: string, which: string): number {
  const { stdout } = Bun.spawnSync([REAL, "stat", "--json", "--image", `${layout}:made-${which}`]);
  return JSON.parse(stdout.toString()).manifest.blob.layers.at(-1).size;
}
