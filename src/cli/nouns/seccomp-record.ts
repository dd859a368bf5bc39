/** The verbs of `seccomp` that look at containers: record, snapshot, trace. */

import { EXIT, Failure } from "../../spec/failure.ts";
import type { RecordOptions } from "../../spec/recording.ts";
import type { Call, Flag, Verb } from "../grammar.ts";
import { PROFILE_FLAGS, recordingAnswer } from "./seccomp-document.ts";

const DETAILS: readonly Flag[] = [
  { name: "refused", summary: "also the calls that a filter refuses" },
  { name: "arguments", summary: "also the values of arguments that can be filtered" },
  { name: "capabilities", summary: "also the capabilities that were asked for" },
  { name: "files", summary: "also the files that were opened" },
  { name: "addresses", summary: "also the addresses that were connected to" },
];
const TARGET: readonly Flag[] = [
  { name: "container", value: "ID", completes: "container", summary: "a running container" },
  { name: "pid", value: "N", summary: "the first process of a running container" },
  {
    name: "runtime-root",
    value: "DIR",
    completes: "directory",
    summary: "where its runtime keeps its state",
  },
];
const RECORDING: Flag = {
  name: "recording",
  value: "FILE",
  completes: "file",
  summary: "write the recording there as well",
};

const record: Verb = {
  kind: "verb",
  name: "record",
  summary: "record a container's system calls and write the profile",
  description: [
    "With --bundle it runs the bundle once, under a filter that allows everything, which is exact; its exit status is the container's. Without -o the profile is printed, and the container's output goes to standard error.",
    "With --container or --pid it looks at a container that runs already: what that did before is not in the profile.",
  ],
  examples: [
    { command: "hookwright seccomp record --bundle ./bundle -o web.json", means: "run it once" },
    {
      command: "hookwright seccomp record --container web --for 30s",
      means: "half a minute of a running one",
    },
  ],
  arguments: [{ name: "ARG", summary: "in place of the bundle's own command", optional: true, repeat: true }],
  flags: [
    { name: "bundle", value: "DIR", completes: "directory", summary: "the bundle to run" },
    {
      name: "runtime",
      value: "RUNTIME",
      summary: "path or name of the runtime; the first of runc and crun when absent",
    },
    ...TARGET,
    {
      name: "for",
      value: "TIME",
      summary: "how long, such as 30s or 5m; until the container ends when absent",
    },
    ...PROFILE_FLAGS,
    RECORDING,
    ...DETAILS,
  ],
  kernel: true,
  async run(call) {
    await checkOutputs(call);
    const bundle = call.flags.text("bundle");
    if (bundle === undefined) return attached(call);
    const { seccompRecord } = await import("../../commands/seccomp-record.ts");
    const runtime = call.flags.text("runtime");
    const { recording, exitStatus } = await seccompRecord(call.roots, {
      bundle,
      args: call.args,
      options: optionsOf(call),
      quiet: call.flags.text("output") === undefined,
      env: call.env,
      stop: call.stop,
      ...(runtime !== undefined && { runtime }),
      ...pinsOf(call),
    });
    await keepRecording(call, recording);
    const answer = await recordingAnswer(call, recording);
    const note = "it ran under a filter that allows everything, in place of the bundle's own";
    return { ...answer, notes: [note, ...(answer.notes ?? [])], exitCode: exitStatus };
  },
};

async function attached(call: Call) {
  const { seccompAttach } = await import("../../commands/seccomp-attach.ts");
  const container = call.flags.text("container");
  const time = call.flags.text("for");
  const recording = await seccompAttach(call.roots, {
    pid: await pidOf(call),
    options: optionsOf(call),
    stop: call.stop,
    ...(container !== undefined && { container }),
    ...(time !== undefined && { forMs: millisecondsOf(time) }),
    ...pinsOf(call),
  });
  await keepRecording(call, recording);
  const answer = await recordingAnswer(call, recording);
  const note = "recorded from when the recorder was attached: what the container did before is not in here";
  return { ...answer, notes: [note, ...(answer.notes ?? [])] };
}

