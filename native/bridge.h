/* What C gives to TypeScript: `globalThis.hookwrightHost` (src/linux/primitive.ts says what each member promises). */

#pragma once

#include "quickjs.h"

/* Makes the object, without the words. Returns an exception when memory is short. */
JSValue bridge_make(JSContext *ctx);

/* Adds `applet` and the words of the call: argv, the environment. Returns −1 with a JavaScript exception pending. */
int bridge_call(JSContext *ctx, JSValueConst host, const char *applet, char **argv, char **environment);
