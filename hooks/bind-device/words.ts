/** `path=/dev/fuse,access=rw`: a device in one word. */

import { type DeviceOptions, Failure } from "hookwright/hook";

export interface WantedDevice {
  by:
    | { kind: "path"; path: string }
    | { kind: "class"; name: string }
    | { kind: "number"; type: "c" | "b"; major: number; minor: number };
  options: DeviceOptions;
}

const WAYS = ["path", "class", "char", "block"] as const;
const KEYS: readonly string[] = [...WAYS, "target", "access", "mode", "uid", "gid"];

/** Throws `Failure` `device_invalid` that names what does not fit. */
export function deviceOf(word: string): WantedDevice {
  const wrong = (what: string) => new Failure("device_invalid", `read --device ${word}: ${what}`);
  const pairs = new Map<string, string>();
  for (const part of word.split(",")) {
    const equals = part.indexOf("=");
    const key = equals < 0 ? part : part.slice(0, equals);
    if (!KEYS.includes(key)) throw wrong(`there is no ${key}`);
    if (pairs.has(key)) throw wrong(`${key} is said twice`);
    if (equals < 0 || equals === part.length - 1) throw wrong(`${key} has no value`);
    pairs.set(key, part.slice(equals + 1));
  }
  const [way, second] = WAYS.filter((one) => pairs.has(one));
  if (way === undefined || second !== undefined) throw wrong(`give one of ${WAYS.join(", ")}`);
  const value = pairs.get(way) ?? "";
  const options: DeviceOptions = {};
  const [target, access, mode] = ["target", "access", "mode"].map((key) => pairs.get(key));
  if (target !== undefined) {
    if (way === "class") throw wrong("a class may have several devices, so it has no target");
    if (!isPath(target)) throw wrong("target is no absolute path without ..");
    options.target = target;
  }
  if (access !== undefined) {
    if (!/^(?!.*(.).*\1)[rwm]+$/.test(access)) throw wrong("access is not of the letters r, w and m");
    options.access = access;
  }
  if (mode !== undefined) {
    if (!/^0?[0-7]{3}$/.test(mode)) throw wrong("mode is not three octal digits");
    options.mode = Number.parseInt(mode, 8);
  }
  for (const key of ["uid", "gid"] as const) {
    const id = pairs.get(key);
    if (id === undefined) continue;
    if (!/^\d{1,9}$/.test(id)) throw wrong(`${key} is no number`);
    options[key] = Number(id);
  }
  if (way === "path") {
    if (!isPath(value)) throw wrong("path is no absolute path without ..");
    return { by: { kind: "path", path: value }, options };
  }
  if (way === "class") {
    if (!/^[A-Za-z0-9_-]+$/.test(value)) throw wrong("class is no name of /sys/class");
    return { by: { kind: "class", name: value }, options };
  }
  const numbers = /^(\d{1,4}):(\d{1,7})$/.exec(value);
  const [major, minor] = [Number(numbers?.[1]), Number(numbers?.[2])];
  if (numbers === null || major > 0xfff || minor > 0xf_ffff) throw wrong(`${way} is not MAJOR:MINOR`);
  return { by: { kind: "number", type: way === "char" ? "c" : "b", major, minor }, options };
}

function isPath(path: string): boolean {
  return path[0] === "/" && path.length > 1 && !path.split("/").includes("..");
}
