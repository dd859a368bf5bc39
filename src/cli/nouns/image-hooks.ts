/** `image hooks`: hooks that travel with an image. */

import { cutTag } from "../../codec/image/tag.ts";
import { EXIT, Failure } from "../../spec/failure.ts";
import type { Cell, Column, Table } from "../answer.ts";
import type { Call, Flag, Noun, Verb } from "../grammar.ts";
import { shortDigest } from "../words.ts";

const IMAGE_FLAGS: readonly Flag[] = [
  {
    name: "image",
    value: "LAYOUT[:TAG]",
    required: true,
    completes: "directory",
    summary: "image in a layout",
  },
  { name: "platform", value: "OS/ARCH[/VARIANT]", summary: "which image of an index" },
];

const add: Verb = {
  kind: "verb",
  name: "add",
  summary: "let an image carry hooks",
  description: [
    "Definitions, their programs and profiles become an artifact that refers to the image, whose own digest does not change. It goes along with `image copy`, `push` and `pull`.",
    "A host takes the hooks only when its configuration trusts the key that signed them, for this image or for the repository that they are made for.",
  ],
  examples: [
    {
      command: "hookwright image hooks add --image images:app --key team.pem hooks.d/net.yaml",
      means: "signed",
    },
    {
      command:
        "hookwright image hooks add --image images:app --repository registry.example.com/team/app hooks.d",
      means: "for every host that trusts the repository's key; not signed, so for none yet",
    },
  ],
  arguments: [
    {
      name: "DEFINITION",
      summary: "definition files, or directories of them",
      completes: "file",
      repeat: true,
    },
  ],
  flags: [
    ...IMAGE_FLAGS,
    {
      name: "key",
      value: "FILE",
      completes: "file",
      summary: "private key to sign with: Ed25519 or ECDSA, PEM",
    },
    { name: "repository", value: "HOST/REPO", summary: "repository that the hooks are made for" },
    { name: "annotate", summary: "say in index.json, too, that the image carries hooks" },
  ],
  kernel: true,
  async run(call) {
    const { addImageHooks } = await import("../../commands/image-hooks-add.ts");
    const { flags } = call;
    const [key, repository] = [flags.text("key"), flags.text("repository")];
    const done = addImageHooks({
      ...(await imageOf(call)),
      definitions: call.args,
      annotate: flags.on("annotate"),
      ...(key !== undefined && { key }),
      ...(repository !== undefined && { repository: repositoryOf(repository) }),
    });
    const view = [
      `${shortDigest(done.image, call.full)} carries ${done.definitions.join(", ")}: ${done.artifact}`,
    ];
    const notes = done.signed ? [] : ["the hooks are not signed: no host will take them"];
    return { kind: "whole", data: done, view, names: [done.artifact], notes };
  },
};

const list: Verb = {
  kind: "verb",
  name: "list",
  summary: "list the hooks that an image carries",
  examples: [
    { command: "hookwright image hooks list --image images:app", means: "and whether this host trusts them" },
    { command: "hookwright image hooks list --image images:app --format json", means: "digests in full" },
  ],
  flags: IMAGE_FLAGS,
  kernel: true,
  async run(call) {
    const { listImageHooks } = await import("../../commands/image-hooks-list.ts");
    const found = listImageHooks(call.roots, await imageOf(call));
    const rows = found.hooks.map((hook): Cell[] => [
      hook.name,
      hook.stages.join(","),
      hook.program === undefined ? "" : shortDigest(hook.program, call.full),
      shortDigest(hook.artifact, call.full),
      String(hook.signatures),
      hook.trusted ? { text: "yes", tone: "good" } : { text: "no", tone: "bad" },
    ]);
    const headings = ["NAME", "STAGES", "PROGRAM", "ARTIFACT", "SIGNATURES", "TRUSTED"];
    const columns = headings.map((heading): Column => ({ heading }));
    const view: Table = { columns, rows, empty: "the image carries no hooks" };
    return { kind: "whole", data: found, view, names: found.hooks.map(({ name }) => name) };
  },
};

const remove: Verb = {
  kind: "verb",
  name: "remove",
  summary: "take hooks away from an image",
  description: ["In the layout; what was pushed stays where it is. `image gc` removes what is left over."],
  examples: [
    { command: "hookwright image hooks remove --image images:app", means: "all of them" },
    {
      command: "hookwright image hooks remove --image images:app --artifact sha256:…",
      means: "one artifact",
    },
  ],
  flags: [...IMAGE_FLAGS, { name: "artifact", value: "DIGEST", summary: "only that one" }],
  kernel: true,
  async run(call) {
    const { removeHooksOfImage } = await import("../../commands/image-hooks-remove.ts");
    const artifact = call.flags.text("artifact");
    const done = removeHooksOfImage({
      ...(await imageOf(call)),
      ...(artifact !== undefined && { artifact }),
    });
    const view =
      done.removed.length === 0 ? ["nothing to remove"] : done.removed.map((digest) => `removed ${digest}`);
    return { kind: "whole", data: done, view, names: done.removed };
  },
};

export const imageHooks: Noun = {
  kind: "noun",
  name: "hooks",
  summary: "hooks that travel with an image",
  examples: [add.examples[0], list.examples[0]],
  children: [add, list, remove],
};

async function imageOf({ flags }: Call) {
  const { parsePlatform } = await import("../../rules/image/platform.ts");
  const { path, tag = "latest" } = cutTag(flags.text("image") ?? "");
  const platform = flags.text("platform");
  return { image: { path, tag }, ...(platform !== undefined && { platform: parsePlatform(platform) }) };
}

function repositoryOf(words: string): string {
  if (/^[^/\s]+(?:\/[a-z0-9._-]+)+$/.test(words)) return words;
  throw new Failure("usage", `read --repository ${JSON.stringify(words)}: it is no HOST/REPOSITORY`, {
    hint: "Write it without a tag, such as registry.example.com/team/app.",
    exitCode: EXIT.usage,
  });
}
