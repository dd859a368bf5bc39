// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Values of arguments, on request: at most 16 distinct ones for each call and argument.

#pragma once

#define CLONE_NAMESPACES 0x7e020000
#define REFUSED_CALL 0x80

// Keeps a value of an argument, unless 16 others were met before.
static __noinline int keep_value(struct slot *slot, struct argument *key, __u32 kind) {
  key->place |= kind << 3;
  if (bpf_map_lookup_elem(&arguments, key)) return 0;
  __u32 at = ((key->place & REFUSED_CALL ? ABIS : 0) + key->abi) * KINDS + kind;
  asm volatile("" : "+r"(at));
  if (at >= 2 * ABIS * KINDS) return 0;
  // One more than 16 says that there were more.
  if (slot->distinct[at] > DISTINCT) return 0;
  __u32 before = __sync_fetch_and_add(&slot->distinct[at], 1);
  __u32 one = 1;
  if (before < DISTINCT && bpf_map_update_elem(&arguments, key, &one, BPF_NOEXIST)) return 0;
  return 0;
}

enum { KIND_DOMAIN, KIND_TYPE, KIND_PERSONALITY, KIND_CLONE, KIND_PRCTL, KIND_IOCTL };

static __always_inline void keep_arguments(struct slot *slot, struct owner *owner, struct pt_regs *regs, int abi, __u32 nr,
                                           int refused) {
  int compat = abi == COMPAT;
  struct argument key = {.owner = *owner, .nr = nr, .abi = abi, .place = refused ? REFUSED_CALL : 0};
  if (nr == (compat ? C_SOCKET : SOCKET)) {
    key.value = argument_of(regs, abi, 0);
    keep_value(slot, &key, KIND_DOMAIN);
    key.value = argument_of(regs, abi, 1);
    key.place = (key.place & REFUSED_CALL) | 1;
    keep_value(slot, &key, KIND_TYPE);
  } else if (nr == (compat ? C_PERSONALITY : PERSONALITY)) {
    key.value = argument_of(regs, abi, 0);
    keep_value(slot, &key, KIND_PERSONALITY);
  } else if (nr == (compat ? C_CLONE : CLONE)) {
    key.value = argument_of(regs, abi, 0) & CLONE_NAMESPACES;
    keep_value(slot, &key, KIND_CLONE);
  } else if (nr == (compat ? C_PRCTL : PRCTL)) {
    key.value = argument_of(regs, abi, 0);
    keep_value(slot, &key, KIND_PRCTL);
  } else if (nr == (compat ? C_IOCTL : abi == X32 ? X32_IOCTL : IOCTL)) {
    key.value = argument_of(regs, abi, 1);
    key.place |= 1;
    keep_value(slot, &key, KIND_IOCTL);
  }
}
