/** The edits of device nodes: each with the cgroup rule without which the container could not open it. */

import type { Edits } from "../../spec/definition.ts";
import type { OciDevice, OciDeviceRule, RuntimeConfig } from "../../spec/runtime-config.ts";
import { linuxOf } from "./edit-process.ts";
import { same } from "./same.ts";

type DeviceNode = NonNullable<Edits["deviceNodes"]>[number];

/**
 * Puts each node in place of one with its path, and allows its use (block and character devices): `rwm`, or the
 * permissions given, `none` for an empty rule. The owner is the process's, unless given or root, as in CDI.
 */
export function editDevices(config: RuntimeConfig, nodes: readonly DeviceNode[]): boolean {
  let changed = false;
  for (const node of nodes) {
    const device = deviceOf(node, config);
    const devices = config.linux?.devices ?? [];
    const same_path = devices.filter(({ path }) => path === device.path);
    if (same_path.length !== 1 || !same(same_path[0], device)) {
      linuxOf(config).devices = [...devices.filter(({ path }) => path !== device.path), device];
      changed = true;
    }
    if (device.type === "b" || device.type === "c")
      changed = allow(config, ruleOf(device, node.permissions)) || changed;
  }
  return changed;
}

function deviceOf(node: DeviceNode, config: RuntimeConfig): OciDevice {
  const device: OciDevice = { path: node.path, type: node.type ?? "c" };
  if (node.major !== undefined) device.major = node.major;
  if (node.minor !== undefined) device.minor = node.minor;
  if (node.fileMode !== undefined) device.fileMode = node.fileMode;
  const uid = node.uid ?? (config.process?.user?.uid || undefined);
  const gid = node.gid ?? (config.process?.user?.gid || undefined);
  if (uid !== undefined) device.uid = uid;
  if (gid !== undefined) device.gid = gid;
  return device;
}

function ruleOf({ type, major, minor }: OciDevice, permissions: string | undefined): OciDeviceRule {
  const rule: OciDeviceRule = { allow: true, type };
  if (major !== undefined) rule.major = major;
  if (minor !== undefined) rule.minor = minor;
  const access = permissions === "none" ? "" : permissions || "rwm";
  if (access !== "") rule.access = access;
  return rule;
}

/** Adds a rule at the end, where it counts last, unless it is there and nothing after it denies. */
function allow(config: RuntimeConfig, rule: OciDeviceRule): boolean {
  const rules = config.linux?.resources?.devices ?? [];
  const at = rules.findLastIndex((one) => same(one, rule));
  if (at >= 0 && rules.slice(at + 1).every((later) => later.allow === true)) return false;
  const linux = linuxOf(config);
  linux.resources ??= {};
  linux.resources.devices = [...rules, rule];
  return true;
}
