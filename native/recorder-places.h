// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// Files that were opened and addresses that were connected to, on request.

#pragma once

#define FMODE_READ 1
#define FMODE_WRITE 2
// More than a path of the kernel's longest name has components worth telling.
#define DEEPEST 64

// Keeps what is in the draft, or adds how it was used.
static __always_inline void keep_place(struct draft *draft, __u32 how) {
  struct seen *seen = bpf_map_lookup_elem(&places, &draft->key);
  if (!seen) {
    draft->seen.how = how;
    if (bpf_map_update_elem(&places, &draft->key, &draft->seen, BPF_NOEXIST) == 0) return;
    seen = bpf_map_lookup_elem(&places, &draft->key);
    if (!seen) return;
  }
  if ((seen->how & how) != how) __sync_fetch_and_or(&seen->how, how);
}

// A multiplication that spreads what was mixed so far over all bits.
static __always_inline __u64 mix(__u64 hash, __u64 value) {
  hash ^= value;
  hash *= 0x9e3779b97f4a7c15ULL;
  return hash ^ (hash >> 29);
}

static __noinline int keep_address(struct owner *owner, __u64 address, __u64 length) {
  __u32 zero = 0;
  struct draft *draft = bpf_map_lookup_elem(&drafts, &zero);
  if (!draft || address == 0 || length < 2) return 0;
  if (length > 128) length = 128;
  __builtin_memset(draft->seen.text, 0, 128);
  if (bpf_probe_read_user(draft->seen.text, length, (void *)address)) return 0;
  __u64 hash = 1;
  for (int i = 0; i < 16; i++) hash = mix(hash, ((__u64 *)draft->seen.text)[i]);
  draft->key.owner = *owner;
  draft->key.hash = hash;
  draft->seen.kind = PLACE_ADDRESS;
  draft->seen.length = length;
  keep_place(draft, FMODE_WRITE);
  return 0;
}

static __always_inline void keep_addresses(struct owner *owner, struct pt_regs *regs, int abi, __u32 nr) {
  int compat = abi == COMPAT;
  if (nr == (compat ? C_CONNECT : CONNECT))
    keep_address(owner, argument_of(regs, abi, 1), (__u32)argument_of(regs, abi, 2));
  else if (nr == (compat ? C_SENDTO : SENDTO))
    keep_address(owner, argument_of(regs, abi, 4), (__u32)argument_of(regs, abi, 5));
}

struct walk {
  struct dentry *dentry;
  struct vfsmount *mnt;
  struct path root;
};

// One step up from a file to the root of its task, over a mount point or a name. What is counted is in the draft: of
// numbers on the stack the verifier would follow every step.
static int step(__u32 index, void *context) {
  struct walk *walk = context;
  __u32 zero = 0;
  struct draft *draft = bpf_map_lookup_elem(&drafts, &zero);
  if (!draft) return 1;
  struct dentry *dentry = walk->dentry;
  struct vfsmount *mnt = walk->mnt;
  if (dentry == walk->root.dentry && mnt == walk->root.mnt) return 1;
  if (dentry == BPF_CORE_READ(mnt, mnt_root)) {
    struct mount *mount = (void *)mnt - __builtin_preserve_field_info(((struct mount *)0)->mnt, BPF_FIELD_BYTE_OFFSET);
    struct mount *parent = BPF_CORE_READ(mount, mnt_parent);
    if (parent == mount || !parent) return 1;
    walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
    walk->mnt = (void *)parent + __builtin_preserve_field_info(((struct mount *)0)->mnt, BPF_FIELD_BYTE_OFFSET);
    return 0;
  }
  struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
  if (parent == dentry || !parent) {
    draft->seen.kind = 0; // a pipe, a socket, a memfd: it has no path
    return 1;
  }
  __u32 length = BPF_CORE_READ(dentry, d_name.len);
  __u32 start = draft->start;
  if (length >= TEXT || start < length + 1 || start > TEXT * 2) {
    draft->seen.kind |= PLACE_CUT;
    return 1;
  }
  start -= length;
  asm volatile("" : "+r"(start), "+r"(length));
  if (start >= TEXT * 2 || start < 1 || length >= TEXT) return 1;
  bpf_probe_read_kernel(&draft->path[start], length, BPF_CORE_READ(dentry, d_name.name));
  start--;
  asm volatile("" : "+r"(start));
  if (start >= TEXT * 2) return 1;
  draft->path[start] = '/';
  draft->start = start;
  draft->key.hash = mix(draft->key.hash, BPF_CORE_READ(dentry, d_name.hash) | ((__u64)length << 32));
  walk->dentry = parent;
  return 0;
}

static __noinline int keep_file(struct owner *owner, struct task_struct *task, __u32 fd) {
  __u32 zero = 0;
  struct draft *draft = bpf_map_lookup_elem(&drafts, &zero);
  if (!draft) return 0;
  struct fdtable *table = BPF_CORE_READ(task, files, fdt);
  if (fd >= BPF_CORE_READ(table, max_fds)) return 0;
  struct file *file = 0;
  bpf_probe_read_kernel(&file, sizeof(file), BPF_CORE_READ(table, fd) + fd);
  if (!file) return 0;
  struct walk walk = {};
  draft->start = TEXT * 2;
  draft->key.hash = 0;
  draft->seen.kind = PLACE_FILE;
  walk.dentry = BPF_CORE_READ(file, f_path.dentry);
  walk.mnt = BPF_CORE_READ(file, f_path.mnt);
  walk.root.mnt = BPF_CORE_READ(task, fs, root.mnt);
  walk.root.dentry = BPF_CORE_READ(task, fs, root.dentry);
  bpf_loop(DEEPEST, step, &walk, 0);
  if (!(draft->seen.kind & PLACE_FILE)) return 0;
  __u32 start = draft->start;
  asm volatile("" : "+r"(start));
  if (start > TEXT * 2) return 0;
  if (start == TEXT * 2) {
    start--;
    draft->path[start] = '/';
  }
  __u32 length = TEXT * 2 - start;
  asm volatile("" : "+r"(length));
  if (length > TEXT * 2) return 0;
  bpf_probe_read_kernel(draft->seen.text, length, &draft->path[start]);
  draft->key.owner = *owner;
  draft->seen.length = length;
  __u32 how = BPF_CORE_READ(file, f_mode) & (FMODE_READ | FMODE_WRITE);
  keep_place(draft, how);
  return 0;
}

static __always_inline int opens(int abi, __u32 nr) {
  if (abi == COMPAT) return nr == C_OPEN || nr == C_CREAT || nr == C_OPENAT || nr == C_OPENAT2;
  return nr == OPEN || nr == CREAT || nr == OPENAT || nr == OPENAT2;
}
