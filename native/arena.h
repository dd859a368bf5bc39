/* The memory of the interpreter. */

#pragma once

#include "quickjs.h"

extern const JSMallocFunctions arena_functions;

/* From now on memory comes from between the two addresses, and from nowhere else. For the making of the heap image. */
void arena_take_from(char *start, char *end);

/* The first byte that was not taken of them. */
const char *arena_taken(void);
