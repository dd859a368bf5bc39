/* Where the blocks of the heap image lie. QuickJS counts references inside its objects, so a run writes to the few that it
   uses, and each page written to must first be copied: 2 µs, again after every fork. The blocks that a run writes to therefore
   lie together. Which these are is seen in an image whose every block has pages of its own (native/written.c). */

#pragma once

#include <stddef.h>

/* Lays blocks between the two addresses: in the order in which they are asked for when `how` is NULL, each on pages of its
   own when it is "apart", or else as the file `how` says: those marked in it first. Returns 0 when it cannot be read. */
int layout_begin(char *start, char *end, const char *how);

/* Room for the next block; NULL when there is none left. */
char *layout_cut(size_t size);

/* The first byte of the blocks of a mark, by its place in LAYOUT_MARKS; with LAYOUT_KINDS, the first byte after all that are marked. */
const char *layout_marked(int kind);

/* The first byte after all blocks. */
const char *layout_end(void);

#define LAYOUT_PAGE 4096
/* In the file: the bytes that the blocks of each mark need, in the order of LAYOUT_MARKS, a newline, and the mark of each
   block in turn, or LAYOUT_OTHER. Blocks that only the wrapper writes to come first, then those of both applets, then
   those of the guard alone: each applet's own are neighbours. */
#define LAYOUT_MARKS "rbg"
#define LAYOUT_BOTH 1
#define LAYOUT_KINDS 3
#define LAYOUT_OTHER '.'
