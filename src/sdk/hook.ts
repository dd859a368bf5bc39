/** What a hook's author imports: `import { defineHook, option, … } from "hookwright/hook"`. */

export { ipText, parseIp, parseNetwork } from "../codec/ip.ts";
export { Failure } from "../spec/failure.ts";
export type { Stage } from "../spec/stage.ts";
export { type Command, type CommandOptions, command, type Finished } from "./command.ts";
export { config } from "./config.ts";
export { type Datagram, datagram } from "./datagram.ts";
export {
  type Call,
  type Capability,
  type Container,
  defineHook,
  type Hook,
  type Remember,
  type UndoContext,
} from "./define.ts";
export { type Device, type DeviceOptions, type Devices, devices } from "./devices.ts";
export { type Shared, type SharedDocument, shared } from "./document.ts";
export { type ContainerEdits, type Edit, edit } from "./edit.ts";
export { type Files, files } from "./files.ts";
export { type BindOptions, type MountOptions, type Mounts, mounts } from "./mounts.ts";
export { type InNamespace, inNamespace, type Namespace } from "./namespaces.ts";
export { type LinkOptions, type Network, network } from "./network.ts";
export * as option from "./option-kinds.ts";
export { Rootfs, rootfs } from "./rootfs.ts";
