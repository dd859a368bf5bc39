// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Refused calls with their registers, as the filter saw them, for whoever watches. A call that is refused again with other
// pointers is not told again, unless they point to another text.

#pragma once

// Whether it may be a pointer, which says nothing the next time.
static __always_inline __u64 telling(__u64 value) { return value >> 32 ? 0 : value; }

static __noinline int keep_refusal(struct slot *slot, struct owner *owner, struct pt_regs *regs, int abi, __u32 nr) {
  __u32 zero = 0;
  struct draft *draft = bpf_map_lookup_elem(&drafts, &zero);
  if (!draft || !slot || !regs) return 0;
  struct refusal *refusal = (struct refusal *)draft->seen.text;
  __builtin_memset(refusal, 0, sizeof(*refusal));
  refusal->nr = nr;
  refusal->abi = abi;
  __u64 hash = mix(nr, abi);
#pragma unroll
  for (int i = 0; i < 6; i++) {
    refusal->registers[i] = argument_of(regs, abi, i);
    hash = mix(hash, telling(refusal->registers[i]));
  }
  // What is no text is not shown; src/record/refusals.ts knows.
#pragma unroll
  for (int i = 0; i < REFUSED_TEXTS; i++) {
    bpf_probe_read_user_str(refusal->texts[i], REFUSED_TEXT, (void *)refusal->registers[i]);
    for (int at = 0; at < REFUSED_TEXT / 8; at++) hash = mix(hash, ((__u64 *)refusal->texts[i])[at]);
  }
  draft->key.owner = *owner;
  draft->key.hash = hash;
  draft->seen.kind = PLACE_REFUSAL;
  draft->seen.length = sizeof(*refusal);
  if (bpf_map_lookup_elem(&places, &draft->key)) return 0;
  if (__sync_fetch_and_add(&slot->refusals, 1) < REFUSALS) keep_place(draft, 0);
  return 0;
}
