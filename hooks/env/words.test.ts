import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { factOf } from "./facts.ts";
import { fileOfVariables, variable, wanted } from "./words.ts";

test("a word names a variable and where its value is", () => {
  deepEqual(wanted("--file")("TOKEN=/run/a=b"), { name: "TOKEN", from: "/run/a=b" });
  for (const word of ["", "TOKEN", "=x", "1A=x", "A-B=x", "A="])
    throws(() => wanted("--file")(word), "--file");
});

test("a value loses one newline at its end, and nothing else", () => {
  equal(variable("A", "x\n"), "A=x");
  equal(variable("A", " x=\n y\n\n"), "A= x=\n y\n");
  throws(() => variable("A", "hunter2\0"), "set A: its value has a NUL in it");
});

test("a file of variables", () => {
  deepEqual(fileOfVariables("/f", "# of the team\n\nA=1\nB=x=y # no comment\r\n  # nor this\nC=\n"), [
    "A=1",
    "B=x=y # no comment\r",
    "C=",
  ]);
  throws(() => fileOfVariables("/f", "A=1\nhunter2\n"), "read /f: line 2 is not NAME=value");
});

test("facts of the host", () => {
  const files: { [path: string]: string } = {
    "/proc/sys/kernel/hostname": "node-1\n",
    "/sys/devices/system/cpu/online": "0-3,8\n",
    "/proc/meminfo": "MemTotal:        1024 kB\nMemFree: 1 kB\n",
    "/etc/machine-id": "\n",
  };
  const fact = (name: string) => factOf(name, (path) => files[path] ?? null);
  deepEqual(["hostname", "processors", "memory"].map(fact), ["node-1", "5", "1048576"]);
  throws(() => fact("machine-id"), "this host does not tell it");
  throws(() => fact("boot-id"), "this host does not tell it");
  throws(() => fact("toString"), "--host has no toString");
});
