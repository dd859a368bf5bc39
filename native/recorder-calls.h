// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// A system call as the registers have it: its ABI, its number, its arguments; and the numbers of those that are looked into.

#pragma once

// Calls as the machine's tables number them.
#if defined(__TARGET_ARCH_x86)
#define TS_COMPAT 2
#define X32_BIT 0x40000000
enum { SOCKET = 41, CONNECT = 42, SENDTO = 44, OPEN = 2, CREAT = 85, OPENAT = 257, OPENAT2 = 437, IOCTL = 16, CLONE = 56 };
enum { PERSONALITY = 135, PRCTL = 157, X32_IOCTL = 514, MMAP = 9, MPROTECT = 10, BRK = 12, MREMAP = 25, FORK = 57 };
enum { VFORK = 58, EXECVE = 59, EXECVEAT = 322, CLONE3 = 435, X32_EXECVE = 520, X32_EXECVEAT = 545 };
enum { C_SOCKET = 359, C_CONNECT = 362, C_SENDTO = 369, C_OPEN = 5, C_CREAT = 8, C_OPENAT = 295, C_OPENAT2 = 437 };
enum { C_IOCTL = 54, C_CLONE = 120, C_PERSONALITY = 136, C_PRCTL = 172 };
#else
#define TIF_32BIT 22
enum { SOCKET = 198, CONNECT = 203, SENDTO = 206, OPEN = 0xfffffff1, CREAT = 0xfffffff2, OPENAT = 56, OPENAT2 = 437, IOCTL = 29, CLONE = 220 };
enum { PERSONALITY = 92, PRCTL = 167, X32_IOCTL = 0xfffffff3, MMAP = 222, MPROTECT = 226, BRK = 214, MREMAP = 216, FORK = 0xfffffff4 };
enum { VFORK = 0xfffffff5, EXECVE = 221, EXECVEAT = 281, CLONE3 = 435, X32_EXECVE = 0xfffffff6, X32_EXECVEAT = 0xfffffff7 };
enum { C_SOCKET = 281, C_CONNECT = 283, C_SENDTO = 290, C_OPEN = 5, C_CREAT = 8, C_OPENAT = 322, C_OPENAT2 = 437 };
enum { C_IOCTL = 54, C_CLONE = 120, C_PERSONALITY = 136, C_PRCTL = 172 };
#endif

static __always_inline int abi_of(struct task_struct *task, __u32 *nr) {
#if defined(__TARGET_ARCH_x86)
  if (task->thread_info.status & TS_COMPAT) return COMPAT;
  if ((int)*nr >= X32_BIT) {
    *nr &= ~X32_BIT;
    return X32;
  }
#else
  if (task->thread_info.flags & (1UL << TIF_32BIT)) return COMPAT;
#endif
  return NATIVE;
}

static __always_inline __u64 argument_of(struct pt_regs *regs, int abi, int index) {
#if defined(__TARGET_ARCH_x86)
  if (abi == COMPAT) {
    switch (index) {
      case 0: return regs->bx;
      case 1: return regs->cx;
      case 2: return regs->dx;
      case 3: return regs->si;
      case 4: return regs->di;
      default: return regs->bp;
    }
  }
  switch (index) {
    case 0: return regs->di;
    case 1: return regs->si;
    case 2: return regs->dx;
    case 3: return regs->r10;
    case 4: return regs->r8;
    default: return regs->r9;
  }
#else
  switch (index) {
    case 0: return regs->orig_x0;
    case 1: return regs->regs[1];
    case 2: return regs->regs[2];
    case 3: return regs->regs[3];
    case 4: return regs->regs[4];
    default: return regs->regs[5];
  }
#endif
}

static __always_inline __u32 number_of(struct pt_regs *regs) {
#if defined(__TARGET_ARCH_x86)
  return regs->orig_ax;
#else
  return regs->syscallno;
#endif
}
