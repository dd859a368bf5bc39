// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The kernel side of the recorder: one set of programs for the whole machine, whatever the number of containers. A system
// call of a task costs a lookup of its mount namespace, and in a recorded one a load of the word that has the call's bit;
// only a bit that is new is written. Bits are set and never cleared while a slot is in use, so a reader needs no order and
// nothing is ever lost.
//
// A task belongs to the container whose mount namespace it is in; else to the one that it descends from, which its task
// storage says. So `exec`ed processes, nested namespaces, threads that outlive the leader and --pid=host are right.

#include "recorder-kernel.h"

#include "recorder-maps.h"

#include "recorder-calls.h"

#include "recorder-arguments.h"
#include "recorder-places.h"
#include "recorder-refusals.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define SECCOMP_MODE_FILTER 2
#define SIGSYS 31
#define SYS_SECCOMP 1
#define CAP_SYS_ADMIN 21

static __always_inline __u64 namespace_key(struct mnt_namespace *ns) {
  if (by_inode) return ns->ns.inum;
  if (bpf_core_field_exists(ns->ns.ns_id)) return ns->ns.ns_id;
  return ((struct mnt_namespace___before_6_18 *)ns)->seq;
}

// The number by which a namespace is told from a later one with the same inode.
static __always_inline __u64 namespace_sequence(struct mnt_namespace *ns) {
  if (bpf_core_field_exists(ns->ns.ns_id)) return ns->ns.ns_id;
  return ((struct mnt_namespace___before_6_18 *)ns)->seq;
}

// What the kernel keeps with a task for us, or NULL. Most tasks have nothing, and then this is one load.
static __always_inline struct tag *tag_of(struct task_struct *task) {
  return task->bpf_storage ? bpf_task_storage_get(&tags, task, 0, 0) : 0;
}

// The slot of a task, or NULL. `owner` says which it is.
static __always_inline struct slot *slot_of(struct task_struct *task, struct owner *owner) {
  struct mnt_namespace *ns = task->nsproxy->mnt_ns;
  __u64 key = namespace_key(ns);
  __u32 hash = ((__u32)key ^ (__u32)(key >> 32)) * 0x9e3779b1;
  __u32 at = hash >> 21;
  struct set *set = bpf_map_lookup_elem(&namespaces, &at);
  if (!set) return 0;
  int found = 0;
#pragma unroll
  for (int way = 0; way < WAYS; way++) {
    if (set->keys[way] == key) {
      *owner = set->owners[way];
      found = 1;
      break;
    }
  }
  if (!found) {
    struct tag *tag = tag_of(task);
    if (!tag || !tag->owner.generation) return 0;
    *owner = tag->owner;
  }
  struct slot *slot = bpf_map_lookup_elem(&slots, &owner->slot);
  if (!slot || slot->generation != owner->generation) return 0;
  if (by_inode && found) {
    __u64 sequence = namespace_sequence(ns);
    if (slot->sequence == 0) __sync_val_compare_and_swap(&slot->sequence, 0, sequence);
    if (slot->sequence != sequence) return 0;
  }
  return slot;
}

static __always_inline __u32 state_of(struct task_struct *task, struct slot *slot) {
  return (task->seccomp.mode == SECCOMP_MODE_FILTER ? STATE_FILTERED : 0) | (slot->execed ? STATE_EXECED : 0);
}

// Files, addresses and capabilities are of interest from the container's own program on: before it there are the runtime's.
static __always_inline int of_program(struct slot *slot, __u32 state) { return slot->details >> (STATES + state) & 1; }

static __always_inline void set(__u64 *words, __u32 row, __u32 rows, __u32 nr) {
  __u32 at = row * WORDS + (nr >> 6);
  asm volatile("" : "+r"(at)); // else the compiler drops the test that the verifier wants to see
  if (at >= rows * WORDS) return;
  __u64 bit = 1ULL << (nr & 63);
  if (!(words[at] & bit)) __sync_fetch_and_or(&words[at], bit);
}

