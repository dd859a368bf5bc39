/** A profile as one host and container sees it: Docker's and Podman's conditions answered, the map of architectures looked up. */

import type { SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import type { Target } from "./evaluate.ts";
import { architecturesOf } from "./evaluate-architectures.ts";
import { ruleApplies } from "./evaluate-rules.ts";

/** The same filter without `includes`, `excludes` and `archMap`. Rules keep their order. */
export function profileFor(profile: SeccompProfile, target: Target): SeccompProfile {
  const { archMap: _, architectures: __, ...rest } = profile;
  const architectures = [...architecturesOf(profile, target)];
  return {
    ...rest,
    ...(architectures.length === 0 ? {} : { architectures }),
    syscalls: (profile.syscalls ?? []).filter((rule) => ruleApplies(rule, target)).map(unconditional),
  };
}

function unconditional({ includes: _, excludes: __, ...rule }: SeccompRule): SeccompRule {
  return rule;
}
