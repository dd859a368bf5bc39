/** Certificates for servers that a test runs on loopback, made by openssl: an authority, and what it signed. */

import { copyFileSync, mkdirSync } from "node:fs";

export interface Certificate {
  /** PEM files. */
  readonly cert: string;
  readonly key: string;
}

function openssl(dir: string, ...args: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["openssl", ...args], { cwd: dir, stdout: "ignore" });
  if (exitCode !== 0) throw new Error(`openssl ${args[0]}: ${stderr.toString()}`);
}

/** A self-signed certificate for 127.0.0.1 and localhost below `dir`; it is its own authority. */
export function makeCertificate(dir: string, name: string): Certificate {
  mkdirSync(dir, { recursive: true });
  const [cert, key] = [`${dir}/${name}.crt`, `${dir}/${name}.key`];
  const names = "subjectAltName=IP:127.0.0.1,DNS:localhost";
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  const subject = ["-subj", `/CN=${name}`, "-addext", names];
  openssl(dir, "req", "-x509", ...curve, "-nodes", "-days", "2", ...subject, "-out", cert, "-keyout", key);
  return { cert, key };
}

/** A directory of authorities, as `--cert-dir` takes it. */
export function makeCertDir(dir: string, certificates: readonly Certificate[]): string {
  mkdirSync(dir, { recursive: true });
  certificates.forEach(({ cert }, index) => {
    copyFileSync(cert, `${dir}/authority-${index}.crt`);
  });
  return dir;
}
