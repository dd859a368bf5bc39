/** How an engine is told to create no container while an NRI plugin is missing: a table of its own configuration, on one line. */

const TABLES = {
  containerd: (name: string) =>
    `[plugins."io.containerd.nri.v1.nri".default_validator] enable = true, required_plugins = ["${name}"]`,
  crio: (name: string) =>
    `[crio.nri.default_validator] nri_enable_default_validator = true, nri_validator_required_plugins = ["${name}"]`,
} as const;

/** The settings, as a person writes them into the file; `name` is the plugin's. */
export function requiredPlugins(engine: keyof typeof TABLES, name: string): string {
  return TABLES[engine](name);
}
