/** What stands for one recorded container; whoever registers keeps it until the container has ended. */

export interface Registration {
  readonly slot: number;
  /** Never given twice, so what is remembered from an earlier time, load or boot matches nothing. */
  readonly generation: number;
  /** Of the mount namespace: 16 hexadecimal digits, as the kernel's bytes. */
  readonly key: string;
  /** Bits of OPTION. */
  readonly options: number;
}

/** The bytes of a slot's number, as maps have it for a key. */
export function slotKey(slot: number): Uint8Array {
  const key = new Uint8Array(4);
  new DataView(key.buffer).setUint32(0, slot, true);
  return key;
}
