/* The heap image: the interpreter's memory as it is once the context exists and the applets' modules have been
   evaluated, made at build time and linked in at the address where it was made. A process starts with everything in
   place, and only the pages that it touches cost it anything. */

#pragma once

#include "quickjs.h"

#define IMAGE_ENTRIES 3

struct image {
    /* NULL in the program that makes the image: its room is still empty. */
    JSContext *ctx;
    /* `globalThis.hookwrightHost`, which gets the words of the call. */
    JSValue host;
    /* Default exports of the entry modules, in the order of the table of applets. */
    JSValue entries[IMAGE_ENTRIES];
    /* Where the blocks begin that only the wrapper writes to, those that both write to, those of the guard alone, and all others. */
    const char *written[IMAGE_ENTRIES + 1];
    /* Where the code ended in the program that made the image: the pointers into it are right only here. */
    const char *code_end;
};

/* At the start of the image's section. */
extern struct image image;

/* NULL, or why the image does not belong to this program. */
const char *image_problem(void);

/* Brings in the pages that an entry's run writes to. By a fault for each they would cost several times as much. */
void image_prepare(int entry);

/* Lets the arena take memory from the section, laid out as `layout` says (layout.h), in the program that makes the image.
   Returns 0 when the layout cannot be read. */
int image_begin(const char *layout);

/* Writes what was taken, with `image` in front, to a file. Returns −1 with errno set. */
int image_write(const char *path);
