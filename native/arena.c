/* Memory for a process that lives a few milliseconds: blocks are cut from one piece, freed blocks of a size wait in a
   list for the next of that size, and only blocks of 128 KiB or more go back to the kernel. libc's allocator made some
   forty system calls before the first line of TypeScript ran; this one makes one, and takes a fifth of the page faults. */

#include "arena.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define GRAIN 8
#define SMALL 1024           /* up to here sizes are multiples of GRAIN; from here four steps to each doubling */
#define LARGE (128 << 10)    /* from here each block is a mapping of its own */
#define PIECE (1 << 20)
#define AT_ONCE (64 << 10)   /* pages are brought in by so much: a page fault for each costs more, under some hypervisors ten times */

#define CLASSES (SMALL / GRAIN + 1 + 4 * 7)

/* In front of every block, which is therefore aligned to 8 bytes. */
struct header {
    uint64_t size; /* header included; tells the class again when the block is freed */
};

struct free_block {
    struct free_block *next;
};

static struct free_block *freed[CLASSES];
static char *next, *end, *ready; /* what is free of a piece, and where its pages begin that are yet to be brought in */
static char *(*cut)(size_t size); /* for an image: what is mapped now would not be there in the process that uses it */

/* Rounds `*size` up to the size of its class. */
static unsigned class_of(size_t *size)
{
    if (*size <= SMALL) {
        *size = (*size + GRAIN - 1) & -(size_t)GRAIN;
        return *size / GRAIN;
    }
    unsigned doubling = 63 - __builtin_clzl(*size - 1); /* 2^doubling < size <= 2^(doubling + 1) */
    size_t step = (size_t)1 << (doubling - 2);
    *size = (*size + step - 1) & -step;
    return SMALL / GRAIN + 4 * (doubling - 10) + (*size >> (doubling - 2)) - 4;
}

static void *map(size_t size)
{
    if (cut)
        return NULL;
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return block == MAP_FAILED ? NULL : block;
}

static size_t pages(size_t size)
{
    return (size + 4095) & ~(size_t)4095;
}

static struct header *take(size_t size)
{
    size_t asked = size;
    unsigned class = class_of(&size);
    /* Also when only its class reaches LARGE: `size` in the header is how free and realloc know a mapping. */
    if (size >= LARGE) {
        size_t whole = pages(asked > LARGE ? asked : LARGE);
        struct header *block = map(whole);
        if (block)
            block->size = whole;
        return block;
    }
    struct free_block *reused = freed[class];
    if (reused) {
        freed[class] = reused->next;
        return (struct header *)reused - 1;
    }
    if (cut) {
        struct header *block = (struct header *)cut(size);
        if (block)
            block->size = size;
        return block;
    }
    if ((size_t)(end - next) < size) {
        char *piece = map(PIECE);
        if (!piece)
            return NULL;
        next = ready = piece;
        end = piece + PIECE;
    }
    struct header *block = (struct header *)next;
    next += size;
    while (ready < next) {
        madvise(ready, AT_ONCE, MADV_POPULATE_WRITE); /* an old kernel says EINVAL, and faults instead */
        ready += AT_ONCE;
    }
    block->size = size;
    return block;
}

static void *arena_malloc(JSMallocState *state, size_t size)
{
    if (size > state->malloc_limit - state->malloc_size)
        return NULL;
    struct header *block = take(size + sizeof *block);
    if (!block)
        return NULL;
    state->malloc_count++;
    state->malloc_size += block->size;
    return block + 1;
}

static void arena_free(JSMallocState *state, void *pointer)
{
    if (!pointer)
        return;
    struct header *block = (struct header *)pointer - 1;
    size_t size = block->size;
    state->malloc_count--;
    state->malloc_size -= size;
    if (size >= LARGE) {
        munmap(block, size);
        return;
    }
    struct free_block *freed_block = pointer;
    unsigned class = class_of(&size);
    freed_block->next = freed[class];
    freed[class] = freed_block;
}

static size_t arena_usable_size(const void *pointer)
{
    return pointer ? ((const struct header *)pointer - 1)->size - sizeof(struct header) : 0;
}

static void *arena_realloc(JSMallocState *state, void *pointer, size_t size)
{
    if (!pointer)
        return size == 0 ? NULL : arena_malloc(state, size);
    if (size == 0) {
        arena_free(state, pointer);
        return NULL;
    }
    struct header *block = (struct header *)pointer - 1;
    size_t usable = block->size - sizeof *block;
    if (block->size >= LARGE && size + sizeof *block >= LARGE) {
        size_t wanted = pages(size + sizeof *block), before = block->size;
        if (wanted > before && wanted - before > state->malloc_limit - state->malloc_size)
            return NULL;
        block = mremap(block, before, wanted, MREMAP_MAYMOVE);
        if (block == MAP_FAILED)
            return NULL;
        block->size = wanted;
        state->malloc_size += wanted - before;
        return block + 1;
    }
    if (size <= usable && size >= usable / 2)
        return pointer;
    void *moved = arena_malloc(state, size);
    if (!moved)
        return NULL;
    memcpy(moved, pointer, size < usable ? size : usable);
    arena_free(state, pointer);
    return moved;
}

void arena_cut_with(char *(*image_cut)(size_t size))
{
    cut = image_cut;
}

const JSMallocFunctions arena_functions = { arena_malloc, arena_free, arena_realloc, arena_usable_size };
