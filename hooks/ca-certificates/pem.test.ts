import { deepEqual, equal, test } from "../../test/portable/api.ts";
import { added, certificatesIn } from "./pem.ts";

const pem = (letter: string, length: number, newline = "\n") => {
  const lines = letter.repeat(length).match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join(newline);
};

test("certificates are found among other things, in one form", () => {
  const text = `# a comment\n${pem("A", 132, "\r\n")}subject=x\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n${pem("B", 64)}`;
  deepEqual(certificatesIn(text), [pem("A", 132), pem("B", 64)]);
  const wide = pem("C", 128).replace(`${"C".repeat(64)}\n${"C".repeat(64)}`, "C".repeat(128));
  deepEqual(certificatesIn(wide), [pem("C", 128)]);
});

test("what is cut short, empty or no base64 is none", () => {
  for (const text of ["", pem("A", 64).slice(0, -10), pem("A", 0), pem("$", 64), pem("A", 65)])
    deepEqual(certificatesIn(text), []);
});

test("a list gets what it lacks, once, and keeps what it says", () => {
  const list = `# ours\n${pem("A", 64).trimEnd()}`;
  const once = added(list, [pem("A", 64), pem("B", 64), pem("B", 64)]);
  equal(once, `${list}\n${pem("B", 64)}`);
  equal(added(once, [pem("B", 64)]), once);
  equal(added("", [pem("B", 64)]), pem("B", 64));
});
