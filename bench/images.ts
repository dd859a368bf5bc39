/**
 * The images' chapter of the bench: unpacking the large image on tmpfs, beside umoci and beside the usual pipe of pigz and tar.
 * Budgets are ratios of medians in one run, and resident memory.
 */

import { readFileSync } from "node:fs";
import { program } from "../test/support/programs.ts";
import { haveUmoci, REAL } from "../test/support/umoci.ts";
import { bigImage, TAG } from "./big-image.ts";
import { imageLayers, RESIDENT_KIB } from "./image-layers.ts";
import { clock, peak } from "./measure.ts";
import { baseline, figure, heading, ratio } from "./report.ts";
import type { Case, Step } from "./work.ts";

/** `fast`: a directory on tmpfs with room for two gigabytes. */
export async function images(fast: string, rounds: number): Promise<void> {
  heading("images: unpack a gigabyte, 50,000 files, 4 layers, on tmpfs");
  const layout = bigImage();
  const target = `${fast}/unpacked`;
  const env = [`PATH=${process.env.PATH}`];
  const image = ["--image", `${layout}:${TAG}`];
  const clean: Step = { argv: ["rm", "-rf", target], path: "/bin/rm", counted: false };
  const make: Step = { argv: ["mkdir", target], path: "/bin/mkdir", counted: false };
  const of = (name: string, path: string, argv: string[]): Case => ({
    name,
    steps: [clean, make, { argv: [path, ...argv], path, env }, clean],
  });
  const ours = (...verb: string[]) => [...verb, ...image, `${target}/made`];
  const pipe = blobsOf(layout)
    .map((blob) => `pigz -dc ${blob} | tar -C ${target} -x`)
    .join(" && ");
  const cases = [
    of("pigz | tar", "/bin/sh", ["-c", pipe]),
    of("raw unpack", program("umoci"), ours("raw", "unpack")),
    of("unpack", program("umoci"), ours("unpack")),
  ];
  if (haveUmoci()) cases.push(of("umoci unpack", REAL, ours("unpack")));
  const times = await clock(rounds, cases, false, 1);
  for (const name of ["pigz | tar", "raw unpack"]) baseline(name, times);
  ratio("unpack, beside pigz | tar", times, "unpack", "pigz | tar", 1);
  if (haveUmoci()) ratio("unpack, beside umoci", times, "unpack", "umoci unpack", 0.45);
  Bun.spawnSync(["mkdir", target]);
  figure("  resident KiB", peak([program("umoci"), ...ours("unpack")], env), RESIDENT_KIB);
  Bun.spawnSync(["rm", "-rf", target]);
  await imageLayers(layout, fast, rounds);
}

/** Paths of the layers, in order. */
function blobsOf(layout: string): string[] {
  const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));
  const blob = (digest: string) => `${layout}/blobs/sha256/${digest.slice("sha256:".length)}`;
  const { layers } = read(blob(read(`${layout}/index.json`).manifests[0].digest));
  return layers.map(({ digest }: { digest: string }) => blob(digest));
}
