#include "image.h"

#include <fcntl.h>
#include <unistd.h>

#include "arena.h"

extern char image_end[], etext[];

const char *image_problem(void)
{
    return image.code_end == etext ? NULL : "its heap image was made by another build";
}

void image_begin(void)
{
    arena_take_from((char *)(&image + 1), image_end);
}

int image_write(const char *path)
{
    const char *at = (const char *)&image, *end = arena_taken();
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
