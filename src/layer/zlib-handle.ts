/**
 * What the compressing streams of node:zlib have inside, called directly: it works on the calling thread and writes where it is
 * told, while the streams work in a pool and copy what comes of it. The engine is compiled into the program, so what its
 * streams have inside changes only with the version that is pinned.
 */

interface Handle {
  onerror: (message: string, number: number, code: string) => void;
  writeSync(
    flush: number,
    input: Uint8Array,
    at: number,
    length: number,
    output: Uint8Array,
    from: number,
    room: number,
  ): void;
}

export class ZlibHandle {
  /** Bytes of the input that the last call left. */
  left = 0;
  /** What was wrong with the input, once something was. */
  problem: string | undefined;
  readonly #handle: Handle;
  /** What remains of the output and of the input after a call. */
  readonly #state: Uint32Array;

  /** `stream` is what the `create…` functions of node:zlib make. */
  constructor(stream: unknown) {
    const { _handle, _writeState } = stream as { _handle: Handle; _writeState: Uint32Array };
    this.#handle = _handle;
    this.#state = _writeState;
    this.#handle.onerror = (message) => {
      this.problem = message;
    };
  }

  /** Turns `length` bytes of the input from `at` on into output from `from` on; returns how many bytes were written. */
  step(
    flush: number,
    input: Uint8Array,
    at: number,
    length: number,
    output: Uint8Array,
    from: number,
  ): number {
    const room = output.length - from;
    this.#handle.writeSync(flush, input, at, length, output, from, room);
    const [free = 0, left = 0] = this.#state;
    this.left = left;
    return room - free;
  }
}
