/* hookwright-host: one static executable that runs TypeScript, compiled to QuickJS bytecode, as the applet that its name
   chooses. It starts before every container operation and before every hook, so it does nothing that could be done when
   it is built: engine, context and applets come ready with the heap image (image.h), and nothing is ever freed. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "arena.h"
#include "bridge.h"
#include "image.h"
#include "pack.h"
#include "quickjs.h"

/* The name that it is called by, what runs, and which of the image's entries that is. */
static const struct applet {
    const char *name, *applet;
    int entry;
} applets[] = {
    { "hookwright-runtime", "runtime", 0 },
    { "hookwright-runc", "runtime", 0 },
    { "hookwright-crun", "runtime", 0 },
    { "oci-add-hooks", "runtime", 0 },
    { "hookwright-guard", "guard", 1 },
    { "hookwright-record", "record", 2 },
    { "oci-seccomp-bpf-hook", "record", 2 },
};

static const char *applet_name = "host";
static struct pack pack;
static JSValue rejection;
static void *rejected;

static const char *basename_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const struct applet *find_applet(const char *name)
{
    for (size_t i = 0; i < sizeof applets / sizeof *applets; i++)
        if (!strcmp(name, applets[i].name))
            return &applets[i];
    return NULL;
}

/* `runtime` and `guard` mean the applets of that name, as the first word after hookwright-host. */
static const struct applet *find_word(const char *word)
{
    for (size_t i = 0; i < sizeof applets / sizeof *applets; i++)
        if (!strcmp(word, applets[i].applet))
            return &applets[i];
    return find_applet(word);
}

static int usage(int fd)
{
    dprintf(fd, "hookwright-host " VERSION ", QuickJS " QUICKJS_VERSION "\n"
                "\n"
                "One program with several names. Call it by a link of that name, or as `hookwright-host NAME ...`:\n");
    for (size_t i = 0; i < sizeof applets / sizeof *applets; i++)
        dprintf(fd, "  %-20s %s\n", applets[i].name, applets[i].applet);
    return fd == STDOUT_FILENO ? 0 : OWN_FAULT;
}

static int own_fault(const char *problem)
{
    dprintf(STDERR_FILENO, "hookwright-%s: internal error: %s\n", applet_name, problem);
    return OWN_FAULT;
}

/* Prints an error that no one caught, with its stack. */
static int uncaught(JSContext *ctx, JSValueConst error)
{
    const char *message = JS_ToCString(ctx, error);
    own_fault(message ? message : "an error that cannot be printed");
    JSValue stack = JS_IsObject(error) ? JS_GetPropertyStr(ctx, error, "stack") : JS_UNDEFINED;
    const char *lines = JS_IsString(stack) ? JS_ToCString(ctx, stack) : NULL;
    if (lines)
        dprintf(STDERR_FILENO, "%s", lines);
    return OWN_FAULT;
}

/* Remembers the first rejection that stays without a handler. */
static void on_rejection(JSContext *ctx, JSValueConst promise, JSValueConst reason, JS_BOOL is_handled, void *opaque)
{
    void *which = JS_VALUE_GET_PTR(promise);
    if (!is_handled && !rejected) {
        rejected = which;
        rejection = JS_DupValue(ctx, reason);
    } else if (is_handled && rejected == which) {
        rejected = NULL;
    }
}

/* A module of the pack, not yet evaluated. */
static JSValue load(JSContext *ctx, const char *name)
{
    struct module module;
    if (!pack_find(pack, name, &module))
        return JS_ThrowReferenceError(ctx, "no module %s in this program", name ? name : "");
    return JS_ReadObject(ctx, module.code, module.code_size, JS_READ_OBJ_BYTECODE);
}

static JSModuleDef *load_import(JSContext *ctx, const char *name, void *opaque)
{
    JSValue module = load(ctx, name);
    if (JS_IsException(module))
        return NULL;
    /* The context keeps a reference of its own. */
    JSModuleDef *definition = JS_VALUE_GET_PTR(module);
    JS_FreeValue(ctx, module);
    return definition;
}

/* Does what is left to do once a module or a function has returned `done`, a promise perhaps. */
static int finish(JSContext *ctx, JSValueConst done)
{
    JSContext *job_ctx;
    int more;
    if (JS_IsException(done))
        return uncaught(ctx, JS_GetException(ctx));
    while ((more = JS_ExecutePendingJob(JS_GetRuntime(ctx), &job_ctx)) > 0)
        ;
    if (more < 0)
        return uncaught(ctx, JS_GetException(job_ctx));
    if (JS_PromiseState(ctx, done) == JS_PROMISE_REJECTED)
        return uncaught(ctx, JS_PromiseResult(ctx, done));
    if (rejected)
        return uncaught(ctx, rejection);
    if (JS_PromiseState(ctx, done) == JS_PROMISE_PENDING)
        return own_fault("the program waits for something that cannot happen");
    return 0;
}