SEC("tp_btf/sys_enter")
int BPF_PROG(enter, struct pt_regs *regs, long id) {
  struct task_struct *task = bpf_get_current_task_btf();
  struct owner owner;
  struct slot *slot = slot_of(task, &owner);
  if (!slot) return 0;
  __u32 nr = id;
  int abi = abi_of(task, &nr);
  __u32 state = state_of(task, slot);
  if (nr < NUMBERS)
    set(slot->calls, abi * STATES + state, ABIS * STATES, nr);
  else
    __sync_fetch_and_add(&slot->out_of_range, 1);
  __u32 options = slot->options;
  if (options == 0) return 0;
  if (options & OPTION_REFUSED) {
    struct tag *tag = bpf_task_storage_get(&tags, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (tag) {
      tag->seen = owner.generation;
      tag->entered = options & OPTION_FILES ? ENTERED | ENTERED_FILES : ENTERED;
    }
  }
  if (options & OPTION_ARGUMENTS && slot->details >> state & 1) keep_arguments(slot, &owner, regs, abi, nr, 0);
  if (options & OPTION_ADDRESSES && of_program(slot, state)) keep_addresses(&owner, regs, abi, nr);
  return 0;
}

// A filter's refusal skips the tracepoint of the entry, not that of the exit, where the number and the arguments still
// stand in the registers. So an exit without an entry is a call that was refused.
SEC("tp_btf/sys_exit")
int BPF_PROG(leave, struct pt_regs *regs, long result) {
  struct task_struct *task = bpf_get_current_task_btf();
  struct tag *tag = tag_of(task);
  __u32 entered = tag ? tag->entered : 0;
  if (entered) {
    tag->entered = 0;
    if (!(entered & ENTERED_FILES)) return 0;
  }
  struct owner owner;
  struct slot *slot = slot_of(task, &owner);
  if (!slot) return 0;
  __u32 options = slot->options;
  if (!(options & (OPTION_REFUSED | OPTION_FILES))) return 0;
  __u32 nr = number_of(regs);
  int abi = abi_of(task, &nr);
  if (options & OPTION_FILES && result >= 0 && opens(abi, nr) && of_program(slot, state_of(task, slot)))
    keep_file(&owner, task, result);
  if (entered || !(options & OPTION_REFUSED)) return 0;
  // A call that had begun when recording did: nobody knows how.
  if (!tag || tag->seen != owner.generation) {
    tag = bpf_task_storage_get(&tags, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (tag) tag->seen = owner.generation;
    return 0;
  }
  if (task->seccomp.mode != SECCOMP_MODE_FILTER || (int)nr < 0) return 0;
  if (nr >= NUMBERS) {
    __sync_fetch_and_add(&slot->out_of_range, 1);
    return 0;
  }
  set(slot->refused, abi, ABIS, nr);
  if (options & OPTION_ARGUMENTS) keep_arguments(slot, &owner, regs, abi, nr, 1);
  if (options & OPTION_REGISTERS) keep_refusal(slot, &owner, regs, abi, nr);
  return 0;
}

// A filter that kills leaves no exit behind; it sends a signal that says which call it was.
SEC("tp_btf/signal_generate")
int BPF_PROG(signal, int number, struct kernel_siginfo *info, struct task_struct *task) {
  if (number != SIGSYS || !info || info->si_code != SYS_SECCOMP) return 0;
  struct task_struct *current = bpf_get_current_task_btf();
  struct owner owner;
  struct slot *slot = slot_of(current, &owner);
  if (!slot || !(slot->options & OPTION_REFUSED)) return 0;
  __u32 nr = info->_sifields._sigsys._syscall;
  int abi = abi_of(current, &nr);
  if (nr < NUMBERS)
    set(slot->refused, abi, ABIS, nr);
  else
    __sync_fetch_and_add(&slot->out_of_range, 1);
  struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(current);
  if (slot->options & OPTION_REGISTERS) keep_refusal(slot, &owner, regs, abi, nr);
  return 0;
}

static __always_inline struct tag *adopt(struct task_struct *task, struct owner *owner) {
  struct tag *tag = bpf_task_storage_get(&tags, task, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
  if (tag) tag->owner = *owner;
  return tag;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(fork, struct task_struct *parent, struct task_struct *child) {
  struct owner owner;
  struct slot *slot = slot_of(parent, &owner);
  if (!slot) return 0;
  struct tag *tag = adopt(child, &owner);
  if (!tag) return 0;
  tag->seen = owner.generation;
#if defined(__TARGET_ARCH_x86)
  tag->entered = ENTERED; // the child's first exit is that of its parent's call
#endif
  return 0;
}

// Whoever came in by setns and goes again is a visitor; who executes something here is one of the container's.
SEC("tp_btf/sched_process_exec")
int BPF_PROG(exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm) {
  struct owner owner;
  struct slot *slot = slot_of(task, &owner);
  if (!slot) return 0;
  struct tag *tag = adopt(task, &owner);
  if (slot->execed) return 0;
  if ((tag && tag->init) || (slot->init && task->tgid == slot->init)) slot->execed = 1;
  return 0;
}

// Not tp_btf: it loads where the kernel has no such tracepoint, and only attaching fails.
SEC("raw_tp/cap_capable")
int capable(struct bpf_raw_tracepoint_args *context) {
  __u32 capability = context->args[3];
  struct task_struct *task = bpf_get_current_task_btf();
  struct owner owner;
  struct slot *slot = slot_of(task, &owner);
  if (!slot || !(slot->options & OPTION_CAPABILITIES) || capability >= 64) return 0;
  if (!of_program(slot, state_of(task, slot))) return 0;
  // The kernel in another's name: overlayfs copies a file up with the rights of whoever mounted it.
  if (task->cred != task->real_cred) return 0;
  if (capability == CAP_SYS_ADMIN) {
    // The kernel asks for it, and takes either answer, whenever memory is accounted: no need of the program's.
    struct pt_regs *regs = (struct pt_regs *)bpf_task_pt_regs(task);
    __u32 nr = number_of(regs);
    if ((int)nr < 0) return 0;
    int abi = abi_of(task, &nr);
    if (abi != COMPAT) {
      if (nr == MMAP || nr == MPROTECT || nr == BRK || nr == MREMAP || nr == FORK || nr == VFORK) return 0;
      if (nr == EXECVE || nr == EXECVEAT || (abi == X32 && (nr == X32_EXECVE || nr == X32_EXECVEAT))) return 0;
      if (nr == CLONE && !(argument_of(regs, abi, 0) & CLONE_NAMESPACES)) return 0;
    }
  }
  __u64 *words = &slot->capabilities[(int)context->args[4] != 0];
  __u64 bit = 1ULL << capability;
  if (!(*words & bit)) __sync_fetch_and_or(words, bit);
  return 0;
}
