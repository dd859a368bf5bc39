/** The kernel side as scripts/recorder writes it: object-x86_64.js and object-aarch64.js, which are built, not kept. */
export interface KernelObject {
  /** Says of which architecture, for the build, which leaves the others out. */
  readonly side: string;
  /** Bytes of the loader program's data and, behind them, of its instructions. */
  readonly data: number;
  readonly instructions: number;
  /** Bytes of its context; where in it the descriptors of maps and programs are. */
  readonly context: number;
  readonly maps: { readonly [name: string]: number };
  readonly programs: { readonly [name: string]: number };
  /** Both, a character for each byte. */
  readonly bytes: string;
}
