/** `type=bind,source=/srv,target=/srv,readonly`: a mount in one word, as Docker's `--mount` writes it. */

import { type BindOptions, Failure, type MountOptions } from "hookwright/hook";

export type WantedMount =
  | { type: "bind"; source: string; target: string; options: BindOptions }
  | { type: "tmpfs"; target: string; options: MountOptions & { size?: string; mode?: string } }
  | {
      type: "overlay";
      target: string;
      layers: { lower: string[]; upper?: string; work?: string };
      options: MountOptions;
    };

const FLAGS = ["readonly", "nosuid", "nodev", "noexec"] as const;
const KEYS = {
  bind: ["source", "propagation", "recursive", "idmap"],
  tmpfs: ["size", "mode"],
  overlay: ["lower", "upper", "work"],
} as const;
const PROPAGATIONS = ["private", "slave", "shared", "unbindable"] as const;

/** Throws `Failure` `mount_invalid` that names what does not fit. */
export function mountOf(word: string): WantedMount {
  const wrong = (what: string) => new Failure("mount_invalid", `read --mount ${word}: ${what}`);
  const pairs = new Map<string, string>();
  for (const part of word.split(",")) {
    const equals = part.indexOf("=");
    const key = equals < 0 ? part : part.slice(0, equals);
    if (pairs.has(key)) throw wrong(`${key} is said twice`);
    pairs.set(key, equals < 0 ? "" : part.slice(equals + 1));
  }
  const type = pairs.get("type");
  if (type !== "bind" && type !== "tmpfs" && type !== "overlay")
    throw wrong("its type is none of bind, tmpfs, overlay");
  const known: readonly string[] = ["type", "target", ...FLAGS, ...KEYS[type]];
  for (const [key, value] of pairs) {
    if (!known.includes(key)) throw wrong(`${type} has no ${key}`);
    const isFlag = [...FLAGS, "recursive", "idmap"].includes(key);
    if (isFlag !== (value === "")) throw wrong(isFlag ? `${key} takes no value` : `${key} has no value`);
  }
  const path = (key: string) => {
    const value = pairs.get(key);
    if (value === undefined) throw wrong(`${key} is missing`);
    if (value[0] !== "/" || value.split("/").includes(".."))
      throw wrong(`${key} is no absolute path without ..`);
    return value;
  };
  const target = path("target");
  if (target.replace(/\/+/g, "") === "") throw wrong("the container's root cannot be mounted over");
  const options: MountOptions = Object.fromEntries(
    FLAGS.filter((flag) => pairs.has(flag)).map((flag) => [flag, true]),
  );
  if (type === "tmpfs") {
    const [size, mode] = [pairs.get("size"), pairs.get("mode")];
    if (size !== undefined && !/^\d+[kmg%]?$/.test(size)) throw wrong("size is no number with k, m, g or %");
    if (mode !== undefined && !/^[0-7]{3,4}$/.test(mode))
      throw wrong("mode is not three or four octal digits");
    return {
      type,
      target,
      options: {
        ...options,
        ...(size === undefined ? {} : { size }),
        ...(mode === undefined ? {} : { mode }),
      },
    };
  }
  if (type === "overlay") {
    const lower = (pairs.get("lower") ?? "").split(":");
    if (!lower.every((one) => one[0] === "/"))
      throw wrong("lower is no list of absolute paths, separated by colons");
    if (pairs.has("upper") !== pairs.has("work")) throw wrong("upper and work go together");
    const layers = pairs.has("upper") ? { lower, upper: path("upper"), work: path("work") } : { lower };
    return { type, target, layers, options };
  }
  const propagation = PROPAGATIONS.find((one) => one === pairs.get("propagation"));
  if (pairs.has("propagation") && propagation === undefined)
    throw wrong(`propagation is none of ${PROPAGATIONS.join(", ")}`);
  return {
    type,
    source: path("source"),
    target,
    options: {
      ...options,
      ...(pairs.has("recursive") ? { recursive: true } : {}),
      ...(pairs.has("idmap") ? { idmap: true } : {}),
      ...(propagation === undefined ? {} : { propagation }),
    },
  };
}