const snapshot: Verb = {
  kind: "verb",
  name: "snapshot",
  summary: "read a recording in progress without ending it",
  examples: [
    { command: "hookwright seccomp snapshot web", means: "the profile so far" },
    { command: "hookwright seccomp snapshot web --raw -o so-far.json", means: "the recording itself" },
  ],
  arguments: [{ name: "CONTAINER", summary: "its id, or the beginning of it", completes: "container" }],
  flags: [...PROFILE_FLAGS, { name: "raw", summary: "the recording instead of a profile" }],
  kernel: true,
  async run(call) {
    const { seccompSnapshot } = await import("../../commands/seccomp-snapshot.ts");
    const recording = await seccompSnapshot(call.roots, call.args[0] ?? "", pinsOf(call).pins);
    return recordingAnswer(call, recording, call.flags.on("raw"));
  },
};

const trace: Verb = {
  kind: "verb",
  name: "trace",
  summary: "watch what a running container's filter refuses",
  description: [
    "Each call is told once with each set of arguments, as the filter saw them; pointers to text with the text. Their names come from the kernel's tracefs where it is mounted (/sys/kernel/tracing), without it they have numbers. It ends with the container, or with an interrupt.",
  ],
  examples: [
    { command: "hookwright seccomp trace web", means: "as it happens" },
    { command: "hookwright seccomp trace --pid 4711 --format json", means: "one line of JSON each" },
  ],
  arguments: [{ name: "CONTAINER", summary: "as --container", optional: true, completes: "container" }],
  flags: TARGET,
  kernel: true,
  async run(call) {
    const { seccompTrace } = await import("../../commands/seccomp-trace.ts");
    const seen = seccompTrace(call.roots, {
      pid: await pidOf(call, call.args[0]),
      stop: call.stop,
      ...pinsOf(call),
    });
    async function* items() {
      for await (const one of seen)
        yield {
          data: one,
          row: [one.time, one.abi, one.syscall, one.arguments.join(" ")],
          name: one.syscall,
        };
    }
    const columns = ["TIME", "ABI", "CALL", "ARGUMENTS"].map((heading) => ({ heading }));
    return { kind: "stream", columns, widths: [24, 7, 16, 0], items: items() };
  },
};

export const recordVerbs: readonly Verb[] = [record, snapshot, trace];

function optionsOf(call: Call): RecordOptions {
  const options: RecordOptions = {};
  for (const name of ["refused", "arguments", "capabilities", "files", "addresses"] as const)
    if (call.flags.on(name)) options[name] = true;
  return options;
}

async function pidOf(call: Call, named?: string): Promise<number> {
  const pid = call.flags.text("pid");
  const container = named ?? call.flags.text("container");
  if (pid !== undefined && /^[1-9]\d{0,9}$/.test(pid)) return Number(pid);
  if (pid !== undefined) throw usage(`"${pid}" is no pid`);
  if (container === undefined) throw usage("say which container: --bundle, --container or --pid");
  const { containerPid } = await import("../../commands/running-container.ts");
  const root = call.flags.text("runtime-root");
  return containerPid(container, root === undefined ? [] : [root]);
}

/** 30s, 5m, 1h. */
function millisecondsOf(time: string): number {
  const [, number, unit] = /^(\d{1,6})(ms|s|m|h)$/.exec(time) ?? [];
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit ?? ""];
  if (factor === undefined) throw usage(`"${time}" is no time; say 30s, 5m or 1h`);
  return Number(number) * factor;
}

/** Before anything runs: what could not be written at the end. */
async function checkOutputs(call: Call): Promise<void> {
  const { checkWritable } = await import("../../commands/seccomp-output.ts");
  for (const flag of ["output", "recording"]) {
    const file = call.flags.text(flag);
    if (file !== undefined) checkWritable(file);
  }
}

async function keepRecording(call: Call, recording: object): Promise<void> {
  const file = call.flags.text("recording");
  if (file === undefined) return;
  const { made } = await import("../../commands/seccomp-output.ts");
  made(`${JSON.stringify(recording, null, 2)}\n`, file);
}

function pinsOf(call: Call): { pins?: string } {
  const pins = call.env.HOOKWRIGHT_PINS;
  return pins === undefined ? {} : { pins };
}

function usage(what: string): Failure {
  return new Failure("usage", `record system calls: ${what}`, { exitCode: EXIT.usage });
}
