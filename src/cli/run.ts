/** Runs one command line: parse, call the verb, print its answer, or say what failed and how to mend it. */

import { EXIT, Failure } from "../spec/failure.ts";
import { rootsAt } from "../spec/roots.ts";
import { helpOf } from "./help.ts";
import { checkFormat, print, type Sink, type Style } from "./output.ts";
import { type Env, type Parsed, parse } from "./parse.ts";
import { withProgress } from "./progress.ts";
import { visible } from "./text.ts";
import { tree } from "./tree.ts";
import { VERSION } from "./version.ts";

/** The outside world of one run. */
export interface World {
  env: Env;
  cwd: string;
  out: Sink;
  err: Sink;
  stop: AbortSignal;
  /** Makes system calls possible; called once, and only for a verb that needs them. */
  bindKernel(): Promise<void>;
}

/** Runs the command line and gives its exit status; nothing is thrown but mistakes of ours. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  let failureExit: number = EXIT.failed;
  let debug = argv.includes("-D") || argv.includes("--debug");
  try {
    const parsed = parse(tree, argv, world.env);
    if (parsed.kind === "version") {
      world.out.write(`hookwright ${VERSION}\n`);
      return EXIT.ok;
    }
    debug = parsed.globals.on("debug");
    if (parsed.kind === "verb") {
      failureExit = parsed.verb.failureExit ?? EXIT.failed;
      return await runVerb(parsed, world);
    }
    const complete = parsed.asked || parsed.path.length === 0;
    (complete ? world.out : world.err).write(helpOf(parsed.command, parsed.path));
    return complete ? EXIT.ok : EXIT.usage;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    world.err.write(failureText(error, debug));
    return error.exitCode === EXIT.failed ? failureExit : error.exitCode;
  }
}

async function runVerb(parsed: Extract<Parsed, { kind: "verb" }>, world: World): Promise<number> {
  const { globals, verb, args, flags, path } = parsed;
  const style: Style = {
    format: globals.text("format") ?? "table",
    quiet: globals.on("quiet"),
    color: isColorful(globals.on("no-color"), world),
    headings: !globals.on("no-headings"),
    full: globals.on("no-trunc"),
  };
  checkFormat(style.format, verb.formats);
  if (verb.kernel) await world.bindKernel();
  const call = {
    roots: rootsAt(absoluteRoot(globals.text("root") ?? "/")),
    args,
    flags,
    env: world.env,
    cwd: world.cwd,
    full: style.full,
    stop: world.stop,
    // Over the line of `withProgress`, which comes back below.
    say: (line: string) => world.err.write(`${world.err.terminal ? "\r\u001b[K" : ""}${visible(line)}\n`),
    watched: world.err.terminal,
  };
  const answer = await withProgress(world.err, `hookwright ${path.join(" ")}`, () => verb.run(call));
  await print(answer, style, world.out, world.err);
  return answer.exitCode ?? EXIT.ok;
}

function absoluteRoot(root: string): string {
  if (root.startsWith("/")) return root;
  throw new Failure("root", `use --root ${JSON.stringify(root)}: it is not an absolute path`, {
    hint: 'Give the whole path, such as --root "$PWD/root".',
    exitCode: EXIT.usage,
  });
}

function isColorful(refused: boolean, world: World): boolean {
  const { NO_COLOR, TERM } = world.env;
  return world.out.terminal && !refused && !NO_COLOR && TERM !== "dumb";
}

/** `hookwright: message`, `hint: mend`, and with --debug the chain of causes. */
function failureText(failure: Failure, debug: boolean): string {
  const lines = [`hookwright: ${failure.message}`];
  if (failure.hint !== undefined) lines.push(`hint: ${failure.hint}`);
  if (debug) {
    lines.push(`code: ${failure.code}`);
    for (let cause = failure.cause; cause instanceof Error; cause = cause.cause) {
      lines.push(`cause: ${cause.stack ?? cause.message}`);
    }
  }
  return `${visible(lines.join("\n"))}\n`;
}
