import { expect, test } from "bun:test";
import { existsSync, symlinkSync } from "node:fs";
import { command } from "./command.ts";
import { config } from "./config.ts";
import { defineHook } from "./define.ts";
import { mounts } from "./mounts.ts";
import { rootfs } from "./rootfs.ts";
import { inBundle, runHook } from "./testing.ts";

const hook = defineHook({
  name: "motd",
  stages: ["createContainer"],
  uses: { config, mounts, rootfs },
  run({ config, container, mounts, rootfs, log }) {
    rootfs.writeText(
      "/etc/motd",
      `${config.hostname} ${container.annotations.a} ${rootfs.readText("/deep/file")}`,
    );
    mounts.tmpfs("/etc/scratch", { size: "64k" });
    rootfs.writeText("/etc/scratch/file", "in it");
    log(`done for ${container.id}`);
  },
});

test("a hook works for real on a bundle that is gone afterwards, with what it mounted", () => {
  let path = "";
  const given = { files: { "/deep/file": "text" }, config: { hostname: "web", annotations: { a: "b" } } };
  inBundle(given, (bundle) => {
    path = bundle.path;
    // Nothing of the host is written to by way of a link.
    symlinkSync("/tmp/motd-of-the-host", `${path}/rootfs/etc/motd`);
    bundle.rootfs.makeDirectory("/tmp");
    expect(bundle.run(hook, { stage: "createContainer" })).toEqual(["done for test"]);
    expect(bundle.rootfs.readText("/tmp/motd-of-the-host")).toBe("web b text");
    expect(bundle.rootfs.readText("/etc/scratch/file")).toBe("in it");
  });
  expect(existsSync(path)).toBe(false);
  expect(existsSync("/tmp/motd-of-the-host")).toBe(false);
});

test("what fails takes the bundle away, too", () => {
  let path = "";
  const fails = () =>
    inBundle({}, (bundle) => {
      path = bundle.path;
      bundle.run(hook, { stage: "createContainer", fakes: { config: {}, mounts: null } });
    });
  expect(fails).toThrow(TypeError);
  expect(existsSync(path)).toBe(false);
});

test("a host on which every program fails", () => {
  const asks = defineHook({
    name: "asks",
    stages: ["createRuntime"],
    uses: { command },
    run: ({ command, log }) => log(`status ${command(["/bin/true"]).status}`),
  });
  const fails = () => ({ status: 7, stdout: "", stderr: "" });
  expect(runHook(asks, { stage: "createRuntime" })).toEqual(["status 0"]);
  expect(runHook(asks, { stage: "createRuntime", fakes: { command: fails } })).toEqual(["status 7"]);
});
