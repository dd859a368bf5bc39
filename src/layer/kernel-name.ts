/** Names of files as the kernel takes them. */

/** The bytes of a name, a byte string, with a NUL at the end. */
export function kernelName(name: string): Uint8Array {
  const bytes = new Uint8Array(name.length + 1);
  for (let at = 0; at < name.length; at++) bytes[at] = name.charCodeAt(at);
  return bytes;
}
