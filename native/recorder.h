// What the recorder's kernel side and src/record agree on. The numbers are repeated in src/record/layout.ts.

#pragma once

#define SLOTS 1024
#define ABIS 3
#define STATES 4
#define WORDS 10
#define NUMBERS (WORDS * 64)
#define KINDS 6
#define DISTINCT 16
#define TEXT 256
#define SETS 2048
#define WAYS 8

// Calling conventions. Compat is i386, and AArch32 on arm64.
enum { NATIVE, COMPAT, X32 };

// What was asked for, by slot.
enum { OPTION_REFUSED = 1, OPTION_ARGUMENTS = 2, OPTION_CAPABILITIES = 4, OPTION_FILES = 8, OPTION_ADDRESSES = 16, OPTION_REGISTERS = 32 };

// Where a task was when it called: bit 0 under a filter, bit 1 after the container's first exec.
enum { STATE_FILTERED = 1, STATE_EXECED = 2 };

// Whose container a task or a mount namespace belongs to. A generation is never used twice, so what is stale matches nothing.
struct owner {
  __u32 slot;
  __u32 generation;
};

// Mount namespaces whose keys have the same hash. A hash map of the kernel's would cost a call for every system call.
struct set {
  __u64 keys[WAYS];
  struct owner owners[WAYS];
};

struct slot {
  __u32 generation; // 0: free
  __u32 options;
  __u32 init;   // pid of the container's first process in the machine's first pid namespace; 0: not known
  __u32 execed; // whether that process has called execve
  __u64 sequence; // keyed by inode: the namespace that was seen first under the number
  __u64 out_of_range;
  __u64 capabilities[2]; // granted, refused
  __u32 details; // a bit for each state in which arguments are kept; and, STATES higher, files, addresses, capabilities
  __u32 refusals; // kept with their registers
  __u32 distinct[2 * ABIS * KINDS]; // distinct values met, by refused, ABI and kind
  __u64 calls[ABIS * STATES * WORDS];
  __u64 refused[ABIS * WORDS];
};

// A value that an argument had.
struct argument {
  struct owner owner;
  __u32 value;
  __u16 nr;
  __u8 abi;
  __u8 place; // index, kind << 3, and 0x80 when the call was refused
};

// A file opened, or an address connected to.
struct place {
  struct owner owner;
  __u64 hash;
};

enum { PLACE_FILE = 1, PLACE_ADDRESS = 2, PLACE_REFUSAL = 4, PLACE_CUT = 0x100 };

#define REFUSALS 256
#define REFUSED_TEXTS 4
#define REFUSED_TEXT 112

// A call that the filter refused; in the text of what was seen.
struct refusal {
  __u32 nr;
  __u32 abi;
  __u64 registers[6];
  char texts[REFUSED_TEXTS][REFUSED_TEXT]; // what the first ones point to, as far as it is there
};

struct seen {
  __u32 how; // FMODE_READ, FMODE_WRITE
  __u16 kind;
  __u16 length;
  char text[TEXT * 2];
};

_Static_assert(__builtin_offsetof(struct slot, capabilities) == 32 && __builtin_offsetof(struct slot, details) == 48, "SLOT");
_Static_assert(__builtin_offsetof(struct slot, calls) == 200 && __builtin_offsetof(struct slot, refused) == 1160, "SLOT");
_Static_assert(sizeof(struct slot) == 1400 && sizeof(struct argument) == 16 && sizeof(struct place) == 16, "SLOT, ARGUMENT");
_Static_assert(sizeof(struct set) == 128, "SET");
_Static_assert(sizeof(struct refusal) == 504 && sizeof(struct refusal) <= TEXT * 2, "REFUSAL");
_Static_assert(sizeof(struct seen) == 520 && __builtin_offsetof(struct seen, text) == 8, "SEEN");
