/* Where bytecode comes from: a file while the heap image is made, then what stands behind the image, or what was appended
   to the executable (a compiled hook). Whoever appends also writes place and size into the marker below, so a plain host
   program knows without a system call that there is nothing to look for, and nothing that happens to stand at the end of
   a file is taken for a program. */

#include "pack.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

extern const uint8_t chunks_start[], chunks_end[];

/* scripts/append finds the 24 characters in the file and fills in what follows them, little-endian. */
static const volatile struct {
    char magic[24];
    uint64_t offset; /* from the start of the file, a multiple of the page size */
    uint64_t size;
} marker = { "hookwright:appended-pack", 0, 0 };

/* The rest of a length of which 4 bits stand in the token. */
static size_t length_of(const uint8_t **from, const uint8_t *end, size_t length)
{
    if (length == 15)
        while (*from < end) {
            length += **from;
            if (*(*from)++ != 255)
                break;
        }
    return length;
}

/* Unpacks an LZ4 block: a token, literals, the distance and length of a match; the last sequence has no match. */
static int unpack(struct module *module, size_t size)
{
    const uint8_t *from = module->code, *end = from + module->code_size;
    uint8_t *code = malloc(size), *to = code, *limit = code + size;
    while (code && from < end) {
        uint8_t token = *from++;
        size_t literals = length_of(&from, end, token >> 4);
        if (literals > (size_t)(end - from) || literals > (size_t)(limit - to))
            return 0;
        memcpy(to, from, literals);
        from += literals;
        to += literals;
        if (end - from < 2)
            break;
        size_t distance = from[0] | from[1] << 8;
        from += 2;
        size_t length = length_of(&from, end, token & 15) + 4;
        if (distance == 0 || distance > (size_t)(to - code) || length > (size_t)(limit - to))
            return 0;
        for (; length > 0; length--, to++) /* a match may overlap what it makes */
            *to = to[-distance];
    }
    module->code = code;
    module->code_size = size;
    return code && to == limit;
}

int pack_find(struct pack pack, const char *name, struct module *found)
{
    size_t at = 0;
    while (pack.size - at >= sizeof(uint32_t[3])) {
        uint32_t head[3];
        memcpy(head, pack.bytes + at, sizeof head);
        at += sizeof head;
        if (head[0] > pack.size - at || head[1] > pack.size - at - head[0])
            return 0;
        const uint8_t *record = pack.bytes + at;
        *found = (struct module){ (const char *)record, head[0], record + head[0], head[1] };
        if (!name || (strlen(name) == found->name_size && !memcmp(name, found->name, found->name_size)))
            return head[2] == 0 || unpack(found, head[2]);
        at += (size_t)head[0] + head[1];
    }
    return 0;
}

struct pack pack_of_chunks(void)
{
    return (struct pack){ chunks_start, chunks_end - chunks_start };
}

/* Maps a part of a file; the descriptor is closed. */
static int map(struct pack *pack, int fd, uint64_t offset, uint64_t size)
{
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, (off_t)offset);
    close(fd);
    *pack = (struct pack){ bytes, size };
    return bytes != MAP_FAILED;
}

int pack_map(struct pack *pack, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && map(pack, fd, 0, lseek(fd, 0, SEEK_END));
}

int pack_appended(struct pack *pack, const char **problem)
{
    uint64_t offset = marker.offset, size = marker.size;
    if (size == 0)
        return 0;
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (fd < 0) /* no /proc, as in a bare chroot: the path that execve was given */
        fd = open((const char *)getauxval(AT_EXECFN), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        *problem = "cannot open its own file through /proc/self/exe";
        return -1;
    }
    /* Reading past the end of a mapped file would be a SIGBUS. */
    if ((uint64_t)lseek(fd, 0, SEEK_END) < offset + size) {
        *problem = "its own file is cut short";
        return -1;
    }
    if (!map(pack, fd, offset, size)) {
        *problem = "cannot map its own file";
        return -1;
    }
    return 1;
}
