/**
 * The multiplexer of NRI: one socket carries two connections, each piece with its connection's number and length before it. The
 * runtime reads a piece into a buffer of 4096 bytes and closes the connection when it does not fit, without a word of why; so
 * what is longer is sent in several (notes/nri/protocol.md).
 */

import { Unframer } from "./framing.ts";

/** The service that the plugin offers, and the one that the runtime does. */
export const CONNECTION = { plugin: 1, runtime: 2 } as const;

const HEADER = 8;
/** Bytes of a frame with its header. */
export const FRAME = 4096;
/** The runtime sends a message of ttrpc in one piece. */
const LONGEST = 4 * 1024 * 1024 + 4096;

export interface Piece {
  readonly connection: number;
  readonly bytes: Uint8Array;
}

/** The frames that carry these bytes, one behind the other. */
export function framesOf(connection: number, bytes: Uint8Array): Uint8Array {
  const room = FRAME - HEADER;
  const count = Math.ceil(bytes.length / room);
  const out = new Uint8Array(bytes.length + count * HEADER);
  const view = new DataView(out.buffer);
  for (let from = 0, to = 0; from < bytes.length; from += room) {
    const part = bytes.subarray(from, from + room);
    view.setUint32(to, connection);
    view.setUint32(to + 4, part.length);
    out.set(part, to + HEADER);
    to += HEADER + part.length;
  }
  return out;
}

/** Takes frames apart as they come. */
export class Demultiplexer {
  readonly #frames = new Unframer({
    what: "frame of the multiplexer",
    header: HEADER,
    lengthAt: 4,
    limit: LONGEST,
  });

  /** @throws Failure `nri_protocol` */
  push(bytes: Uint8Array): Piece[] {
    return this.#frames
      .push(bytes)
      .map(({ header, payload }) => ({ connection: header.getUint32(0), bytes: payload }));
  }
}
