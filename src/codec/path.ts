/** The lexical reading of a path: what its words alone say, with no link looked at. */

/**
 * The components of a path below a root: no empty one, no `.`, and `..` taken together with what goes before it; none for the root
 * itself. `..` above the root is the root.
 */
export function componentsOf(path: string): string[] {
  const components: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") components.pop();
    else if (part !== "" && part !== ".") components.push(part);
  }
  return components;
}
