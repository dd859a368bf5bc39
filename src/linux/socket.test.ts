import { deepEqual, equal, ok, test, throws } from "../../test/portable/api.ts";
import { close, pipe } from "./descriptor.ts";
import { addressOf, decode, encode, nr, syscall } from "./primitive.ts";
import { read, readNonBlocking } from "./read.ts";
import {
  accept,
  bindSocket,
  connect,
  listen,
  send,
  sendDescriptor,
  sendTo,
  socketPair,
  unixSocket,
} from "./socket.ts";
import { inTemporaryDirectory } from "./temporary.ts";

function text(fd: number): string {
  const buffer = new Uint8Array(1000);
  return decode(buffer.subarray(0, read(fd, buffer)));
}

test("a stream socket connects by path and carries bytes", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const server = unixSocket("stream");
    bindSocket(server, `${dir}/s`);
    listen(server);
    equal(accept(server), null);
    const client = unixSocket("stream");
    connect(client, `${dir}/s`);
    const connection = accept(server);
    ok(connection !== null);
    equal(send(client, "hello"), 5);
    equal(text(connection), "hello");
    close(connection);
    throws(() => send(client, "gone"), "EPIPE");
    for (const fd of [server, client]) close(fd);
  });
});

test("datagrams go to a path without ever blocking", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const server = unixSocket("datagram");
    bindSocket(server, `${dir}/log`);
    const client = unixSocket("datagram");
    equal(sendTo(client, "one", `${dir}/log`), true);
    equal(text(server), "one");
    let sent = 0;
    while (sent < 100_000 && sendTo(client, "flood", `${dir}/log`)) sent++;
    ok(sent > 0 && sent < 100_000);
    throws(() => sendTo(client, "x", `${dir}/none`), "ENOENT");
    throws(() => sendTo(client, new Uint8Array(10_000_000), `${dir}/log`), "EMSGSIZE");
    throws(() => connect(client, `${dir}/${"x".repeat(120)}`), "ENAMETOOLONG");
    for (const fd of [server, client]) close(fd);
  });
});

test("an abstract name needs no file", () => {
  const server = unixSocket("datagram");
  bindSocket(server, `@hookwright-test-${Math.random()}`);
  close(server);
});

test("a descriptor is sent along", () => {
  const [a, b] = socketPair("datagram");
  const ends = pipe();
  equal(sendDescriptor(a, ends.write, encode("take this")), true);
  equal(receiveDescriptor(b, ends.read), "came through");
  for (const fd of [a, b, ends.read, ends.write]) close(fd);
});

/** Receives a writing end of a pipe, writes through it, and tells what comes out of the pipe. */
function receiveDescriptor(socket: number, pipeRead: number): string {
  const RECVMSG = nr.pread64 === 17 ? 47 : 212;
  const SCM = 24;
  const memory = new Uint8Array(256);
  const view = new DataView(memory.buffer);
  const payload = new Uint8Array(64);
  const put = (offset: number, value: number) => {
    view.setUint32(offset, value >>> 0, true);
    view.setUint32(offset + 4, Math.floor(value / 2 ** 32), true);
  };
  const base = addressOf(memory);
  put(16, base + 64);
  put(24, 1);
  put(32, base + 80);
  put(40, SCM);
  put(64, addressOf(payload));
  put(72, payload.length);
  equal(syscall(RECVMSG, socket, memory, 0, payload), 9);
  const fd = view.getInt32(96, true);
  equal(syscall(nr.write, fd, encode("came through"), 12), 12);
  close(fd);
  return text(pipeRead);
}

test("a pair of stream sockets talks both ways", () => {
  const [a, b] = socketPair("stream", true);
  equal(readNonBlocking(a, new Uint8Array(1)), null);
  send(a, "ping");
  send(b, "pong");
  deepEqual([text(b), text(a)], ["ping", "pong"]);
  close(a);
  close(b);
});
