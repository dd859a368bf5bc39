/** Whether two pieces of JSON data say the same: key order does not count, a key without a value is not there. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, at) => same(item, b[at]));
  }
  const left = a as { [key: string]: unknown };
  const right = b as { [key: string]: unknown };
  const present = (object: { [key: string]: unknown }) =>
    Object.keys(object).filter((key) => object[key] !== undefined);
  const keys = present(left);
  if (keys.length !== present(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && same(left[key], right[key]));
}
