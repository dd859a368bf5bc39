/**
 * Asking the kernel's network part (rtnetlink): a request, its answers, and what the kernel says in words when it refuses. A socket belongs
 * to the network namespace in which it is made, so each request makes its own.
 */

import { close } from "./descriptor.ts";
import { check } from "./error.ts";
import { scratch, scratchView } from "./memory.ts";
import { nr, syscall } from "./primitive.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const SOL_NETLINK = 270;
const CAP_ACK = 10;
const EXT_ACK = 11;
const EINTR = 4;
/** Larger than any datagram that the kernel makes of its answers. */
const SIZE = 64 * 1024;

/**
 * Sends a request and gives `take` each datagram that comes, until it returns false. What `take` throws is thrown on. Throws LinuxError.
 */
export function ask(request: Uint8Array, take: (datagram: Uint8Array) => boolean): void {
  const fd = check(syscall(nr.socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), "socket");
  try {
    // Words for errors, and no copy of the request in them. A kernel without these has errors by number.
    for (const option of [EXT_ACK, CAP_ACK]) {
      scratchView.setInt32(0, 1, true);
      syscall(nr.setsockopt, fd, SOL_NETLINK, option, scratch, 4);
    }
    check(syscall(nr.sendto, fd, request, request.length, 0, 0, 0), "sendto");
    const buffer = new Uint8Array(SIZE);
    while (take(buffer.subarray(0, receive(fd, buffer))));
  } finally {
    close(fd);
  }
}

function receive(fd: number, buffer: Uint8Array): number {
  let result: number;
  do {
    result = syscall(nr.recvfrom, fd, buffer, buffer.length, 0, 0, 0);
  } while (result === -EINTR);
  return check(result, "recvfrom");
}
