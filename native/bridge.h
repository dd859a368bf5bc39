/* What C gives to TypeScript: `globalThis.hookwrightHost` (src/linux/primitive.ts says what each member promises). */

#pragma once

#include "quickjs.h"

/* Returns −1 with a JavaScript exception pending. argv and the environment must outlive the context. */
int bridge_install(JSContext *ctx, const char *applet, char **argv, char **environment);
