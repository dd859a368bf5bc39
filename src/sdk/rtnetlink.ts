/** One request to rtnetlink and its answers: codec/netlink makes the bytes, src/linux carries them. */

import { type Body, decodeMessages, encodeRequest, type Message, NLM } from "../codec/netlink/message.ts";
import { LinuxError } from "../linux/error.ts";
import { ask } from "../linux/netlink.ts";
import { decode, encode } from "../linux/primitive.ts";

/** A socket is used for one request, so any number will do. */
const SEQUENCE = 1;

/** Returns what the kernel tells. `what` is for the LinuxError that a refusal throws, with the kernel's own words behind it. */
export function rtnetlink(type: number, flags: number, body: Body, what: string): Message[] {
  const found: Message[] = [];
  let refused: { errno: number; message?: string } | undefined;
  ask(encodeRequest({ type, flags: flags | NLM.ACK, sequence: SEQUENCE }, body, encode), (datagram) => {
    // The buffer is used for the next one.
    for (const received of decodeMessages(datagram.slice(), decode)) {
      if (received.sequence !== SEQUENCE) continue;
      if (received.kind === "message") {
        found.push(received);
        continue;
      }
      if (received.errno !== 0) refused = received;
      return false;
    }
    return true;
  });
  if (refused === undefined) return found;
  const { errno, message } = refused;
  throw new LinuxError("rtnetlink", errno, message === undefined ? what : `${what} (${message})`);
}