/* Evaluates a module of the pack, the first one when `name` is NULL; its default export goes to `*export`. */
static int evaluate(JSContext *ctx, const char *name, JSValue *export)
{
    JSValue module = load(ctx, name);
    if (JS_IsException(module) || JS_ResolveModule(ctx, module) < 0)
        return uncaught(ctx, JS_GetException(ctx));
    int status = finish(ctx, JS_EvalFunction(ctx, module));
    if (status || !export)
        return status;
    JSValue names = JS_GetModuleNamespace(ctx, JS_VALUE_GET_PTR(module));
    *export = JS_GetPropertyStr(ctx, names, "default");
    return JS_IsFunction(ctx, *export) ? 0 : own_fault("its entry module exports no function");
}

/* Stack for JavaScript: too deep a recursion must be an exception, never a SIGSEGV, also where the limit is small. */
static size_t stack_size(void)
{
    struct rlimit limit;
    size_t most = 4 << 20;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur / 2 < most)
        most = limit.rlim_cur / 2;
    return most;
}

/* Only what our programs use. Without Eval the linker leaves the parser of source text out: nothing but bytecode runs. */
static JSContext *new_context(void)
{
    JSRuntime *runtime = JS_NewRuntime2(&arena_functions, NULL);
    JSContext *ctx = runtime ? JS_NewContextRaw(runtime) : NULL;
    if (!ctx)
        return NULL;
    /* A process that lives for milliseconds need not collect cycles; one that lives on is held to a few megabytes. */
    JS_SetGCThreshold(runtime, 8 << 20);
    JS_SetModuleLoaderFunc(runtime, NULL, load_import, NULL);
    JS_SetHostPromiseRejectionTracker(runtime, on_rejection, NULL);
    JS_AddIntrinsicBaseObjects(ctx);
    JS_AddIntrinsicDate(ctx);
    JS_AddIntrinsicRegExp(ctx);
    JS_AddIntrinsicJSON(ctx);
    JS_AddIntrinsicMapSet(ctx);
    JS_AddIntrinsicTypedArrays(ctx);
    JS_AddIntrinsicPromise(ctx);
    return ctx;
}

/* `PACK OUT [LAYOUT]`: makes the heap image from the pack of the applets. */
static int make_image(const char *pack_path, const char *out, const char *layout)
{
    applet_name = "host";
    if (!pack_map(&pack, pack_path))
        return own_fault("the pack cannot be read");
    if (!image_begin(layout))
        return own_fault("the layout cannot be read");
    image.ctx = new_context();
    if (!image.ctx || JS_IsException(image.host = bridge_make(image.ctx)))
        return own_fault("out of memory");
    for (size_t i = 0; i < sizeof applets / sizeof *applets; i++) {
        const struct applet *applet = &applets[i];
        char entry[64];
        if (!JS_IsFunction(image.ctx, image.entries[applet->entry])) {
            snprintf(entry, sizeof entry, "applets/%s/main.js", applet->applet);
            if (evaluate(image.ctx, entry, &image.entries[applet->entry]))
                return OWN_FAULT;
        }
    }
    return image_write(out) ? own_fault("the image cannot be written") : 0;
}

int main(int argc, char **argv, char **environment)
{
    const char *problem, *name = basename_of(argc > 0 ? argv[0] : "");
    const struct applet *applet = NULL;
    if (!image.ctx)
        return argc == 3 || argc == 4 ? make_image(argv[1], argv[2], argv[3]) : usage(STDERR_FILENO);

    int appended = pack_appended(&pack, &problem);
    if (appended != 0) {
        applet_name = name;
        if (appended < 0)
            return own_fault(problem);
    } else {
        applet = find_applet(name);
        if (!applet && argc > 1 && (applet = find_word(argv[1])))
            argv++;
        /* Any other `hookwright-NAME` is the wrapper of the runtime NAME. */
        if (!applet && !strncmp(name, "hookwright-", 11) && strcmp(name, "hookwright-host"))
            applet = &applets[0];
        if (!applet)
            return usage(argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "--version")) ? STDOUT_FILENO : STDERR_FILENO);
        applet_name = applet->applet;
        pack = pack_of_chunks();
    }

    JSContext *ctx = image.ctx;
    if ((problem = image_problem()))
        return own_fault(problem);
    image_prepare(applet ? applet->entry : IMAGE_HOOK);
    JS_UpdateStackTop(JS_GetRuntime(ctx));
    JS_SetMaxStackSize(JS_GetRuntime(ctx), stack_size());
    if (bridge_call(ctx, image.host, applet_name, argv, environment) < 0)
        _exit(uncaught(ctx, JS_GetException(ctx)));
    /* Nothing is buffered and the kernel frees memory faster than QuickJS does. */
    _exit(applet ? finish(ctx, JS_Call(ctx, image.entries[applet->entry], JS_UNDEFINED, 0, NULL)) : evaluate(ctx, NULL, NULL));
}
