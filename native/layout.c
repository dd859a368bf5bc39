#include "layout.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BLOCKS_MAX 65536
#define UP(pointer, grain) ((char *)(((uintptr_t)(pointer) + (grain) - 1) & -(uintptr_t)(grain)))

static char *next, *end;    /* of the blocks that are not marked */
static char *written, *written_end;
static int apart;
static char marks[BLOCKS_MAX];
static size_t marked, cut; /* how many blocks the file speaks of, how many were cut */

static int read_marks(const char *path, size_t *size)
{
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    int good = fscanf(file, "%zu%*1[\n]", size) == 1;
    marked = fread(marks, 1, sizeof marks, file);
    fclose(file);
    return good && *size < (size_t)(end - next);
}

int layout_begin(char *start, char *limit, const char *how)
{
    size_t size = 0;
    next = UP(start, 8);
    end = limit;
    apart = how && !strcmp(how, "apart");
    if (how && !apart && !read_marks(how, &size))
        return 0;
    written = next;
    if (size > 0)
        next = UP(next + size, LAYOUT_PAGE);
    written_end = next;
    return 1;
}

char *layout_cut(size_t size)
{
    char **from = cut < marked && marks[cut] == LAYOUT_WRITTEN ? &written : &next;
    char *limit = from == &written ? written_end : end;
    cut++;
    if (apart)
        *from = UP(*from, LAYOUT_PAGE);
    if ((size_t)(limit - *from) < size)
        return NULL;
    char *block = *from;
    *from += size;
    return block;
}

const char *layout_end(void)
{
    return next;
}
