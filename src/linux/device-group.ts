/**
 * Letting the processes of a control group use a device: by the devices controller of version 1, and by the programs of version 2, of
 * which each may refuse. Those are changed, not joined: in front of what each says comes that this device may be used.
 */

import { loadProgram } from "./bpf.ts";
import { attachedPrograms, attachProgram, instructionsOf, openProgram } from "./bpf-attach.ts";
import { close } from "./descriptor.ts";
import { type Mount, mounts } from "./mountinfo.ts";
import { O, open } from "./open.ts";
import { readText } from "./read.ts";
import { writeControl } from "./write.ts";

/** BPF_CGROUP_DEVICE and BPF_PROG_TYPE_CGROUP_DEVICE. */
export const CGROUP_DEVICE = 6;
export const PROGRAM_CGROUP_DEVICE = 15;

export interface DeviceNumber {
  /** A character or a block device. */
  readonly type: "c" | "b";
  readonly major: number;
  readonly minor: number;
}

const LIMIT = 64 * 1024;

/** Directory of a process's group, as it is mounted here; null where it is not. */
function directoryOf(path: string, { root, point }: Mount): string | null {
  if (root === "/") return path === "/" ? point : point + path;
  if (path !== root && !path.startsWith(`${root}/`)) return null;
  return point + path.slice(root.length);
}

/**
 * Lets the group of the process `pid` use a device; `access` is of the letters r, w and m (mknod). Returns how many controllers and
 * programs were told: none where nothing refuses. Throws LinuxError.
 */
export function allowDevice(pid: number, device: DeviceNumber, access: string): number {
  const all = mounts();
  let told = 0;
  for (const line of readText(`/proc/${pid}/cgroup`, LIMIT).split("\n")) {
    const [, controllers = "", ...rest] = line.split(":");
    const path = rest.join(":");
    const version2 = controllers === "" && path !== "";
    if (!version2 && !controllers.split(",").includes("devices")) continue;
    const mounted = all.find(({ type, superOptions }) =>
      version2 ? type === "cgroup2" : type === "cgroup" && superOptions.includes("devices"),
    );
    const directory = mounted === undefined ? null : directoryOf(path, mounted);
    if (directory === null) continue;
    if (version2) told += allowByPrograms(directory, device, access);
    else {
      const { type, major, minor } = device;
      writeControl(`${directory}/devices.allow`, `${type} ${major}:${minor} ${access}`);
      told++;
    }
  }
  return told;
}

/** Each program that is attached to the group itself gets a successor; those of its ancestors are not the container's. */
function allowByPrograms(directory: string, device: DeviceNumber, access: string): number {
  const cgroup = open(directory, O.RDONLY | O.DIRECTORY);
  try {
    const { ids, flags } = attachedPrograms(cgroup, CGROUP_DEVICE);
    for (const id of ids) {
      const old = openProgram(id);
      try {
        const before = instructionsOf(old);
        const first = allowing(device, access);
        if (startsWith(before, first)) continue;
        const instructions = new Uint8Array(first.length + before.length);
        instructions.set(first);
        instructions.set(before, first.length);
        const program = loadProgram({
          type: PROGRAM_CGROUP_DEVICE,
          instructions,
          license: "Dual BSD/GPL",
        });
        try {
          attachProgram(cgroup, CGROUP_DEVICE, program, { old, flags });
        } finally {
          close(program);
        }
      } finally {
        close(old);
      }
    }
    return ids.length;
  } finally {
    close(cgroup);
  }
}

function startsWith(bytes: Uint8Array, first: Uint8Array): boolean {
  return first.length <= bytes.length && first.every((byte, i) => byte === bytes[i]);
}

/**
 * Instructions that answer 1 for the device and an access within `access`, and else go on behind themselves. Their context in r1 is
 * struct bpf_cgroup_dev_ctx: u32 access << 16 | type at 0, major at 4, minor at 8.
 */
function allowing({ type, major, minor }: DeviceNumber, access: string): Uint8Array {
  const [LOAD, MOVE, AND, SHIFT, UNLESS, SET, EXIT] = [0x61, 0xbf, 0x54, 0x74, 0x56, 0xb7, 0x95];
  const ACCESS = { m: 1, r: 2, w: 4 };
  const beyond = Object.entries(ACCESS).reduce(
    (bits, [letter, bit]) => (access.includes(letter) ? bits : bits | bit),
    0,
  );
  // Each: code, destination, source, immediate or, for LOAD, offset. A jump goes behind all of them.
  const list: readonly (readonly [code: number, to: number, from: number, value: number])[] = [
    [LOAD, 2, 1, 0],
    [MOVE, 3, 2, 0],
    [AND, 3, 0, 0xffff],
    [UNLESS, 3, 0, type === "b" ? 1 : 2],
    // Left out where it can refuse nothing: the verifier would take it out, and these bytes are looked for.
    ...(beyond === 0
      ? []
      : ([
          [SHIFT, 2, 0, 16],
          [AND, 2, 0, beyond],
          [UNLESS, 2, 0, 0],
        ] as const)),
    [LOAD, 2, 1, 4],
    [UNLESS, 2, 0, major],
    [LOAD, 2, 1, 8],
    [UNLESS, 2, 0, minor],
    [SET, 0, 0, 1],
    [EXIT, 0, 0, 0],
  ];
  const view = new DataView(new ArrayBuffer(list.length * 8));
  for (const [i, [code, to, from, value]] of list.entries()) {
    view.setUint8(i * 8, code);
    view.setUint8(i * 8 + 1, to | (from << 4));
    if (code === LOAD) view.setInt16(i * 8 + 2, value, true);
    else view.setInt32(i * 8 + 4, value, true);
    if (code === UNLESS) view.setInt16(i * 8 + 2, list.length - i - 1, true);
  }
  return new Uint8Array(view.buffer);
}
