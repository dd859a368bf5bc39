/** The manifests of deploy/, as data. */

import { readFileSync } from "node:fs";
import { parseAllDocuments } from "yaml";

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  // biome-ignore lint/suspicious/noExplicitAny: what it holds depends on its kind
  [field: string]: any;
}

const DEPLOY = `${import.meta.dir}/../../deploy`;

/** Absolute path of a file below deploy/. */
export function deployed(file: string): string {
  return `${DEPLOY}/${file}`;
}

/** All documents of a file below deploy/. */
export function manifestsIn(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(deployed(file), "utf8")).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join("; ")}`);
    return document.toJS();
  });
}
