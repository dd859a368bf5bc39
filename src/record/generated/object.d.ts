/** The kernel side as scripts/recorder packs it: object-x86_64.js and object-aarch64.js, which are built, not kept. */
export interface PackedObject {
  /** Bytes of the loader program's data and, behind them, of its instructions. */
  readonly data: number;
  readonly instructions: number;
  /** Bytes of its context; where in it the descriptors of maps and programs are. */
  readonly context: number;
  readonly maps: { readonly [name: string]: number };
  readonly programs: { readonly [name: string]: number };
  /** Both as an LZ4 block in base64. */
  readonly packed: string;
}
