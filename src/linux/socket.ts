/** Unix sockets: for journald, /dev/log and pairs of processes. Sending never blocks and never raises SIGPIPE. */

import { check, LinuxError } from "./error.ts";
import { scratch, scratchAddress, scratchView, setU64 } from "./memory.ts";
import { addressOf, encode, nr, syscall } from "./primitive.ts";

export type SocketKind = "stream" | "datagram";

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const PATH_SIZE = 108;
const EAGAIN = 11;
const EINTR = 4;
const EINPROGRESS = 115;
const ENAMETOOLONG = 36;

/** A close-on-exec socket. */
export function unixSocket(kind: SocketKind, nonBlocking = true): number {
  return check(syscall(nr.socket, AF_UNIX, flagsOf(kind, nonBlocking), 0), "socket");
}

/** Two close-on-exec sockets connected with each other. */
export function socketPair(kind: SocketKind, nonBlocking = false): [number, number] {
  check(syscall(nr.socketpair, AF_UNIX, flagsOf(kind, nonBlocking), 0, scratch), "socketpair");
  return [scratchView.getInt32(0, true), scratchView.getInt32(4, true)];
}

/** Connects to the socket at `path` (at most 107 bytes); `@name` is abstract. EAGAIN when the listener's queue is full. */
export function connect(fd: number, path: string): void {
  const address = socketAddress(path);
  const result = syscall(nr.connect, fd, address, address.length);
  if (result !== -EINPROGRESS) check(result, "connect", path);
}

/** Names the socket; a file appears at `path`. */
export function bindSocket(fd: number, path: string): void {
  const address = socketAddress(path);
  check(syscall(nr.bind, fd, address, address.length), "bind", path);
}

export function listen(fd: number, backlog = 16): void {
  check(syscall(nr.listen, fd, backlog), "listen");
}

/** A connection that came in, close-on-exec; null when a non-blocking socket has none. */
export function accept(fd: number): number | null {
  let result: number;
  do {
    result = syscall(nr.accept4, fd, 0, 0, SOCK_CLOEXEC);
  } while (result === -EINTR);
  return result === -EAGAIN ? null : check(result, "accept4");
}

/**
 * Sends on a connected socket without blocking; returns how many bytes went out, or null when there is no room now. A
 * datagram goes whole or not at all (EMSGSIZE when it is too large).
 */
export function send(fd: number, data: Uint8Array | string): number | null {
  const bytes = typeof data === "string" ? encode(data) : data;
  const result = syscall(nr.sendto, fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0);
  return result === -EAGAIN ? null : check(result, "sendto");
}

/** Sends a datagram to the socket at `path` without blocking; false when there is no room now. */
export function sendTo(fd: number, data: Uint8Array | string, path: string): boolean {
  const bytes = typeof data === "string" ? encode(data) : data;
  const address = socketAddress(path);
  const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
  const result = syscall(nr.sendto, fd, bytes, bytes.length, flags, address, address.length);
  if (result === -EAGAIN) return false;
  check(result, "sendto", path);
  return true;
}

/**
 * Sends one descriptor, with `data` (at least one byte on a stream), on a connected socket without blocking; false when
 * there is no room now. journald takes a record too large for a datagram as a sealed memfd, with no data.
 */
export function sendDescriptor(fd: number, descriptor: number, data: Uint8Array): boolean {
  // Scratch: struct msghdr {name ptr 0, u32 namelen 8, iov ptr 16, iovlen 24, control ptr 32, controllen 40, flags 48},
  // struct iovec {ptr, len} at 64, struct cmsghdr {u64 len, s32 level, s32 type} and the descriptor at 80.
  const at = scratchAddress();
  scratch.fill(0, 0, 104);
  setU64(scratchView, 16, at + 64);
  setU64(scratchView, 24, 1);
  setU64(scratchView, 32, at + 80);
  setU64(scratchView, 40, 24);
  setU64(scratchView, 64, addressOf(data));
  setU64(scratchView, 72, data.length);
  setU64(scratchView, 80, 20);
  scratchView.setInt32(88, SOL_SOCKET, true);
  scratchView.setInt32(92, SCM_RIGHTS, true);
  scratchView.setInt32(96, descriptor, true);
  // The last argument is none of sendmsg's: it keeps the data alive while the kernel reads.
  const result = syscall(nr.sendmsg, fd, at, MSG_DONTWAIT | MSG_NOSIGNAL, data);
  if (result === -EAGAIN) return false;
  check(result, "sendmsg");
  return true;
}

function flagsOf(kind: SocketKind, nonBlocking: boolean): number {
  return (kind === "stream" ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | (nonBlocking ? SOCK_NONBLOCK : 0);
}

/** struct sockaddr_un: u16 family, path. The length of the address ends an abstract name, a NUL ends a path. */
function socketAddress(path: string): Uint8Array {
  const abstract = path.startsWith("@");
  const name = encode(abstract ? `\0${path.slice(1)}` : `${path}\0`);
  if (name.length > PATH_SIZE) throw new LinuxError("socket address", ENAMETOOLONG, path);
  const address = new Uint8Array(2 + name.length);
  address[0] = AF_UNIX;
  address.set(name, 2);
  return address;
}
