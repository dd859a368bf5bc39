/** Paths in layers: byte strings that may begin with a slash or lead upwards, and mean a place below the root in any case. */

/** The components of a path after the lexical reading of `.` and `..`; none for the root itself. `..` above the root is the root. */
export function componentsOf(path: string): string[] {
  const components: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") components.pop();
    else components.push(part);
  }
  return components;
}

/** The bytes of a name with a NUL at the end, as the kernel takes it. */
export function kernelName(name: string): Uint8Array {
  const bytes = new Uint8Array(name.length + 1);
  for (let at = 0; at < name.length; at++) bytes[at] = name.charCodeAt(at);
  return bytes;
}
