#include "layout.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BLOCKS_MAX 65536
#define UP(pointer, grain) ((char *)(((uintptr_t)(pointer) + (grain) - 1) & -(uintptr_t)(grain)))

static char *next, *end; /* of the blocks that are not marked */
static char *marked_next[LAYOUT_KINDS], *marked_end[LAYOUT_KINDS];
static size_t sizes[LAYOUT_KINDS];
static int apart;
static char marks[BLOCKS_MAX];
static size_t marked, cut; /* how many blocks the file speaks of, how many were cut */

static int read_marks(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    int good = fscanf(file, "%zu %zu %zu%*1[\n]", &sizes[0], &sizes[1], &sizes[2]) == LAYOUT_KINDS;
    marked = fread(marks, 1, sizeof marks, file);
    fclose(file);
    return good && sizes[0] + sizes[1] + sizes[2] < (size_t)(end - next);
}

int layout_begin(char *start, char *limit, const char *how)
{
    next = UP(start, 8);
    end = limit;
    apart = how && !strcmp(how, "apart");
    if (how && !apart && !read_marks(how))
        return 0;
    for (int kind = 0; kind < LAYOUT_KINDS; kind++) {
        marked_next[kind] = next;
        next += sizes[kind];
        marked_end[kind] = next;
    }
    if (next != marked_next[0])
        next = UP(next, LAYOUT_PAGE);
    return 1;
}

char *layout_cut(size_t size)
{
    const char *kind = cut < marked && marks[cut] != LAYOUT_OTHER ? strchr(LAYOUT_MARKS, marks[cut]) : NULL;
    char **from = kind ? &marked_next[kind - LAYOUT_MARKS] : &next;
    char *limit = kind ? marked_end[kind - LAYOUT_MARKS] : end;
    cut++;
    if (apart)
        *from = UP(*from, LAYOUT_PAGE);
    if ((size_t)(limit - *from) < size)
        return NULL;
    char *block = *from;
    *from += size;
    return block;
}

const char *layout_marked(int kind)
{
    return kind < LAYOUT_KINDS ? marked_end[kind] - sizes[kind] : marked_end[LAYOUT_KINDS - 1];
}

const char *layout_end(void)
{
    return next;
}
