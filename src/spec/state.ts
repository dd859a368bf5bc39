/**
 * The state that a runtime writes to a hook's standard input (runtime-spec, runtime.md "State"). Dialects: crun says
 * pid 0 where there is none and adds `root`; runc leaves `pid` out at poststop; Kata leaves out version and status.
 */

export interface State {
  ociVersion?: string;
  id: string;
  status?: string;
  /** Absent and 0 both mean that there is no process to speak of. */
  pid?: number;
  bundle: string;
  annotations?: { [key: string]: string } | null;
  [key: string]: unknown;
}
