/** Mappings of user and group ids between a container and the host, as `--uid-map`, `--gid-map` and `--rootless` give them. */

import { goQuote } from "../../codec/go-quote.ts";
import { Failure } from "../../spec/failure.ts";
import type { IdMapping, IdMaps } from "../../spec/id-map.ts";

const LARGEST = 2 ** 32 - 1;

/** Reads `CONTAINER:HOST[:SIZE]`; `flag` is for the message. Throws `Failure` `id_map_invalid`. */
export function parseIdMapping(text: string, flag: string): IdMapping {
  const parts = text.split(":");
  const refuse = (problem: string) =>
    new Failure("id_map_invalid", `failure parsing ${flag} ${text}: ${problem}`, {
      hint: `Give ranges such as ${flag} 0:100000:65536.`,
    });
  const number = (part: string, name: string) => {
    const fits = /^\d+$/.test(part) && Number(part) <= LARGEST;
    if (fits) return Number(part);
    const problem = /^\d+$/.test(part) ? "value out of range" : "invalid syntax";
    throw refuse(`invalid ${name} in mapping: strconv.ParseUint: parsing ${goQuote(part)}: ${problem}`);
  };
  const [container, host, size] = parts;
  if (container === undefined || host === undefined || parts.length > 3) {
    throw refuse(`invalid number of fields in mapping ${goQuote(text)}: ${parts.length}`);
  }
  const length = size === undefined ? 1 : number(size, "size");
  const containerID = number(container, "containerID");
  return { containerID, hostID: number(host, "hostID"), size: length };
}

/** With `rootless`, root of the container is the caller where no mapping says otherwise. */
export function completeMap(options: IdMaps, caller: { uid: number; gid: number }): IdMaps {
  if (!options.rootless) return options;
  const own = (given: readonly IdMapping[], hostID: number) =>
    given.length > 0 ? given : [{ containerID: 0, hostID, size: 1 }];
  return {
    uidMappings: own(options.uidMappings, caller.uid),
    gidMappings: own(options.gidMappings, caller.gid),
    rootless: true,
  };
}
