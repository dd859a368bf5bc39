/* What C gives to TypeScript: `globalThis.hookwrightHost` (src/linux/primitive.ts says what each member promises). */

#pragma once

#include "quickjs.h"

/* Exit status of a fault of this program's own (as `chroot`). */
#define OWN_FAULT 125

/* Makes the object, without the words. Returns an exception when memory is short. */
JSValue bridge_make(JSContext *ctx);

/* Adds `applet` and the words of the call: argv, the environment. Returns −1 with a JavaScript exception pending. */
int bridge_call(JSContext *ctx, JSValueConst host, const char *applet, char **argv, char **environment);
