/* The memory of the interpreter. */

#pragma once

#ifndef MADV_POPULATE_WRITE /* Linux 5.14; musl's headers are older */
#define MADV_POPULATE_WRITE 23
#endif

#include "quickjs.h"

extern const JSMallocFunctions arena_functions;

/* From now on blocks are what `cut` returns, and never a mapping of their own. For the making of the heap image. */
void arena_cut_with(char *(*cut)(size_t size));
