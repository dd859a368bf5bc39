#include "image.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arena.h"
#include "layout.h"

extern char image_end[], etext[];

const char *image_problem(void)
{
    return image.code_end == etext ? NULL : "its heap image was made by another build";
}

void image_prepare(int entry)
{
    /* The wrapper's blocks and those of both, those of both and the guard's, or those of both. */
    const char *from = image.written[entry > 0], *to = image.written[entry == 1 ? 3 : 2];
    uintptr_t page = (uintptr_t)from & -(uintptr_t)LAYOUT_PAGE;
    madvise((void *)page, (uintptr_t)to - page, MADV_POPULATE_WRITE); /* an old kernel says EINVAL, and faults instead */
}

int image_begin(const char *layout)
{
    arena_cut_with(layout_cut);
    return layout_begin((char *)(&image + 1), image_end, layout);
}

int image_write(const char *path)
{
    const char *at = (const char *)&image, *end = layout_end();
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0)
        return -1;
    image.code_end = etext;
    for (int kind = 0; kind <= LAYOUT_KINDS; kind++)
        image.written[kind] = layout_marked(kind);
    while (at < end) {
        ssize_t written = write(fd, at, end - at);
        if (written < 0)
            return -1;
        at += written;
    }
    return close(fd);
}
