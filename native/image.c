#include "image.h"

#include <fcntl.h>
#include <unistd.h>

#include "arena.h"
#include "layout.h"

extern char image_end[], etext[];

const char *image_problem(void)
{
    return image.code_end == etext ? NULL : "its heap image was made by another build";
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
    while (at < end) {
        ssize_t written = write(fd, at, end - at);
        if (written < 0)
            return -1;
        at += written;
    }
    return close(fd);
}
