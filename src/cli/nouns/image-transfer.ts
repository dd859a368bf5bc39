/** `image copy`, `push`, `pull` and `inspect`: images between layouts, archives, engines and registries. */

import { EXIT, Failure } from "../../spec/failure.ts";
import type { Answer } from "../answer.ts";
import type { Argument, Call, Flag, Verb } from "../grammar.ts";
import { shortDigest } from "../words.ts";

/** Flags of every verb that may ask a registry. */
const REGISTRY_FLAGS: readonly Flag[] = [
  {
    name: "authfile",
    value: "FILE",
    completes: "file",
    variable: "REGISTRY_AUTH_FILE",
    summary: "passwords, instead of those that podman and docker keep",
  },
  {
    name: "cert-dir",
    value: "DIR",
    completes: "directory",
    summary: "authorities to trust besides the system's (*.crt), and our own certificate (*.cert, *.key)",
  },
  { name: "plain-http", summary: "speak to registries without TLS, also to those of other machines" },
  { name: "timeout", value: "SECONDS", summary: "give up when it takes longer" },
];

const PLATFORM: Flag = {
  name: "platform",
  value: "OS/ARCH[/VARIANT]",
  summary: "which image of an index; this machine's when absent",
};
const COPY_FLAGS: readonly Flag[] = [
  PLATFORM,
  { name: "all", summary: "the whole index, with the images of all platforms" },
  { name: "no-referrers", summary: "leave what refers to the image: hooks, signatures" },
  { name: "progress", summary: "a line for each blob, also when stderr is no terminal" },
  ...REGISTRY_FLAGS,
];
const LOCATION: Argument = {
  name: "IMAGE",
  summary: "docker://HOST/REPO:TAG, oci:DIR:TAG, oci-archive:FILE, docker-archive:FILE or docker-daemon:NAME",
};
const TAGGED: Argument = {
  name: "LAYOUT[:TAG]",
  summary: "layout directory, and a tag in it",
  completes: "directory",
};
const REFERENCE: Argument = { name: "REFERENCE", summary: "[HOST/]REPOSITORY[:TAG][@DIGEST], as for docker" };

const copy: Verb = {
  kind: "verb",
  name: "copy",
  summary: "copy an image from one medium to another",
  description: [
    "Manifests and layers stay as they are, to the byte, and so do their digests; docker-archive: and docker-daemon: hold images in a form of their own.",
    "What the destination has already is not sent. The name is given last, so an interrupted copy leaves no half image.",
  ],
  examples: [
    { command: "hookwright image copy docker://debian:12 oci:images:debian", means: "from a registry" },
    {
      command: "hookwright image copy --all oci:images:app docker://registry.example.com/app:1",
      means: "to one",
    },
    { command: "hookwright image copy oci:images:app docker-daemon:app:1", means: "into Docker" },
  ],
  arguments: [
    { ...LOCATION, name: "SOURCE" },
    { ...LOCATION, name: "DESTINATION" },
  ],
  flags: COPY_FLAGS,
  kernel: true,
  run: (call) => transfer(call, call.args[0] ?? "", call.args[1] ?? ""),
};

const push: Verb = {
  kind: "verb",
  name: "push",
  summary: "copy an image of a layout to a registry",
  examples: [
    { command: "hookwright image push images:app registry.example.com/team/app:1", means: "one image" },
    { command: "hookwright image push --all images:app registry.example.com/team/app:1", means: "an index" },
  ],
  arguments: [TAGGED, REFERENCE],
  flags: COPY_FLAGS,
  kernel: true,
  run: (call) => transfer(call, `oci:${call.args[0]}`, `docker://${call.args[1]}`),
};

const pull: Verb = {
  kind: "verb",
  name: "pull",
  summary: "copy an image of a registry to a layout",
  examples: [
    {
      command: "hookwright image pull registry.example.com/team/app:1 images:app",
      means: "this machine's image",
    },
    { command: "hookwright image pull --platform linux/arm64 debian:12 images:debian", means: "another's" },
  ],
  arguments: [REFERENCE, TAGGED],
  flags: COPY_FLAGS,
  kernel: true,
  run: (call) => transfer(call, `docker://${call.args[0]}`, `oci:${call.args[1]}`),
};

const inspect: Verb = {
  kind: "verb",
  name: "inspect",
  summary: "say what an image is, without fetching its layers",
  examples: [
    { command: "hookwright image inspect docker://debian:12", means: "an image or an index" },
    { command: "hookwright image inspect oci:images:app --format '{{.digest}}'", means: "one field" },
  ],
  arguments: [LOCATION],
  flags: [
    { ...PLATFORM, summary: "which image of an index; the index itself when absent" },
    ...REGISTRY_FLAGS,
  ],
  kernel: true,
  async run(call) {
    const { inspect: inspectImage } = await import("../../commands/image-inspect.ts");
    const { inspectText } = await import("../image-text.ts");
    const platform = call.flags.text("platform");
    const image = await inspectImage(call.roots, {
      image: call.args[0] ?? "",
      ...(platform !== undefined && { platform }),
      ...registryWishes(call),
    });
    return { kind: "whole", data: image, view: inspectText(image, call.full), names: [image.digest] };
  },
};

export const transferVerbs: readonly Verb[] = [copy, push, pull, inspect];

/** What the flags of REGISTRY_FLAGS say. */
function registryWishes({ flags, env, stop }: Call) {
  const [authFile, certDir, timeout] = [
    flags.text("authfile"),
    flags.text("cert-dir"),
    flags.text("timeout"),
  ];
  return {
    env,
    stop,
    plainHttp: flags.on("plain-http"),
    ...(authFile !== undefined && { authFile }),
    ...(certDir !== undefined && { certDir }),
    ...(timeout !== undefined && { timeout: secondsOf(timeout) }),
  };
}

async function transfer(call: Call, from: string, to: string): Promise<Answer> {
  const { copy: copyImage } = await import("../../commands/image-copy.ts");
  const { blobLine, copiedText } = await import("../image-text.ts");
  const { flags } = call;
  const platform = flags.text("platform");
  const all = flags.on("all");
  if (all && platform !== undefined) {
    throw new Failure("usage", "read the flags: --all and --platform exclude each other", {
      hint: "Leave one of them out.",
      exitCode: EXIT.usage,
    });
  }
  const progress = flags.on("progress") || call.watched;
  const done = await copyImage(call.roots, {
    from,
    to,
    all,
    referrers: !flags.on("no-referrers"),
    ...(platform !== undefined && { platform }),
    ...(progress && { report: (blob) => call.say(blobLine(blob, call.full)) }),
    ...registryWishes(call),
  });
  const view = copiedText(done, shortDigest(done.digest, call.full));
  return { kind: "whole", data: done, view, names: [done.digest] };
}

function secondsOf(words: string): number {
  if (/^[1-9]\d{0,6}$/.test(words)) return Number(words);
  throw new Failure("usage", `read --timeout ${JSON.stringify(words)}: it is not a number of seconds`, {
    hint: "Give whole seconds.",
    exitCode: EXIT.usage,
  });
}
