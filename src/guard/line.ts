/**
 * The pipe from the guard to the keeper. Nothing is ever written to it: it hangs up when the guard dies, which is why
 * nobody else holds its other end.
 */

import { close } from "../linux/descriptor.ts";

/** The keeper's end. */
export class Line {
  /** Readable when the guard has died; -1 after that. */
  fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Whether the guard has died. */
  get dead(): boolean {
    return this.fd < 0;
  }

  hangUp(): void {
    close(this.fd);
    this.fd = -1;
  }
}
