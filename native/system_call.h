/* One raw system call per architecture: never libc's wrapper, so the result is −errno and no errno is touched. */

#pragma once

#if defined(__x86_64__)

#define ARCH "x86_64"

static inline long system_call(long nr, const long a[6])
{
    long result;
    register long r10 __asm__("r10") = a[3];
    register long r8 __asm__("r8") = a[4];
    register long r9 __asm__("r9") = a[5];
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

/* A system call that makes a process with a stack of its own (clone, clone3), in which `run(argument)` runs and never ends. */
static inline long system_call_clone(long nr, const long a[6], void (*run)(void *), void *argument)
{
    long result;
    register long r10 __asm__("r10") = a[3];
    register long r8 __asm__("r8") = a[4];
    register long r9 __asm__("r9") = a[5];
    register void (*r12)(void *) __asm__("r12") = run;
    register void *r13 __asm__("r13") = argument;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r13, %%rdi\n\t"
                     "call *%%r12\n\t"
                     "1:"
                     : "=a"(result)
                     : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9), "r"(r12), "r"(r13)
                     : "rcx", "r11", "memory");
    return result;
}

/* The other way round: the new process, which has no stack of its own, goes on here and gets 0; its parent, the caller, goes to the
   stack that ends at `top`, runs `run(argument)` and never comes back. */
static inline long system_call_clone_behind(long nr, const long a[6], void (*run)(void *), void *argument, void *top)
{
    long result;
    register long r10 __asm__("r10") = a[3];
    register long r8 __asm__("r8") = a[4];
    register long r9 __asm__("r9") = a[5];
    register void (*r12)(void *) __asm__("r12") = run;
    register void *r13 __asm__("r13") = argument;
    register void *r14 __asm__("r14") = top;
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jle 1f\n\t"
                     "mov %%r14, %%rsp\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r13, %%rdi\n\t"
                     "call *%%r12\n\t"
                     "1:"
                     : "=a"(result)
                     : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9), "r"(r12), "r"(r13), "r"(r14)
                     : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__)

#define ARCH "aarch64"

static inline long system_call(long nr, const long a[6])
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a[0];
    register long x1 __asm__("x1") = a[1];
    register long x2 __asm__("x2") = a[2];
    register long x3 __asm__("x3") = a[3];
    register long x4 __asm__("x4") = a[4];
    register long x5 __asm__("x5") = a[5];
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory", "cc");
    return x0;
}

static inline long system_call_clone(long nr, const long a[6], void (*run)(void *), void *argument)
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a[0];
    register long x1 __asm__("x1") = a[1];
    register long x2 __asm__("x2") = a[2];
    register long x3 __asm__("x3") = a[3];
    register long x4 __asm__("x4") = a[4];
    register long x5 __asm__("x5") = a[5];
    register void (*x20)(void *) __asm__("x20") = run;
    register void *x21 __asm__("x21") = argument;
    __asm__ volatile("svc 0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, xzr\n\t"
                     "mov x0, x21\n\t"
                     "blr x20\n\t"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x20), "r"(x21)
                     : "memory", "cc");
    return x0;
}

static inline long system_call_clone_behind(long nr, const long a[6], void (*run)(void *), void *argument, void *top)
{
    register long x8 __asm__("x8") = nr;
    register long x0 __asm__("x0") = a[0];
    register long x1 __asm__("x1") = a[1];
    register long x2 __asm__("x2") = a[2];
    register long x3 __asm__("x3") = a[3];
    register long x4 __asm__("x4") = a[4];
    register long x5 __asm__("x5") = a[5];
    register void (*x20)(void *) __asm__("x20") = run;
    register void *x21 __asm__("x21") = argument;
    register void *x22 __asm__("x22") = top;
    __asm__ volatile("svc 0\n\t"
                     "cmp x0, 0\n\t"
                     "b.le 1f\n\t"
                     "mov sp, x22\n\t"
                     "mov x29, xzr\n\t"
                     "mov x0, x21\n\t"
                     "blr x20\n\t"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x20), "r"(x21), "r"(x22)
                     : "memory", "cc");
    return x0;
}

#else
#error "hookwright-host knows the system calls of x86_64 and aarch64 only"
#endif
