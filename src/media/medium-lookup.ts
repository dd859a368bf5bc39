/** The medium of each kind of location. */

import type { Location } from "../codec/image/location.ts";
import type { Sink, Source } from "./medium.ts";
import { dockerArchiveSink, dockerArchiveSource } from "./medium-docker-archive.ts";
import { dockerDaemonSink, dockerDaemonSource } from "./medium-docker-daemon.ts";
import { layoutSink, layoutSource } from "./medium-layout.ts";
import { ociArchiveSink, ociArchiveSource } from "./medium-oci-archive.ts";
import { registrySink, registrySource } from "./medium-registry.ts";
import type { RegistryOptions } from "./registry/registry.ts";

/** Opens an image to read; close it afterwards. Throws the `Failure`s of its medium. */
export async function openSource(location: Location, options: RegistryOptions): Promise<Source> {
  switch (location.kind) {
    case "docker":
      return registrySource(location.reference, options);
    case "oci":
      return layoutSource(location.path, location.tag);
    case "oci-archive":
      return ociArchiveSource(location.path, location.tag);
    case "docker-archive":
      return dockerArchiveSource(location.path, location.reference);
    case "docker-daemon":
      return dockerDaemonSource(location.name, options);
  }
}

/** Opens a name to write; close it afterwards. Throws the `Failure`s of its medium. */
export async function openSink(location: Location, options: RegistryOptions): Promise<Sink> {
  switch (location.kind) {
    case "docker":
      return registrySink(location.reference, options);
    case "oci":
      return layoutSink(location.path, location.tag ?? "latest");
    case "oci-archive":
      return ociArchiveSink(location.path, location.tag);
    case "docker-archive":
      return dockerArchiveSink(location.path, location.reference);
    case "docker-daemon":
      return dockerDaemonSink(location.name, options);
  }
}
