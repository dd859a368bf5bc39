// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// The kernel's structures, declared by hand with the fields that are used: the loader finds where they are (CO-RE).

#pragma once

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
  __u64 ns_id; // since 6.18
  unsigned int inum;
};
struct bpf_local_storage;
struct mnt_namespace {
  struct ns_common ns;
};
struct mnt_namespace___before_6_18 {
  __u64 seq;
};
struct nsproxy {
  struct mnt_namespace *mnt_ns;
};
struct seccomp {
  int mode;
};
struct thread_info {
  unsigned long flags;
  __u32 status; // x86 only
};
struct vfsmount {
  struct dentry *mnt_root;
};
struct mount {
  struct mount *mnt_parent;
  struct dentry *mnt_mountpoint;
  struct vfsmount mnt;
};
struct qstr {
  __u32 hash;
  __u32 len;
  const unsigned char *name;
};
struct dentry {
  struct dentry *d_parent;
  struct qstr d_name;
};
struct path {
  struct vfsmount *mnt;
  struct dentry *dentry;
};
struct fs_struct {
  struct path root;
};
struct file {
  unsigned int f_mode;
  struct path f_path;
};
struct fdtable {
  unsigned int max_fds;
  struct file **fd;
};
struct files_struct {
  struct fdtable *fdt;
};
struct cred;
struct task_struct {
  struct thread_info thread_info;
  const struct cred *real_cred;
  const struct cred *cred;
  struct nsproxy *nsproxy;
  struct seccomp seccomp;
  struct files_struct *files;
  struct fs_struct *fs;
  unsigned int tgid;
  struct bpf_local_storage *bpf_storage;
};
union __sifields {
  struct {
    void *_call_addr;
    int _syscall;
    unsigned int _arch;
  } _sigsys;
};
struct kernel_siginfo {
  int si_code;
  union __sifields _sifields;
};
struct linux_binprm;

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
  unsigned long bp, bx, r10, r9, r8, cx, dx, si, di, orig_ax;
};
#else
struct pt_regs {
  __u64 regs[31];
  __u64 orig_x0;
  int syscallno;
};
#endif

#pragma clang attribute pop
