/* QuickJS decodes more than UTF-8 (surrogates, overlong forms) and replaces differently from every other engine; the
   same bytes must give the same string on both of ours, so what is ill-formed is replaced before QuickJS sees it. */

#include "utf8.h"

#include <string.h>

/* Bytes of the well-formed sequence that starts here, or 0; then `*bad` is the length of the ill-formed part. */
static size_t sequence(const uint8_t *p, size_t left, size_t *bad)
{
    uint8_t lead = p[0], low = 0x80, high = 0xBF;
    size_t more, i;
    if (lead < 0x80)
        return 1;
    *bad = 1;
    if (lead >= 0xC2 && lead <= 0xDF) {
        more = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        more = 2;
        if (lead == 0xE0)
            low = 0xA0;
        if (lead == 0xED)
            high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        more = 3;
        if (lead == 0xF0)
            low = 0x90;
        if (lead == 0xF4)
            high = 0x8F;
    } else {
        return 0;
    }
    for (i = 1; i <= more; i++) {
        if (i >= left || p[i] < low || p[i] > high)
            return 0;
        *bad = i + 1;
        low = 0x80;
        high = 0xBF;
    }
    return more + 1;
}

size_t utf8_valid(const uint8_t *bytes, size_t size)
{
    size_t i = 0, bad;
    while (i < size) {
        uint64_t word;
        while (i + 8 <= size && (memcpy(&word, bytes + i, 8), (word & 0x8080808080808080u) == 0))
            i += 8;
        if (i == size)
            break;
        size_t step = sequence(bytes + i, size - i, &bad);
        if (step == 0)
            break;
        i += step;
    }
    return i;
}

size_t utf8_repair(const uint8_t *bytes, size_t size, uint8_t *out)
{
    uint8_t *end = out;
    size_t bad;
    while (size > 0) {
        size_t good = utf8_valid(bytes, size);
        memcpy(end, bytes, good);
        end += good;
        bytes += good;
        size -= good;
        if (size == 0)
            break;
        sequence(bytes, size, &bad);
        memcpy(end, "\xEF\xBF\xBD", 3);
        end += 3;
        bytes += bad;
        size -= bad;
    }
    return end - out;
}
