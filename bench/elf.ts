/**
 * The smallest static programs there are, written byte by byte: an ELF header, one program header and two or three
 * instructions. They are the "empty static process" that every ratio is measured against, and hooks of a chosen size.
 */

const CODE: Record<string, { machine: number; exit: number[] }> = {
  // xor edi, edi; mov eax, 231; syscall
  x64: { machine: 62, exit: [0x31, 0xff, 0xb8, 0xe7, 0, 0, 0, 0x0f, 0x05] },
  // mov x0, #0; mov x8, #94; svc #0
  arm64: { machine: 183, exit: [0, 0, 0x80, 0xd2, 0xc8, 0x0b, 0x80, 0xd2, 0x01, 0, 0, 0xd4] },
};

/** An executable that exits with status 0 at once, padded with zeros to `size` bytes (all of it is mapped). */
export function emptyProgram(size = 0): Uint8Array {
  const code = CODE[process.arch];
  if (code === undefined) throw new Error(`no empty program for ${process.arch}`);
  const header = 64 + 56;
  const bytes = new Uint8Array(Math.max(size, header + code.exit.length));
  const view = new DataView(bytes.buffer);
  const base = 0x400000;
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, code.machine, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(base + header), true); // entry
  view.setBigUint64(32, 64n, true); // program headers
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true); // PT_LOAD
  view.setUint32(68, 5, true); // R X
  view.setBigUint64(80, BigInt(base), true);
  view.setBigUint64(88, BigInt(base), true);
  view.setBigUint64(96, BigInt(bytes.length), true);
  view.setBigUint64(104, BigInt(bytes.length), true);
  view.setBigUint64(112, 0x1000n, true);
  bytes.set(code.exit, header);
  return bytes;
}
