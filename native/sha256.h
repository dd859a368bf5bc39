/* SHA-256 (FIPS 180-4) of one buffer, or of several that follow each other. */

#pragma once

#include <stddef.h>
#include <stdint.h>

void sha256(const uint8_t *bytes, size_t size, uint8_t digest[32]);

/* What is kept between buffers. All zero before the first; every buffer but the last has a multiple of 64 bytes. */
struct sha256_state {
    uint32_t words[8];
    uint64_t size;
};

/* The digest of all buffers so far, of which `bytes` is the last; the state takes its whole blocks in. */
void sha256_next(struct sha256_state *so_far, const uint8_t *bytes, size_t size, uint8_t digest[32]);
