/* hookwright-compile [--strip] OUT DIR MODULE...: compiles the ES modules DIR/MODULE to QuickJS bytecode and writes them as one
   pack (pack.h), the first one first. Names stay relative to DIR, so `import "../chunk.js"` finds its record. Runs on
   the machine that builds; the bytecode is the same for x86_64 and aarch64, both little-endian with 64 bits.
   `--strip` leaves out the tables of lines (functions keep their names): a smaller program. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"
#include "quickjs.h"

static char *read_file(const char *directory, const char *name, size_t *size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END))
        return NULL;
    *size = ftell(file);
    rewind(file);
    char *text = calloc(1, *size + 1);
    if (!text || fread(text, 1, *size, file) != *size)
        return NULL;
    fclose(file);
    return text;
}

static int no_exports(JSContext *ctx, JSModuleDef *module)
{
    return 0;
}

/* Compiling resolves imports but does not link them, so an empty module stands in for each. */
static JSModuleDef *stand_in(JSContext *ctx, const char *name, void *opaque)
{
    return JS_NewCModule(ctx, name, no_exports);
}

static JSContext *new_context(int strip)
{
    JSRuntime *runtime = JS_NewRuntime();
    JS_SetStripInfo(runtime, strip);
    JS_SetModuleLoaderFunc(runtime, NULL, stand_in, NULL);
    return JS_NewContext(runtime);
}

static JSValue parse(JSContext *ctx, const char *text, size_t size, const char *name)
{
    return JS_Eval(ctx, text, size, name, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
}

static int compile(FILE *out, const char *directory, const char *name, int strip)
{
    uint32_t head[3] = { strlen(name), 0, 0 };
    size_t text_size, code_size;
    char *text = read_file(directory, name, &text_size);
    if (!text) {
        fprintf(stderr, "compile %s/%s: cannot be read\n", directory, name);
        return -1;
    }
    /* import() resolves its name against the file name of the function that calls it, which is in the tables. */
    if (strstr(text, "import("))
        strip = JS_STRIP_SOURCE;
    JSContext *ctx = new_context(strip);
    JSValue module = parse(ctx, text, text_size, name);
    if (JS_IsException(module)) {
        JSValue error = JS_GetException(ctx), stack = JS_GetPropertyStr(ctx, error, "stack");
        fprintf(stderr, "compile %s/%s: %s\n%s", directory, name, JS_ToCString(ctx, error), JS_ToCString(ctx, stack));
        return -1;
    }
    uint8_t *code = JS_WriteObject(ctx, &code_size, module, JS_WRITE_OBJ_BYTECODE);
    if (!code)
        return -1;
    head[1] = code_size;
    fwrite(head, sizeof head, 1, out);
    fwrite(name, 1, head[0], out);
    fwrite(code, 1, code_size, out);
    return 0; /* the process ends soon: nothing is freed */
}

int main(int argc, char **argv)
{
    int strip = JS_STRIP_SOURCE, first = 1;
    if (argc > 1 && !strcmp(argv[1], "--strip")) {
        strip = JS_STRIP_DEBUG;
        first = 2;
    }
    if (argc < first + 3) {
        fprintf(stderr, "usage: hookwright-compile [--strip] OUT DIR MODULE...\n");
        return 2;
    }
    FILE *out = fopen(argv[first], "wb");
    if (!out) {
        fprintf(stderr, "compile: cannot write %s\n", argv[first]);
        return 1;
    }
    for (int i = first + 2; i < argc; i++)
        if (compile(out, argv[first + 1], argv[i], strip))
            return 1;
    return fclose(out) ? 1 : 0;
}
