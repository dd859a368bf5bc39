/** Paths as commands want them, of those that people write. */

/** The path from the root on, of one that may start in the directory that the program was called in. */
export function absolute(path: string, cwd: string): string {
  return path.startsWith("/") ? path : `${cwd}/${path}`;
}
