/** Gives devices of the host to a container: before its program starts, at createRuntime, or while it runs, at poststart. */

import { type Device, type Devices, defineHook, devices, option } from "hookwright/hook";
import { deviceOf, type WantedDevice } from "./words.ts";

export default defineHook({
  name: "bind-device",
  stages: ["createRuntime", "poststart"],
  options: {
    device: option.list({
      means: "path=PATH, class=NAME, char=MAJOR:MINOR or block=MAJOR:MINOR, and options",
    }),
  },
  uses: { devices },
  run({ options, devices, log }) {
    // All are looked up before the first is given.
    const given = options.device.map(deviceOf).flatMap((wanted) => {
      return found(devices, wanted).map((device) => ({ device, wanted }));
    });
    for (const { device, wanted } of given) {
      devices.add(device, wanted.options);
      log(`${device.type} ${device.major}:${device.minor} is ${wanted.options.target ?? device.path}`);
    }
  },
});

function found(devices: Devices, { by }: WantedDevice): Device[] {
  if (by.kind === "path") return [devices.at(by.path)];
  if (by.kind === "class") return devices.ofClass(by.name);
  return [devices.numbered(by.type, by.major, by.minor)];
}
