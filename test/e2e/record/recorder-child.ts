/**
 * A process that records, for tests that kill it or take its rights: `recorder-child.ts PINS LOCK PID` registers and
 * gives back again and again until it is killed; with `once:PID` it registers once and prints the registration or
 * the Failure; with `load` it loads and prints the Failure; with `nested`, LAUNCHER and CALLS it records one container since its
 * exec; with the code of a refusal alone it prints what such a machine is told.
 */

import { primitive } from "../../../src/host/bun.ts";
import { LinuxError } from "../../../src/linux/error.ts";
import { bind } from "../../../src/linux/primitive.ts";
import { kernelSide, load } from "../../../src/record/load.ts";
import { refusal } from "../../../src/record/refusal.ts";
import { register } from "../../../src/record/register.ts";
import { unregister } from "../../../src/record/unregister.ts";
import { Failure } from "../../../src/spec/failure.ts";
import { record } from "./recorder-launch.ts";

bind(primitive);

const [pins = "", lock = "", target = ""] = process.argv.slice(2);
const wish = { boundary: "permissive", options: { refused: true } } as const;

if (lock === "") {
  const EPERM = 1;
  const ESRCH = 3;
  console.log(
    JSON.stringify(tell(refusal(new LinuxError("bpf", pins === "recorder_no_btf" ? ESRCH : EPERM)))),
  );
} else if (target.startsWith("once:")) {
  const started = performance.now();
  try {
    const registration = await register({ pins, lock }, { ...wish, pid: Number(target.slice(5)) });
    console.log(JSON.stringify(registration));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.log(JSON.stringify({ ...tell(error), ms: performance.now() - started }));
  }
} else if (target === "load") {
  const object = await kernelSide();
  const started = performance.now();
  try {
    load({ pins, lock }, object, false);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.log(JSON.stringify({ ...tell(error), ms: performance.now() - started }));
  }
} else if (target === "nested") {
  const [launcher = "", calls = ""] = process.argv.slice(5);
  const bench = { place: { pins, lock }, launcher, calls };
  console.log(JSON.stringify(await record(bench, { boundary: "exec", filter: "none" }, "99")));
} else {
  console.log("begins");
  for (;;) {
    const registration = await register({ pins, lock }, { ...wish, pid: Number(target) });
    unregister({ pins, lock }, registration);
  }
}

function tell({ code, message, hint }: Failure) {
  return { code, message, hint };
}
