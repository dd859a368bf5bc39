/**
 * `image hooks add`: definitions and what they need become an artifact that refers to the image. Each definition is made
 * to stand alone: its program is fixed by digest and comes along, a profile that is a file becomes part of it.
 */

import { canonicalJson } from "../codec/json/canonical.ts";
import { readPrivateKey } from "../media/hooks-signature.ts";
import { writeImageHooks } from "../media/image-hooks.ts";
import { endOf } from "../media/layout/walk.ts";
import { withLayout } from "../media/layout.ts";
import { readDefinitionFile } from "../plan/definitions.ts";
import { DefinitionFailure } from "../plan/draft.ts";
import { completeEdits } from "../plan/edits.ts";
import { inspectProgram } from "../plan/lint/program.ts";
import { lintSet } from "../plan/lint/set.ts";
import type { ReadDefinition } from "../plan/read-definition.ts";
import { Failure } from "../spec/failure.ts";
import type { Platform } from "../spec/image.ts";
import { definitionFiles } from "./definition-files.ts";
import { annotateEntry } from "./image-hooks-annotation.ts";

export interface AddHooks {
  image: { path: string; tag: string };
  platform?: Platform;
  /** Files, or directories of them. */
  definitions: readonly string[];
  /** A private key, PEM, to sign with. */
  key?: string;
  /** `HOST/REPOSITORY` that the hooks are made for. */
  repository?: string;
  /** Say in index.json, too, that the image carries hooks. */
  annotate: boolean;
}

export interface AddedHooks {
  /** The image that carries them now, as it was before. */
  image: string;
  artifact: string;
  definitions: string[];
  /** Digests of the programs. */
  programs: string[];
  signed: boolean;
}

/** Adds. Throws DefinitionFailure, `Failure` `key_invalid`, `hooks_source`, and those of the layout. */
export function addImageHooks(request: AddHooks): AddedHooks {
  const { image, platform, repository, annotate } = request;
  const reads = definitionFiles(request.definitions).map((file) => readDefinitionFile(file, "check"));
  lintSet(reads);
  const parts = reads.map(standalone);
  const problems = reads.flatMap(({ report }) => report.problems);
  if (reads.some(({ report }) => report.failed)) throw new DefinitionFailure(problems);
  const key = request.key === undefined ? undefined : readPrivateKey(request.key);
  const programs = new Map(parts.flatMap(({ program }) => (program ? [[program.digest, program]] : [])));
  return withLayout(image.path, (layout) => {
    const target = endOf(layout.resolve(image.tag, platform));
    const artifact = writeImageHooks(layout, target, {
      definitions: parts.map(({ name, text }) => ({ name: `${name}.json`, text })),
      programs: [...programs.values()],
      ...(repository !== undefined && { repository }),
      ...(key !== undefined && { key }),
    });
    if (annotate) annotateEntry(layout, image.tag, target);
    return {
      image: target.digest,
      artifact,
      definitions: parts.map(({ name }) => name),
      programs: [...programs.keys()],
      signed: key !== undefined,
    };
  });
}

interface Standalone {
  name: string;
  text: string;
  program?: { name: string; digest: string; bytes: Uint8Array };
}

/** What travels of one definition; problems go to its report. */
function standalone(read: ReadDefinition): Standalone {
  const { definition, legacy, file, value } = read;
  if (definition === undefined) return { name: "", text: "" };
  if (legacy || definition.source !== undefined) {
    const why = legacy ? "it is a 0.1.0 file" : "it takes its hooks from an image";
    throw new Failure("hooks_source", `add ${file} to an image: ${why}`, {
      hint: 'write it in the form of version "1.0.0", with a hook of its own',
    });
  }
  const { $schema: _, ...rest } = value as { [key: string]: unknown };
  const inspected = inspectProgram(read);
  const digest = inspected && `sha256:${inspected.program.digest}`;
  const { seccomp } = definition.edits ?? {};
  const text = canonicalJson({
    ...rest,
    name: definition.name,
    ...(digest !== undefined && { guard: { ...definition.guard, digest } }),
    ...(seccomp !== undefined && {
      edits: { ...definition.edits, ...completeEdits({ seccomp }, read.report) },
    }),
  });
  if (inspected === undefined || digest === undefined) return { name: definition.name, text };
  const path = definition.hook?.path ?? "";
  const name = path.slice(path.lastIndexOf("/") + 1);
  return { name: definition.name, text, program: { name, digest, bytes: inspected.bytes } };
}
