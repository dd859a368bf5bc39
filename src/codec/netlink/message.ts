/**
 * Netlink messages (linux/netlink.h): a header, a fixed part that the family defines, and attributes, which are pairs of a type and bytes,
 * and may hold attributes again. Everything is little-endian on the machines that we run on, and stands at multiples of four.
 */

/** u32 length, u16 type, u16 flags, u32 sequence, u32 port. */
const HEADER = 16;
/** u16 length, u16 type. */
const ATTRIBUTE = 4;
const NESTED = 0x8000;
const TYPE_MASK = 0x3fff;

/** Flags of a request. */
export const NLM = { REQUEST: 1, ACK: 4, DUMP: 0x300, REPLACE: 0x100, EXCL: 0x200, CREATE: 0x400 } as const;

/** Types of messages that every family has. */
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
/** An error's attributes come after the request's header only, and say more in words (NLM_F_CAPPED, NLM_F_ACK_TLVS). */
const CAPPED = 0x100;
const ACK_TLVS = 0x200;
const NLMSGERR_ATTR_MSG = 1;

/** Text gets the NUL that the kernel expects; a number is a u32; a body is a message within a message. */
type Value = Uint8Array | string | number | readonly Attribute[] | Body;

export interface Attribute {
  readonly type: number;
  readonly value: Value;
}

/** UTF-8 of text, and back: the engines have each their own. */
export type Encode = (text: string) => Uint8Array;
export type Decode = (bytes: Uint8Array) => string;

/** What a message says: the fixed part of its family, and attributes. */
export interface Body {
  readonly fixed: Uint8Array;
  readonly attributes: readonly Attribute[];
}

/** A message that came: the fixed part and the attributes are the family's to read. */
export interface Message {
  readonly type: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** How a request ended: `errno` 0 when it was done, and what the kernel says of it in words. */
export interface Answer {
  readonly kind: "answer";
  readonly sequence: number;
  readonly errno: number;
  readonly message?: string;
}

export type Received = (Message & { readonly kind: "message" }) | Answer;

/** A request. */
export function encodeRequest(
  { type, flags, sequence }: { type: number; flags: number; sequence: number },
  body: Body,
  encode: Encode,
): Uint8Array {
  const payload = encodeBody(body, encode);
  const bytes = new Uint8Array(HEADER + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags | NLM.REQUEST, true);
  view.setUint32(8, sequence, true);
  bytes.set(payload, HEADER);
  return bytes;
}

function encodeBody({ fixed, attributes }: Body, encode: Encode): Uint8Array {
  const tail = encodeAttributes(attributes, encode);
  const bytes = new Uint8Array(aligned(fixed.length) + tail.length);
  bytes.set(fixed);
  bytes.set(tail, aligned(fixed.length));
  return bytes;
}

function encodeAttributes(attributes: readonly Attribute[], encode: Encode): Uint8Array {
  const parts = attributes.map(({ type, value }): [number, Uint8Array] => {
    if (typeof value === "string") return [type, encode(`${value}\0`)];
    if (typeof value === "number") return [type, u32(value)];
    if (value instanceof Uint8Array) return [type, value];
    if ("fixed" in value) return [type | NESTED, encodeBody(value, encode)];
    return [type | NESTED, encodeAttributes(value, encode)];
  });
  const bytes = new Uint8Array(parts.reduce((sum, [, part]) => sum + ATTRIBUTE + aligned(part.length), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [type, part] of parts) {
    view.setUint16(at, ATTRIBUTE + part.length, true);
    view.setUint16(at + 2, type, true);
    bytes.set(part, at + ATTRIBUTE);
    at += ATTRIBUTE + aligned(part.length);
  }
  return bytes;
}

/** The messages of one datagram; one that is cut short ends them. */
export function decodeMessages(bytes: Uint8Array, decode: Decode): Received[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const received: Received[] = [];
  for (let at = 0; at + HEADER <= bytes.length; ) {
    const length = view.getUint32(at, true);
    if (length < HEADER || at + length > bytes.length) break;
    const type = view.getUint16(at + 4, true);
    const flags = view.getUint16(at + 6, true);
    const sequence = view.getUint32(at + 8, true);
    const payload = bytes.subarray(at + HEADER, at + length);
    if (type === NLMSG_ERROR || type === NLMSG_DONE)
      received.push(answerOf(type, flags, sequence, payload, decode));
    else received.push({ kind: "message", type, sequence, payload });
    at += aligned(length);
  }
  return received;
}

/** struct nlmsgerr: s32 -errno, then the header of the request, then what the request had unless it is capped. */
function answerOf(
  type: number,
  flags: number,
  sequence: number,
  payload: Uint8Array,
  decode: Decode,
): Answer {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const errno = payload.length < 4 ? 0 : 0 - view.getInt32(0, true);
  const answer: Answer = { kind: "answer", sequence, errno };
  if (errno === 0 || (flags & ACK_TLVS) === 0) return answer;
  const whole = type === NLMSG_ERROR && payload.length >= 8 ? view.getUint32(4, true) : 0;
  const skipped = type === NLMSG_DONE ? 4 : 4 + ((flags & CAPPED) === 0 ? aligned(whole) : HEADER);
  const words = decodeAttributes(payload.subarray(skipped)).get(NLMSGERR_ATTR_MSG);
  return words === undefined ? answer : { ...answer, message: textOf(words, decode) };
}

/** Attributes by type, without the flags of the type; of two of a type the last. */
export function decodeAttributes(bytes: Uint8Array): Map<number, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<number, Uint8Array>();
  for (let at = 0; at + ATTRIBUTE <= bytes.length; ) {
    const length = view.getUint16(at, true);
    if (length < ATTRIBUTE || at + length > bytes.length) break;
    found.set(view.getUint16(at + 2, true) & TYPE_MASK, bytes.subarray(at + ATTRIBUTE, at + length));
    at += aligned(length);
  }
  return found;
}

/** The text of an attribute, without the NUL at its end. */
export function textOf(bytes: Uint8Array, decode: Decode): string {
  const end = bytes.indexOf(0);
  return decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The number of an attribute of four bytes; 0 when it is shorter. */
export function numberOf(bytes: Uint8Array): number {
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}
