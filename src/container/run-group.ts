/** The cgroup of a run is known by its name, whoever looks. */

/** Goes before the run's id, a UUIDv7, in the name of its group. */
export const RUN_GROUP = "hookwright-";
