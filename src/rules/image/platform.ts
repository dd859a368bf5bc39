/** Platforms: reading `os/architecture[/variant]`, and whether an image made for one runs on another. */

import { Failure } from "../../spec/failure.ts";
import type { Platform } from "../../spec/image.ts";

/** Other names for an architecture, and the variant that goes with them. */
const ARCHITECTURES: { readonly [name: string]: readonly [architecture: string, variant?: string] } = {
  x86_64: ["amd64"],
  "x86-64": ["amd64"],
  i386: ["386"],
  i686: ["386"],
  aarch64: ["arm64"],
  armhf: ["arm", "v7"],
  armel: ["arm", "v6"],
  loongarch64: ["loong64"],
};

/** The variant that an architecture has when none is said. */
const USUAL_VARIANT: { readonly [architecture: string]: string } = { arm: "v7", arm64: "v8", amd64: "v1" };

/** Reads `linux/arm/v7`, or `arm64` alone for Linux. Throws `Failure` `platform_invalid`. */
export function parsePlatform(text: string): Platform {
  const parts = text.split("/");
  const [first = "", second, third] = parts;
  if (parts.length > 3 || parts.some((part) => !/^[A-Za-z0-9_.-]+$/.test(part))) {
    throw new Failure(
      "platform_invalid",
      `read the platform ${JSON.stringify(text)}: it is no OS/ARCHITECTURE[/VARIANT]`,
      {
        hint: "Give a platform such as linux/arm64 or linux/arm/v7.",
      },
    );
  }
  const named =
    second === undefined ? { os: "linux", architecture: first } : { os: first, architecture: second };
  return normal({ ...named, ...(third !== undefined && { variant: third }) });
}

/** The platform of a Linux machine that calls itself `machine` (uname -m). */
export function platformOfMachine(machine: string): Platform {
  const arm = /^armv(\d)/.exec(machine)?.[1];
  return arm === undefined
    ? normal({ os: "linux", architecture: machine })
    : { os: "linux", architecture: "arm", variant: `v${arm}` };
}

/** Whether two platforms are the same to a runtime; a variant that is not said is the usual one. */
export function samePlatform(a: Platform, b: Platform): boolean {
  const [one, other] = [normal(a), normal(b)];
  return (
    one.os === other.os && one.architecture === other.architecture && variantOf(one) === variantOf(other)
  );
}

/** `linux/arm/v7`. */
export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant ? [variant] : [])].join("/");
}

function normal(platform: Platform): Platform {
  const architecture = platform.architecture.toLowerCase();
  const [name = architecture, variant] = Object.hasOwn(ARCHITECTURES, architecture)
    ? (ARCHITECTURES[architecture] ?? [])
    : [];
  return {
    ...platform,
    os: platform.os.toLowerCase(),
    architecture: name,
    ...(platform.variant === undefined && variant !== undefined && { variant }),
  };
}

function variantOf({ architecture, variant }: Platform): string {
  if (variant) return /^\d/.test(variant) ? `v${variant}` : variant;
  return USUAL_VARIANT[architecture] ?? "";
}
