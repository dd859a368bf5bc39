// SPDX-License-Identifier: MIT OR GPL-2.0-only
//
// What is kept: a slot for each container, whom a namespace and a task belong to, and the details that were asked for.

#pragma once

#include "recorder.h"

// What the kernel keeps with a task for as long as it lives.
struct tag {
  struct owner owner; // descends from this container
  __u32 seen;         // `entered` is about this generation
  __u16 entered;      // between the entry of a call and its exit: ENTERED, and whether its exit is looked into
  __u16 init;         // the container's first process
};

enum { ENTERED = 1, ENTERED_FILES = 2 };

// Set by the loader where a namespace's 64-bit id cannot be asked for: the inode's number is the key then.
const volatile __u32 by_inode = 0;

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, SLOTS);
  __type(key, __u32);
  __type(value, struct slot);
} slots SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, SETS);
  __type(key, __u32);
  __type(value, struct set);
} namespaces SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, int);
  __type(value, struct tag);
} tags SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, 65536);
  __type(key, struct argument);
  __type(value, __u32);
} arguments SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __uint(max_entries, 32768);
  __type(key, struct place);
  __type(value, struct seen);
} places SEC(".maps");

// Room to put a path together: the kernel's stack is too small for it.
struct draft {
  struct place key;
  struct seen seen;
  __u32 start; // of the path, which is written from its end
  char path[TEXT * 3];
};

struct {
  __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, struct draft);
} drafts SEC(".maps");

// Which slots are taken: for the loader alone, which locks a file around it.
struct {
  __uint(type, BPF_MAP_TYPE_ARRAY);
  __uint(max_entries, 1);
  __type(key, __u32);
  __type(value, char[16 + SLOTS * 32]);
} book SEC(".maps");
