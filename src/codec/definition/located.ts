/**
 * A document with positions: what was read, and where each key and value stands in the text. JSON and YAML both become
 * one, so every later check can point at a line and a column without knowing which of the two a file was.
 */

export type Located = LocatedObject | LocatedArray | LocatedScalar;

export interface LocatedObject {
  readonly kind: "object";
  /** Offset of the first character, in UTF-16 units. */
  readonly at: number;
  /** In the order of the text; a duplicate key is here twice. */
  readonly entries: readonly LocatedEntry[];
}

export interface LocatedEntry {
  readonly key: string;
  readonly keyAt: number;
  readonly value: Located;
}

export interface LocatedArray {
  readonly kind: "array";
  readonly at: number;
  readonly items: readonly Located[];
}

export interface LocatedScalar {
  readonly kind: "scalar";
  readonly at: number;
  readonly value: string | number | boolean | null;
}

/** A key of an object, or an index of an array. */
export type PathStep = string | number;

/** A text that is not a document of its format, or not one that can be trusted to mean one thing. */
export interface SyntaxProblem {
  readonly rule: "syntax" | "duplicate-key";
  readonly at: number;
  readonly message: string;
  readonly mend: string;
}

export interface LocatedDocument {
  /** Absent when the text is no document at all. */
  readonly root?: Located;
  readonly problems: readonly SyntaxProblem[];
}

/** The plain value. A key `__proto__` becomes an own property, as JSON.parse makes it; the last of two equal keys wins. */
export function plainValue(node: Located): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "array") return node.items.map(plainValue);
  const object: { [key: string]: unknown } = {};
  for (const { key, value } of node.entries) {
    Object.defineProperty(object, key, {
      value: plainValue(value),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return object;
}

/** The node at a path, or undefined. */
export function nodeAt(root: Located, path: readonly PathStep[]): Located | undefined {
  let node: Located | undefined = root;
  for (const step of path) node = node && childOf(node, step);
  return node;
}

/**
 * Where to point for a path: at the value, at the key when `key` is set, or at the nearest node above when the path
 * leads to something that is not there.
 */
export function offsetOf(root: Located, path: readonly PathStep[], key = false): number {
  let node = root;
  for (const [depth, step] of path.entries()) {
    const child = childOf(node, step);
    if (child === undefined) return node.at;
    if (key && depth === path.length - 1 && node.kind === "object") {
      return node.entries.findLast((entry) => entry.key === step)?.keyAt ?? child.at;
    }
    node = child;
  }
  return node.at;
}

function childOf(node: Located, step: PathStep): Located | undefined {
  if (node.kind === "array" && typeof step === "number") return node.items[step];
  if (node.kind === "object") return node.entries.findLast((entry) => entry.key === step)?.value;
  return undefined;
}
