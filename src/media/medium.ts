/**
 * Where images come from and where they go. A source is a view that does not change: the manifest it was opened for, and
 * blobs as streams that throw at their end when they are not what their descriptor says. A sink takes blobs, then
 * manifests, then the name; so whoever is interrupted leaves nothing that names what is not there.
 */

import type { Descriptor } from "../spec/image.ts";

/** A manifest or an index: its bytes are never written anew, or its digest would change. */
export interface Content {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

export type Bytes = AsyncIterable<Uint8Array>;

/** A repository on a registry: another one on the same registry can take blobs from it without a transfer. */
export interface Origin {
  readonly host: string;
  readonly repository: string;
}

export interface Source {
  /** What it was opened as, for messages. */
  readonly name: string;
  readonly origin?: Origin;
  /** The manifest or index that the name means. */
  readonly root: Content;
  /** A manifest or index that is named by another, verified. */
  manifest(descriptor: Descriptor): Promise<Content>;
  blob(descriptor: Descriptor): Bytes;
  /** Manifests whose subject is that one (referrers); none where the medium cannot have any. */
  referrers(digest: string): Promise<Descriptor[]>;
  close(): Promise<void>;
}

export interface Sink {
  readonly name: string;
  /** Why it takes no index, or no referrers, when it does not: the form holds one image. */
  readonly single?: string;
  /** Whether it has the blob already, or could take it from a neighbour: then it is not sent. */
  claim(descriptor: Descriptor, from?: Origin): Promise<boolean>;
  /** Takes a blob whole, and keeps nothing of one whose stream throws. `open` gives the bytes again from their start. */
  put(descriptor: Descriptor, open: () => Bytes): Promise<void>;
  /** Takes a manifest whose parts are there. One with a `subject` can then be found as its referrer. */
  putManifest(content: Content): Promise<void>;
  /** Gives it the name that the sink was opened with; the last thing. */
  finish(root: Content): Promise<void>;
  /** Frees what is held; without `finish` before, nothing of an image has appeared. */
  close(): Promise<void>;
}
