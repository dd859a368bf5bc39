/* `written IMAGE MARKS MARK PROGRAM ARGUMENT...`: runs a program whose heap image is IMAGE, each block on pages of its own, and
   marks in MARKS the blocks that it or a process that it forked wrote to (layout.h); earlier marks stay, and the hook, which is seen last, marks only what has none. A page of a private mapping that
   was written to belongs to no file any more, which /proc/PID/pagemap tells; it is read when a process ends or executes another
   program. The exit status is the program's. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "layout.h"

#define PRESENT (1ull << 63)
#define OF_FILE (1ull << 61)
/* One that is larger would bring more pages than it saves. */
#define LARGEST 1024
#define OPTIONS \
    (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC \
     | PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL)

static char *image;
static size_t size, pages;
static char *touched; /* one for each page */

static int fail(const char *what)
{
    fprintf(stderr, "written: %s: %s\n", what, strerror(errno));
    return 125;
}

static int read_image(const char *path)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return 0;
    size = lseek(fd, 0, SEEK_END);
    pages = (size + LAYOUT_PAGE - 1) / LAYOUT_PAGE;
    image = malloc(size);
    touched = calloc(pages, 1);
    int good = image && touched && pread(fd, image, size, 0) == (ssize_t)size;
    close(fd);
    return good;
}

static void look(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/pagemap", pid);
    int fd = open(path, O_RDONLY);
    uint64_t *map = calloc(pages, sizeof *map);
    ssize_t length = fd < 0 || !map ? -1 : pread(fd, map, pages * sizeof *map, IMAGE_ADDRESS / LAYOUT_PAGE * sizeof *map);
    for (ssize_t i = 0; i < length / (ssize_t)sizeof *map; i++)
        if ((map[i] & PRESENT) && !(map[i] & OF_FILE))
            touched[i] = 1;
    free(map);
    close(fd);
}

static int enters_exec(pid_t pid)
{
    struct __ptrace_syscall_info info;
    long length = ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info);
    return length > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY && (info.entry.nr == SYS_execve || info.entry.nr == SYS_execveat);
}

/* Lets all of them run to their ends; returns the wait status of the first. */
static int follow(pid_t first)
{
    int status, result = 0;
    for (pid_t pid; (pid = waitpid(-1, &status, __WALL)) > 0;) {
        if (!WIFSTOPPED(status)) {
            if (pid == first)
                result = status;
            continue;
        }
        int signal = WSTOPSIG(status), event = status >> 16, pass = 0;
        if (event == PTRACE_EVENT_EXIT || (signal == (SIGTRAP | 0x80) && enters_exec(pid)))
            look(pid);
        else if (event == 0 && signal != (SIGTRAP | 0x80) && signal != SIGTRAP && signal != SIGSTOP)
            pass = signal;
        ptrace(PTRACE_SYSCALL, pid, 0, pass);
    }
    return WIFEXITED(result) ? WEXITSTATUS(result) : 128 + WTERMSIG(result);
}

/* Blocks lie one after the other, each from the start of a page, its size in front (arena.c). */
static int mark(const char *path, char own)
{
    size_t blocks = 0, needed[LAYOUT_KINDS] = { 0 };
    char *marks = calloc(pages + 1, 1);
    FILE *file = fopen(path, "r");
    if (file) {
        fscanf(file, "%*[^\n]%*1[\n]");
        fread(marks, 1, pages, file);
        fclose(file);
    }
    for (size_t page = 1; page < pages; blocks++) {
        uint64_t block = *(uint64_t *)(image + page * LAYOUT_PAGE);
        size_t after = page + (block + LAYOUT_PAGE - 1) / LAYOUT_PAGE;
        if (block == 0 || after > pages)
            break;
        char *all = marks + blocks;
        if (block <= LARGEST && memchr(touched + page, 1, after - page))
            *all = *all == own || !*all || *all == LAYOUT_OTHER ? own : own == LAYOUT_HOOK ? *all : LAYOUT_MARKS[LAYOUT_BOTH];
        else if (!*all)
            *all = LAYOUT_OTHER;
        if (*all != LAYOUT_OTHER)
            needed[strchr(LAYOUT_MARKS, *all) - LAYOUT_MARKS] += block;
        page = after;
    }
    file = fopen(path, "w");
    return file && fprintf(file, "%zu %zu %zu %zu\n", needed[0], needed[1], needed[2], needed[3]) > 0 && fwrite(marks, 1, blocks, file) == blocks && fclose(file) == 0;
}

int main(int argc, char **argv)
{
    if (argc < 5 || !strchr(LAYOUT_MARKS, *argv[3]))
        return fprintf(stderr, "usage: written IMAGE MARKS MARK PROGRAM ARGUMENT...\n"), 125;
    if (!read_image(argv[1]))
        return fail(argv[1]);
    pid_t pid = fork();
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execv(argv[4], argv + 4);
        _exit(127);
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || ptrace(PTRACE_SETOPTIONS, pid, 0, OPTIONS) < 0)
        return fail("ptrace");
    ptrace(PTRACE_SYSCALL, pid, 0, 0);
    status = follow(pid);
    return mark(argv[2], *argv[3]) ? status : fail(argv[2]);
}
