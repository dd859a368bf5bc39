/* Where bytecode comes from: the executable's own applets, or what was appended to its file (a compiled hook). Whoever
   appends also writes place and size into the marker below, so a plain host program knows without a system call that
   there is nothing to look for, and nothing that happens to stand at the end of a file is taken for a program. */

#include "pack.h"

#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

extern const uint8_t applets_start[], applets_end[];

/* scripts/append finds the 24 characters in the file and fills in what follows them, little-endian. */
static const volatile struct {
    char magic[24];
    uint64_t offset; /* from the start of the file, a multiple of the page size */
    uint64_t size;
} marker = { "hookwright:appended-pack", 0, 0 };

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
        *found = (struct module){ (const char *)record, head[0], record + head[0], head[1], head[2] };
        if (!name || (strlen(name) == found->name_size && !memcmp(name, found->name, found->name_size)))
            return 1;
        at += (size_t)head[0] + head[1];
    }
    return 0;
}

struct pack pack_embedded(void)
{
    return (struct pack){ applets_start, applets_end - applets_start };
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
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, (off_t)offset);
    close(fd);
    if (bytes == MAP_FAILED) {
        *problem = "cannot map its own file";
        return -1;
    }
    *pack = (struct pack){ bytes, size };
    return 1;
}
