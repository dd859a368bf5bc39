/** `WWW-Authenticate` as registries write it, and as nobody should. */

import { expect, test } from "bun:test";
import fc from "fast-check";
import { parseChallenges } from "./challenge.ts";

test.each([
  ['Basic realm="Registry"', [{ scheme: "basic", parameters: { realm: "Registry" } }]],
  [
    'Bearer realm="https://auth.example.com/token",service="r.example.com",scope="repository:a/b:pull,push"',
    [
      {
        scheme: "bearer",
        parameters: {
          realm: "https://auth.example.com/token",
          service: "r.example.com",
          scope: "repository:a/b:pull,push",
        },
      },
    ],
  ],
  [
    'Negotiate, Bearer realm = "x" , error=invalid_token, Basic realm="a \\"b\\""',
    [
      { scheme: "negotiate", parameters: {} },
      { scheme: "bearer", parameters: { realm: "x", error: "invalid_token" } },
      { scheme: "basic", parameters: { realm: 'a "b"' } },
    ],
  ],
  ["bearer REALM=x", [{ scheme: "bearer", parameters: { realm: "x" } }]],
  ["", []],
  ['"', []],
  ['Bearer realm="never ends', [{ scheme: "bearer", parameters: {} }]],
])("%s", (header, challenges) => {
  expect(parseChallenges(header)).toEqual(challenges as ReturnType<typeof parseChallenges>);
});

test("ends on any text, soon", () => {
  const piece = fc.constantFrom("Bearer ", "realm", "=", '"', ",", " ", "\\", "x", "é", "\0");
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
      for (const { scheme } of parseChallenges(pieces.join(""))) expect(scheme).toBe(scheme.toLowerCase());
    }),
  );
  const long = `Bearer ${'a="b",'.repeat(20_000)}`;
  const start = performance.now();
  expect(parseChallenges(long)).toHaveLength(1);
  expect(performance.now() - start).toBeLessThan(1000);
});
