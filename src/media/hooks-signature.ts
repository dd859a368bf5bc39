/** Signatures over a hooks artifact: Ed25519, or ECDSA with SHA-256, with keys in PEM files. */

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { Failure } from "../spec/failure.ts";
import { signedText } from "../spec/image-hooks.ts";

/** A key to sign with. Throws `Failure` `key_invalid`. */
export function readPrivateKey(file: string): KeyObject {
  return readKey(file, (text) => createPrivateKey(text));
}

/** A key to check with; of a private key's file its public half. Throws `Failure` `key_invalid`. */
export function readPublicKey(file: string): KeyObject {
  return readKey(file, (text) => createPublicKey(text));
}

export function signArtifact(digest: string, key: KeyObject): Uint8Array {
  return new Uint8Array(sign(hashFor(key), Buffer.from(signedText(digest)), key));
}

export function isSignedBy(digest: string, signature: Uint8Array, key: KeyObject): boolean {
  return verify(hashFor(key), Buffer.from(signedText(digest)), key, signature);
}

/** Ed25519 hashes by itself. */
function hashFor({ asymmetricKeyType }: KeyObject): "sha256" | null {
  return asymmetricKeyType === "ed25519" ? null : "sha256";
}

function readKey(file: string, read: (text: string) => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read(readFileSync(file, "utf8"));
  } catch (cause) {
    throw invalid(file, (cause as Error).message, cause);
  }
  if (key.asymmetricKeyType === "ed25519" || key.asymmetricKeyType === "ec") return key;
  throw invalid(file, `it is an ${key.asymmetricKeyType} key`);
}

function invalid(file: string, why: string, cause?: unknown): Failure {
  return new Failure("key_invalid", `read the key ${file}: ${why}`, {
    hint: "make one with: openssl genpkey -algorithm ed25519",
    ...(cause !== undefined && { cause }),
  });
}
