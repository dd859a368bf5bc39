/** ca-certificates on real containers: OpenSSL trusts, by the container's list, what it did not trust before. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { makeBundle } from "../../test/support/bundle.ts";
import { builtHook, shippedDefinition } from "../../test/support/hooks.ts";
import { applyPlan } from "../../test/support/plan.ts";
import { built, hookwright, program } from "../../test/support/programs.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { RUNTIMES, type RuntimeName, runRuntime, runtimePath } from "../../test/support/runtime.ts";

const OPENSSL = Bun.which("openssl");
const LIST = "/etc/ssl/certs/ca-certificates.crt";

describe.skipIf(!built("hookwright", "hookwright-host") || OPENSSL === null)(
  "ca-certificates (openssl)",
  () => {
    let root: TempRoot;
    let keys = "";
    const openssl = (...words: string[]) => {
      const done = Bun.spawnSync([OPENSSL ?? "", ...words], { cwd: keys, stderr: "pipe" });
      return { code: done.exitCode, said: `${done.stdout}${done.stderr}` };
    };
    const make = (...words: string[]) => {
      const { code, said } = openssl(...words);
      if (code !== 0) throw new Error(`openssl ${words.join(" ")}: ${said}`);
    };
    const request = [
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
    ];

    beforeAll(async () => {
      root = tempRoot();
      keys = `${root.work}/keys`;
      mkdirSync(keys);
      for (const ca of ["own", "other"])
        make(...request, "-x509", "-subj", `/CN=${ca}`, "-keyout", `${ca}.key`, "-out", `${ca}.pem`);
      make(...request.slice(0, -2), "-subj", "/CN=site", "-keyout", "site.key", "-out", "site.csr");
      make(
        "x509",
        "-req",
        "-in",
        "site.csr",
        "-CA",
        "own.pem",
        "-CAkey",
        "own.key",
        "-days",
        "1",
        "-out",
        "site.pem",
      );
      writeFileSync(
        `${keys}/both`,
        `${readFileSync(`${keys}/own.key`, "utf8")}${readFileSync(`${keys}/own.pem`, "utf8")}`,
      );
      const path = await builtHook(root, "ca-certificates");
      const attached = (annotation: string, file: string) =>
        shippedDefinition("ca-certificates", path, (definition) => {
          definition.hook.args = ["ca-certificates", "--file", file];
          definition.when.annotations = { "^com\\.example\\.ca$": `^${annotation}$` };
        });
      await applyPlan(root.root, {
        good: attached("yes", `${keys}/both`),
        none: attached("none", `${keys}/own.key`),
      });
    });
    afterAll(() => root.remove());

    const start = (runtime: RuntimeName, id: string, annotation: string, prepare = (_: string) => {}) => {
      const bundle = makeBundle(`${root.work}/${id}`, {
        args: ["/bin/cat", LIST],
        tweak: (config) => {
          config.annotations = { "com.example.ca": annotation };
        },
      });
      prepare(`${bundle}/rootfs`);
      const via = [program("hookwright-runtime"), "--runtime-path", runtimePath(runtime)];
      return runRuntime(runtime, root.root, ["run", "--bundle", bundle, id], { via });
    };

    test.each(RUNTIMES)(
      "an image with lists of its own keeps them, and trusts one more on %s",
      async (runtime) => {
        const rootfs = `${root.work}/lists-${runtime}/rootfs`;
        const done = await start(runtime, `lists-${runtime}`, "yes", () => {
          mkdirSync(`${rootfs}/etc/ssl/certs`, { recursive: true });
          mkdirSync(`${rootfs}/usr/local/share/ca-certificates`, { recursive: true });
          writeFileSync(`${rootfs}${LIST}`, readFileSync(`${keys}/other.pem`));
          symlinkSync("certs/ca-certificates.crt", `${rootfs}/etc/ssl/cert.pem`);
          expect(openssl("verify", "-CAfile", `${rootfs}${LIST}`, "site.pem").code).not.toBe(0);
        });
        expect([done.code, done.stderr]).toEqual([0, ""]);
        const other = readFileSync(`${keys}/other.pem`, "utf8");
        expect(done.stdout).toBe(`${other}${readFileSync(`${keys}/own.pem`, "utf8")}`);
        expect(openssl("verify", "-CAfile", `${rootfs}${LIST}`, "site.pem").said).toContain("site.pem: OK");
        const source = readFileSync(`${rootfs}/usr/local/share/ca-certificates/hookwright-0.crt`, "utf8");
        expect(source).toBe(readFileSync(`${keys}/own.pem`, "utf8"));
      },
    );

    test.each(RUNTIMES)(
      "an image without any list gets one on %s, without the key that lay beside",
      async (runtime) => {
        const done = await start(runtime, `bare-${runtime}`, "yes");
        expect([done.code, done.stdout]).toEqual([0, readFileSync(`${keys}/own.pem`, "utf8")]);
      },
    );

    test.each(RUNTIMES)("a file without a certificate stops the container on %s", async (runtime) => {
      const id = `none-${runtime}`;
      expect((await start(runtime, id, "none")).code).not.toBe(0);
      const { stdout } = await hookwright(root.root, ["events", "--container", id, "--format", "json"]);
      expect(stdout).toContain("there is no certificate in it");
    });
  },
);
