/* The memory of the interpreter. */

#pragma once

#include "quickjs.h"

extern const JSMallocFunctions arena_functions;
