/**
 * ttrpc, containerd's small gRPC: a message has ten bytes before it, its length, the number of its stream, its type and flags. Calls
 * of one answer are all that NRI has: a request and a response on a stream of an odd number.
 */

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Failure } from "../spec/failure.ts";
import { Unframer } from "./framing.ts";
import { type Request, RequestSchema, type Response, ResponseSchema } from "./generated/ttrpc_pb.ts";

const HEADER = 10;
export const MESSAGE_LIMIT = 4 * 1024 * 1024;
const TYPE = { request: 1, response: 2 } as const;

/** gRPC's codes that a plugin gives. */
export const CODE = { unknown: 2, unimplemented: 12 } as const;

export type Incoming =
  | { readonly kind: "request"; readonly stream: number; readonly request: Request }
  | { readonly kind: "response"; readonly stream: number; readonly response: Response };

export function requestBytes(
  stream: number,
  service: string,
  method: string,
  payload: Uint8Array,
): Uint8Array {
  return messageBytes(
    stream,
    TYPE.request,
    toBinary(RequestSchema, create(RequestSchema, { service, method, payload })),
  );
}

export function responseBytes(stream: number, payload: Uint8Array): Uint8Array {
  return messageBytes(stream, TYPE.response, toBinary(ResponseSchema, create(ResponseSchema, { payload })));
}

/** The response that says that a call failed; `code` is one of gRPC's. */
export function failureBytes(stream: number, code: number, message: string): Uint8Array {
  const response = create(ResponseSchema, { status: { code, message } });
  return messageBytes(stream, TYPE.response, toBinary(ResponseSchema, response));
}

/** @throws Failure `nri_message_too_large` */
function messageBytes(stream: number, type: number, data: Uint8Array): Uint8Array {
  if (data.length > MESSAGE_LIMIT)
    throw new Failure(
      "nri_message_too_large",
      `send ${data.length} bytes over NRI: ${MESSAGE_LIMIT} is the most`,
      {
        hint: "make the definitions' edits smaller",
      },
    );
  const out = new Uint8Array(HEADER + data.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  view.setUint32(4, stream);
  view.setUint8(8, type);
  out.set(data, HEADER);
  return out;
}

/** Messages of one connection, as its bytes come. */
export class MessageReader {
  readonly #messages = new Unframer({
    what: "message of ttrpc",
    header: HEADER,
    lengthAt: 0,
    limit: MESSAGE_LIMIT,
  });

  /** Messages of other types are passed over. @throws Failure `nri_protocol` */
  push(bytes: Uint8Array): Incoming[] {
    return this.#messages.push(bytes).flatMap(({ header, payload }): Incoming[] => {
      const stream = header.getUint32(4);
      const type = header.getUint8(8);
      try {
        if (type === TYPE.request)
          return [{ kind: "request", stream, request: fromBinary(RequestSchema, payload) }];
        if (type === TYPE.response)
          return [{ kind: "response", stream, response: fromBinary(ResponseSchema, payload) }];
        return [];
      } catch (error) {
        throw new Failure("nri_protocol", `read a message of ttrpc: ${String(error)}`, { cause: error });
      }
    });
  }
}
