/** What `stat` prints for people: indented lines, odd values quoted, sizes in the units of disks. */

import { compareCodePoints } from "../../codec/code-points.ts";
import { goQuote } from "../../codec/go-quote.ts";
import { goTime } from "../../codec/go-time.ts";
import type { ImageState, LayerHistory } from "../../commands/image-stat.ts";
import type { Descriptor, ImageConfig, Manifest, Platform } from "../../spec/image.ts";

export function stateText({ manifest, config, history }: ImageState): string {
  const parts = [
    "== MANIFEST ==",
    ...manifestLines(manifest.document),
    ...descriptorLines(manifest.descriptor),
    "",
  ];
  if (config?.document !== undefined) {
    parts.push("== CONFIG ==", ...configLines(config.document), ...descriptorLines(config.descriptor), "");
  }
  if (history !== undefined) parts.push("== HISTORY ==", ...historyLines(history));
  return `${parts.join("\n")}\n`;
}

function manifestLines(manifest: Manifest): string[] {
  const { schemaVersion, mediaType = "", artifactType, config, layers, subject, annotations } = manifest;
  return [
    `Schema Version: ${schemaVersion}`,
    `Media Type: ${quoted(mediaType)}`,
    ...(artifactType ? [`Artifact Type: ${quoted(artifactType)}`] : []),
    "Config:",
    ...indented(descriptorLines(config)),
    ...(layers.length > 0 ? ["Layers:", ...indented(layers.flatMap(descriptorLines))] : []),
    ...(subject === undefined ? [] : ["Subject:", ...indented(descriptorLines(subject))]),
    ...mapLines("Annotations", annotations),
  ];
}

function descriptorLines(descriptor: Descriptor): string[] {
  const { mediaType, artifactType, digest, size, urls = [], platform, annotations, data } = descriptor;
  return [
    "Descriptor:",
    ...indented([
      `Media Type: ${quoted(mediaType)}`,
      ...(artifactType ? [`Artifact Type: ${quoted(artifactType)}`] : []),
      `Digest: ${quoted(digest)}`,
      `Size: ${sizeText(size)}`,
      ...listLines("URLs", urls),
      ...(platform === undefined ? [] : platformLines(platform)),
      ...mapLines("Annotations", annotations),
      ...(data ? [`Data: ${quoted(data)}`] : []),
    ]),
  ];
}

function platformLines(platform: Platform): string[] {
  const {
    os = "",
    architecture = "",
    variant,
    "os.version": version,
    "os.features": features = [],
  } = platform;
  return [
    "Platform:",
    ...indented([
      `OS: ${quoted(os)}`,
      ...(version ? [`OS Version: ${quoted(version)}`] : []),
      ...inlineLine("OS Features", features),
      `Architecture: ${quoted(architecture)}${variant ? ` (${quoted(variant)})` : ""}`,
    ]),
  ];
}

function configLines(config: ImageConfig): string[] {
  const { created, author = "", config: defaults = {} } = config;
  const { User, Entrypoint, Cmd, WorkingDir, Env, StopSignal, ExposedPorts, Volumes, Labels } = defaults;
  const command = defaults.ArgsEscaped === true ? "Command (escaped)" : "Command";
  const platform = config as Platform;
  return [
    ...(created === undefined ? [] : [`Created: ${goTime(created) ?? quoted(created)}`]),
    `Author: ${quoted(author)}`,
    ...platformLines(platform),
    "Image Config:",
    ...indented([
      `User: ${quoted(User ?? "")}`,
      ...listLines("Entrypoint", Entrypoint ?? []),
      ...(Cmd?.length ? listLines(command, Cmd) : [`${command}: (empty)`]),
      ...(WorkingDir ? [`Working Directory: ${quoted(WorkingDir)}`] : []),
      ...listLines("Environment", Env ?? []),
      ...(StopSignal ? [`Stop Signal: ${quoted(StopSignal)}`] : []),
      ...inlineLine("Exposed Ports", Object.keys(ExposedPorts ?? {}).sort(compareCodePoints)),
      ...inlineLine("Volumes", Object.keys(Volumes ?? {}).sort(compareCodePoints)),
      ...mapLines("Labels", Labels ?? {}),
    ]),
  ];
}

/** The history as a table; every column but the last is as wide as its widest cell and one space. */
function historyLines(history: readonly LayerHistory[]): string[] {
  const LEAST = 4;
  const rows = [
    ["LAYER", "CREATED", "CREATED BY", "SIZE", "COMMENT"],
    ...history.map(({ entry, layer }) => [
      layer?.digest ?? "<none>",
      entry.created === undefined ? "<none>" : (goTime(entry.created) ?? entry.created),
      printable(entry.created_by ?? ""),
      layer === undefined ? "<none>" : sizeText(layer.size),
      printable(entry.comment ?? ""),
    ]),
  ];
  const lengthOf = (text: string) => [...text].length;
  const widths = [0, 1, 2, 3].map((at) => Math.max(LEAST, ...rows.map((row) => lengthOf(row[at] ?? "") + 1)));
  return rows.map((row) =>
    row.map((cell, at) => cell + " ".repeat(Math.max(0, (widths[at] ?? 0) - lengthOf(cell)))).join(""),
  );
}

function listLines(title: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`${title}:`, ...indented(values.map(quoted))];
}

function inlineLine(title: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`${title}: ${values.map(quotedWithComma).join(", ")}`];
}

function mapLines(title: string, map: { readonly [key: string]: string } = {}): string[] {
  const entries = Object.entries(map).sort(([a], [b]) => compareCodePoints(a, b));
  if (entries.length === 0) return [];
  return [
    `${title}:`,
    ...indented(entries.map(([key, value]) => `${quoted(key)}: ${quotedWithComma(value)}`)),
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `\t${line}`);
}

/** Quoted as Go does, when quotes change more than the ends. */
function printable(text: string): string {
  const inQuotes = goQuote(text);
  return inQuotes === `"${text}"` ? text : inQuotes;
}

/** As `printable`; and what is empty or has white space is quoted too. */
function quoted(text: string): string {
  return text === "" || /\s/.test(text) ? goQuote(text) : printable(text);
}

function quotedWithComma(text: string): string {
  return text.includes(",") ? goQuote(text) : quoted(text);
}

/** Four digits at most, and a unit of a power of a thousand. */
function sizeText(bytes: number): string {
  const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < UNITS.length - 1; unit++) value /= 1000;
  return `${Number(value.toPrecision(4))}${UNITS[unit]}`;
}
