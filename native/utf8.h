/* UTF-8 as the WHATWG Encoding Standard decodes it. */

#pragma once

#include <stddef.h>
#include <stdint.h>

/* How many leading bytes are well-formed UTF-8; `size` when all are. */
size_t utf8_valid(const uint8_t *bytes, size_t size);

/* Writes `bytes` to `out` with every maximal ill-formed part replaced by U+FFFD. `out` holds 3 bytes for each byte of
   the input. Returns the bytes written. */
size_t utf8_repair(const uint8_t *bytes, size_t size, uint8_t *out);
