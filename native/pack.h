/* A pack is what the compiler makes of a bundle: the bytecode of its ES modules, one record after the other,
   { u32 name size, u32 code size, u32 unpacked size, name, code }, little-endian. The code is an LZ4 block unless its
   unpacked size is 0. The first record is the one to start. */

#pragma once

#include <stddef.h>
#include <stdint.h>

struct pack {
    const uint8_t *bytes;
    size_t size;
};

struct module {
    const char *name; /* not ended by a NUL */
    size_t name_size;
    const uint8_t *code;
    size_t code_size;
};

/* The module of that name, or the first one when `name` is NULL, its code unpacked. Returns 0 when there is none. */
int pack_find(struct pack pack, const char *name, struct module *found);

/* The pack in a file. Returns 0 when it cannot be mapped. */
int pack_map(struct pack *pack, const char *path);

/* The modules that the applets load only when they need them. */
struct pack pack_of_chunks(void);

/* What was appended to this executable. Returns 0 when nothing was; −1, with a message, when it cannot be read. */
int pack_appended(struct pack *pack, const char **problem);
