/* The memory of the interpreter. */

#pragma once

#include "quickjs.h"

extern const JSMallocFunctions arena_functions;

/* From now on blocks are what `cut` returns, and never a mapping of their own. For the making of the heap image. */
void arena_cut_with(char *(*cut)(size_t size));
