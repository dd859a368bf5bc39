import { deepEqual, equal, test } from "../../../test/portable/api.ts";
import { decode, encode } from "../../linux/primitive.ts";
import { decodeLink, linkChange, newVeth, RTM_LINK } from "./link.ts";
import { decodeAttributes, decodeMessages, encodeRequest, NLM, numberOf, textOf } from "./message.ts";

const bytesOf = (...words: string[]) =>
  new Uint8Array(
    words
      .join("")
      .match(/../g)
      ?.map((hex) => Number.parseInt(hex, 16)) ?? [],
  );

test("a request is what the kernel's headers say", () => {
  const request = encodeRequest(
    { type: RTM_LINK.set, flags: NLM.ACK, sequence: 7 },
    linkChange(3, { up: true, mtu: 1400, name: "ab" }),
    encode,
  );
  // Length 48, type 19, flags 5, sequence 7, port 0; ifinfomsg; IFNAME "ab\0" and one byte of nothing; MTU.
  deepEqual(
    request,
    bytesOf(
      "30000000",
      "1300",
      "0500",
      "07000000",
      "00000000",
      "00000000",
      "03000000",
      "01000000",
      "01000000",
      "07000300",
      "61620000",
      "08000400",
      "78050000",
    ),
  );
});

test("a peer is a message within the message", () => {
  const { attributes } = newVeth({ name: "a" }, { name: "b", mtu: 1280 });
  const request = encodeRequest(
    { type: RTM_LINK.new, flags: 0, sequence: 1 },
    { fixed: new Uint8Array(16), attributes },
    encode,
  );
  const info = decodeAttributes(decodeAttributes(request.subarray(32)).get(18) ?? request);
  equal(textOf(info.get(1) ?? request, decode), "veth");
  const peer = decodeAttributes(info.get(2) ?? request).get(1) ?? request;
  const words = decodeAttributes(peer.subarray(16));
  deepEqual([textOf(words.get(3) ?? request, decode), numberOf(words.get(4) ?? request)], ["b", 1280]);
});

test("a refusal has a number and the kernel's words", () => {
  // NLMSG_ERROR, capped, with attributes: -EINVAL, the request's header, "no".
  const refusal = bytesOf(
    "2c000000",
    "0200",
    "0003",
    "01000000",
    "00000000",
    "eaffffff",
    "30000000",
    "13000500",
    "01000000",
    "00000000",
    "07000100",
    "6e6f0000",
  );
  deepEqual(decodeMessages(refusal, decode), [{ kind: "answer", sequence: 1, errno: 22, message: "no" }]);
  const done = bytesOf("14000000", "0300", "0200", "01000000", "00000000", "00000000");
  deepEqual(decodeMessages(done, decode), [{ kind: "answer", sequence: 1, errno: 0 }]);
});

test("what is cut short, or says that it is longer than it is, ends the list and throws nothing", () => {
  const whole = encodeRequest(
    { type: RTM_LINK.new, flags: 0, sequence: 1 },
    linkChange(3, { name: "eth0", mtu: 1500, master: 2 }),
    encode,
  );
  let seed = 1;
  const chance = () => (seed = (seed * 1103515245 + 12345) % 2147483648);
  for (let i = 0; i < 2000; i++) {
    const hostile = whole.slice(0, i % 3 === 0 ? chance() % (whole.length + 1) : whole.length);
    for (let n = 0; n < 3 && hostile.length > 0; n++) hostile[chance() % hostile.length] = chance() % 256;
    for (const received of decodeMessages(hostile, decode))
      if (received.kind === "message" && received.payload.length >= 16) decodeLink(received.payload, decode);
  }
});
