/* SHA-256 (FIPS 180-4) of one buffer. */

#pragma once

#include <stddef.h>
#include <stdint.h>

void sha256(const uint8_t *bytes, size_t size, uint8_t digest[32]);
