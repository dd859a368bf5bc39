/** Which user and group ids of the host those of a container are. */

/** A range of ids, as in `linux.uidMappings` of a runtime configuration. */
export interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

/** Without ranges ids are the same on both sides. */
export interface IdMaps {
  readonly uidMappings: readonly IdMapping[];
  readonly gidMappings: readonly IdMapping[];
  /** For a caller who is not root and owns all files; an attribute says whose they are inside. */
  readonly rootless: boolean;
}
