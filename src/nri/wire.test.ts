/** Frames and messages: whatever is sent comes out, however a stream is cut; what no peer sends is refused and never believed. */

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Failure } from "../spec/failure.ts";
import { Demultiplexer, FRAME, framesOf, type Piece } from "./mux.ts";
import { failureBytes, MESSAGE_LIMIT, MessageReader, requestBytes, responseBytes } from "./ttrpc.ts";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const connection = fc.constantFrom(1, 2, 7);

/** A stream in pieces, cut at these places. */
function cut(stream: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(places.map((at) => at % (stream.length + 1)))].sort((a, b) => a - b);
  return [0, ...sorted].map((from, at) => stream.subarray(from, sorted[at] ?? stream.length));
}

function joined(pieces: readonly Piece[]): Map<number, Buffer> {
  const streams = new Map<number, Buffer>();
  for (const piece of pieces) {
    const there = streams.get(piece.connection) ?? Buffer.alloc(0);
    streams.set(piece.connection, Buffer.concat([there, piece.bytes]));
  }
  return streams;
}

/** Lengths of the frames in a stream, header included. */
function frameLengths(stream: Uint8Array): number[] {
  const lengths: number[] = [];
  for (let at = 0; at < stream.length; at += lengths.at(-1) ?? 0)
    lengths.push(8 + new DataView(stream.buffer, stream.byteOffset).getUint32(at + 4));
  return lengths;
}

describe("multiplexer", () => {
  test("what connections send arrives, in frames of 4096 bytes at most, however the stream is cut", () => {
    const sends = fc.array(fc.tuple(connection, bytes(10_000)), { maxLength: 6 });
    fc.assert(
      fc.property(sends, fc.array(fc.nat(), { maxLength: 12 }), (all, places) => {
        const stream = Buffer.concat(all.map(([to, data]) => framesOf(to, data)));
        expect(frameLengths(stream).every((length) => length > 8 && length <= FRAME)).toBe(true);
        const reader = new Demultiplexer();
        const got = joined(cut(stream, places).flatMap((piece) => reader.push(piece)));
        const sent = all.filter(([, data]) => data.length > 0);
        expect(got).toEqual(joined(sent.map(([to, data]) => ({ connection: to, bytes: data }))));
      }),
      { numRuns: 200 },
    );
  });

  test("a length that cannot be is refused at once; nothing is kept for it", () => {
    const header = new Uint8Array([0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff]);
    expect(() => new Demultiplexer().push(header)).toThrow("it says that it has 4294967295 bytes");
  });
});

describe("ttrpc", () => {
  test("requests and responses come out as they went in, however the stream is cut", () => {
    const message = fc.oneof(
      fc.record({ stream: fc.nat(9999), service: fc.string(), method: fc.string(), payload: bytes(5000) }),
      fc.record({ stream: fc.nat(9999), payload: bytes(5000) }),
      fc.record({ stream: fc.nat(9999), code: fc.integer({ min: 1, max: 16 }), message: fc.string() }),
    );
    fc.assert(
      fc.property(
        fc.array(message, { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (all, places) => {
          const stream = Buffer.concat(
            all.map((one) => {
              if ("method" in one) return requestBytes(one.stream, one.service, one.method, one.payload);
              if ("code" in one) return failureBytes(one.stream, one.code, one.message);
              return responseBytes(one.stream, one.payload);
            }),
          );
          const reader = new MessageReader();
          const got = cut(stream, places).flatMap((piece) => reader.push(piece));
          expect(
            got.map((one) => {
              if (one.kind === "request") {
                const { service, method, payload } = one.request;
                return { stream: one.stream, service, method, payload };
              }
              const { status, payload } = one.response;
              if (status === undefined) return { stream: one.stream, payload };
              return { stream: one.stream, code: status.code, message: status.message };
            }),
          ).toEqual(all);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("noise is passed over or a Failure, never anything else", () => {
    fc.assert(
      fc.property(bytes(300), (noise) => {
        try {
          new MessageReader().push(noise);
        } catch (error) {
          expect(error).toBeInstanceOf(Failure);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a message that no peer takes is not sent", () => {
    expect(() => responseBytes(1, new Uint8Array(MESSAGE_LIMIT + 1))).toThrow("is the most");
  });
});
