/* The bridge: syscall, spawn, become, addressOf, encode, decode, sha256, and the words the program was called with. Everything
   that can be written in TypeScript is written there; here is only what it cannot do, or not fast enough. */

#include "bridge.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/syscall.h>

#include "sha256.h"
#include "system_call.h"
#include "utf8.h"

static JSAtom atom_buffer, atom_byte_offset, atom_byte_length;

/* The bytes of a view (typed array or DataView) or ArrayBuffer. Throws a TypeError for a detached buffer and for
   anything else. */
static int bytes_of(JSContext *ctx, JSValueConst value, uint8_t **bytes, size_t *size)
{
    int64_t offset = 0, length = -1;
    if (!JS_IsObject(value)) {
        JS_ThrowTypeError(ctx, "not a number and not a buffer");
        return -1;
    }
    JSValue buffer = JS_GetProperty(ctx, value, atom_buffer);
    if (JS_IsUndefined(buffer)) {
        buffer = JS_DupValue(ctx, value);
    } else {
        JSValue number = JS_GetProperty(ctx, value, atom_byte_offset);
        if (JS_ToInt64(ctx, &offset, number))
            goto fail;
        number = JS_GetProperty(ctx, value, atom_byte_length);
        if (JS_ToInt64(ctx, &length, number))
            goto fail;
    }
    *bytes = JS_GetArrayBuffer(ctx, size, buffer);
    if (!*bytes)
        goto fail;
    /* The view keeps the buffer alive, not this reference. */
    JS_FreeValue(ctx, buffer);
    if (length < 0)
        return 0;
    if (offset < 0 || (uint64_t)offset > *size || (uint64_t)length > *size - offset) {
        JS_ThrowTypeError(ctx, "view outside its buffer");
        return -1;
    }
    *bytes += offset;
    *size = length;
    return 0;
fail:
    JS_FreeValue(ctx, buffer);
    return -1;
}

/* A Uint8Array over the whole of `buffer`, which it takes over. */
static JSValue new_view(JSContext *ctx, JSValue buffer)
{
    /* QuickJS reads offset and length too, however few arguments it is told of. */
    JSValueConst arguments[3] = { buffer, JS_UNDEFINED, JS_UNDEFINED };
    if (JS_IsException(buffer))
        return buffer;
    JSValue view = JS_NewTypedArray(ctx, 3, arguments, JS_TYPED_ARRAY_UINT8);
    JS_FreeValue(ctx, buffer);
    return view;
}

static JSValue new_bytes(JSContext *ctx, const uint8_t *bytes, size_t size)
{
    return new_view(ctx, JS_NewArrayBufferCopy(ctx, bytes, size));
}

static JSValue new_text(JSContext *ctx, const uint8_t *bytes, size_t size)
{
    if (utf8_valid(bytes, size) == size)
        return JS_NewStringLen(ctx, (const char *)bytes, size);
    uint8_t *repaired = js_malloc(ctx, 3 * size);
    if (!repaired)
        return JS_EXCEPTION;
    JSValue text = JS_NewStringLen(ctx, (const char *)repaired, utf8_repair(bytes, size, repaired));
    js_free(ctx, repaired);
    return text;
}

/* Numbers, and buffers of which the address is meant. */
static int words_of(JSContext *ctx, int count, JSValueConst *values, long words[7])
{
    memset(words, 0, 7 * sizeof *words);
    if (count < 1 || count > 7) {
        JS_ThrowTypeError(ctx, "a system call has a number and at most six arguments");
        return -1;
    }
    for (int i = 0; i < count; i++) {
        if (JS_IsNumber(values[i])) {
            int64_t number;
            double real;
            if (JS_VALUE_GET_TAG(values[i]) == JS_TAG_INT) {
                number = JS_VALUE_GET_INT(values[i]);
            } else {
                JS_ToFloat64(ctx, &real, values[i]);
                number = real >= -9007199254740992.0 && real <= 9007199254740992.0 ? (int64_t)real : 0;
                if ((double)number != real) {
                    JS_ThrowRangeError(ctx, "argument %d of a system call is not an exact integer", i);
                    return -1;
                }
            }
            words[i] = number;
        } else {
            uint8_t *bytes;
            size_t size;
            if (bytes_of(ctx, values[i], &bytes, &size))
                return -1;
            words[i] = (long)bytes;
        }
    }
    return 0;
}

static JSValue host_syscall(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    long words[7];
    if (words_of(ctx, argc, argv, words))
        return JS_EXCEPTION;
    return JS_NewInt64(ctx, system_call(words[0], words + 1));
}

/* System calls to be made where nothing of the interpreter may be touched, since another process goes on in this memory
   (src/linux/call-list.ts). When one fails, the last of them is made, which is not in the usual way. A stack lies behind. */
struct calls {
    int64_t failed, result, count;
    struct {
        long nr, arguments[6];
        int64_t wanted;
    } list[];
};

static void make_calls(void *argument)
{
    struct calls *calls = argument;
    for (int64_t i = 0; i < calls->count; i++) {
        int64_t result = system_call(calls->list[i].nr, calls->list[i].arguments);
        if (calls->list[i].wanted < 0 ? result >= 0 : result == calls->list[i].wanted)
            continue;
        if (calls->failed < 0) {
            calls->result = result;
            calls->failed = i;
        }
        if (i < calls->count - 1)
            i = calls->count - 2;
    }
    for (;;)
        system_call(SYS_exit_group, (long[6]){ OWN_FAULT });
}

/* Handlers end when a program is executed, what is ignored or blocked does not. */
static void make_calls_without_signals(void *argument)
{
    const char nothing[32] = { 0 }; /* the kernel's struct sigaction: SIG_DFL; a set of signals */
    for (int signal = 1; signal < NSIG; signal++)
        system_call(SYS_rt_sigaction, (long[6]){ signal, (long)nothing, 0, sizeof(uint64_t) });
    system_call(SYS_rt_sigprocmask, (long[6]){ SIG_SETMASK, (long)nothing, 0, sizeof(uint64_t) });
    make_calls(argument);
}

enum { SPAWN, BECOME };

static JSValue host_process(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv, int which)
{
    long words[7];
    uint8_t *bytes;
    size_t size;
    if (bytes_of(ctx, argv[0], &bytes, &size) || words_of(ctx, argc - 1, argv + 1, words))
        return JS_EXCEPTION;
    struct calls *calls = (struct calls *)bytes;
    if (size < sizeof *calls || calls->count < 1 || (size - sizeof *calls) / sizeof calls->list[0] < (size_t)calls->count)
        return JS_ThrowRangeError(ctx, "a list of system calls does not have %d bytes", (int)size);
    if (which == SPAWN)
        return JS_NewInt64(ctx, system_call_clone(words[0], words + 1, make_calls_without_signals, calls));
    void *top = (void *)((uintptr_t)(bytes + size) & ~(uintptr_t)15);
    return JS_NewInt64(ctx, system_call_clone_behind(words[0], words + 1, make_calls, calls, top));
}

static JSValue host_address_of(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    uint8_t *bytes;
    size_t size;
    if (bytes_of(ctx, argv[0], &bytes, &size))
        return JS_EXCEPTION;
    return JS_NewInt64(ctx, (intptr_t)bytes);
}

static JSValue host_encode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    size_t size;
    const char *text = JS_ToCStringLen(ctx, &size, argv[0]);
    if (!text)
        return JS_EXCEPTION;
    JSValue buffer = JS_NewArrayBufferCopy(ctx, (const uint8_t *)text, size);
    JS_FreeCString(ctx, text);
    if (JS_IsException(buffer))
        return buffer;
    /* QuickJS writes a lone surrogate as ED A0..BF xx; U+FFFD is as long. */
    uint8_t *bytes = JS_GetArrayBuffer(ctx, &size, buffer);
    for (uint8_t *p = bytes, *end = bytes + size; (p = memchr(p, 0xED, end - p)) && end - p >= 3; p += 3)
        if (p[1] >= 0xA0)
            memcpy(p, "\xEF\xBF\xBD", 3);
    return new_view(ctx, buffer);
}

static JSValue host_decode(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    uint8_t *bytes;
    size_t size;
    if (bytes_of(ctx, argv[0], &bytes, &size))
        return JS_EXCEPTION;
    return new_text(ctx, bytes, size);
}

static JSValue host_sha256(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    uint8_t *bytes, *kept, digest[32];
    size_t size, kept_size;
    struct sha256_state state = { .size = 0 };
    if (bytes_of(ctx, argv[0], &bytes, &size))
        return JS_EXCEPTION;
    if (JS_IsUndefined(argv[1])) {
        sha256(bytes, size, digest);
        return new_bytes(ctx, digest, sizeof digest);
    }
    if (bytes_of(ctx, argv[1], &kept, &kept_size))
        return JS_EXCEPTION;
    if (kept_size != sizeof state)
        return JS_ThrowRangeError(ctx, "the state of sha256 has %d bytes", (int)sizeof state);
    memcpy(&state, kept, sizeof state);
    sha256_next(&state, bytes, size, digest);
    memcpy(kept, &state, sizeof state);
    return new_bytes(ctx, digest, sizeof digest);
}

/* Defines `name`, an array of strings, and `name`Bytes, the words as the kernel laid them out, each ended by a NUL. */
static int define_words(JSContext *ctx, JSValueConst host, const char *name, const char *bytes_name, char **words)
{
    size_t size = 0;
    uint32_t count = 0;
    JSValue array = JS_NewArray(ctx);
    for (; words[count]; count++) {
        size_t length = strlen(words[count]);
        size += length + 1;
        JS_SetPropertyUint32(ctx, array, count, new_text(ctx, (const uint8_t *)words[count], length));
    }
    uint8_t *block = js_malloc(ctx, size + 1), *end = block;
    if (!block)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        end = (uint8_t *)stpcpy((char *)end, words[i]) + 1;
    JSValue bytes = new_bytes(ctx, block, size);
    js_free(ctx, block);
    if (JS_SetPropertyStr(ctx, host, name, array) < 0)
        return -1;
    return JS_SetPropertyStr(ctx, host, bytes_name, bytes);
}

static const JSCFunctionListEntry functions[] = {
    JS_CFUNC_DEF("syscall", 7, host_syscall),
    JS_CFUNC_MAGIC_DEF("spawn", 8, host_process, SPAWN),
    JS_CFUNC_MAGIC_DEF("become", 8, host_process, BECOME),
    JS_CFUNC_DEF("addressOf", 1, host_address_of),
    JS_CFUNC_DEF("encode", 1, host_encode),
    JS_CFUNC_DEF("decode", 1, host_decode),
    JS_CFUNC_DEF("sha256", 2, host_sha256),
    JS_PROP_STRING_DEF("arch", ARCH, JS_PROP_ENUMERABLE),
};

/* The engine's own generator would give every process the numbers that the heap image was made with. */
static JSValue math_random(JSContext *ctx, JSValueConst self, int argc, JSValueConst *argv)
{
    uint64_t bits;
    if (getrandom(&bits, sizeof bits, 0) != sizeof bits)
        return JS_ThrowInternalError(ctx, "no random numbers from the kernel");
    return JS_NewFloat64(ctx, (double)(bits >> 11) * 0x1p-53);
}

JSValue bridge_make(JSContext *ctx)
{
    JSValue host = JS_NewObject(ctx), global = JS_GetGlobalObject(ctx), math = JS_GetPropertyStr(ctx, global, "Math");
    JS_SetPropertyFunctionList(ctx, host, functions, sizeof functions / sizeof *functions);
    JS_SetPropertyStr(ctx, math, "random", JS_NewCFunction(ctx, math_random, "random", 0));
    JS_FreeValue(ctx, math);
    int result = JS_SetPropertyStr(ctx, global, "hookwrightHost", JS_DupValue(ctx, host));
    JS_FreeValue(ctx, global);
    return result < 0 ? JS_EXCEPTION : host;
}

int bridge_call(JSContext *ctx, JSValueConst host, const char *applet, char **argv, char **environment)
{
    atom_buffer = JS_NewAtom(ctx, "buffer");
    atom_byte_offset = JS_NewAtom(ctx, "byteOffset");
    atom_byte_length = JS_NewAtom(ctx, "byteLength");
    if (JS_SetPropertyStr(ctx, host, "applet", JS_NewString(ctx, applet)) < 0)
        return -1;
    const char *program = (const char *)getauxval(AT_EXECFN);
    if (JS_SetPropertyStr(ctx, host, "program", new_text(ctx, (const uint8_t *)program, strlen(program))) < 0)
        return -1;
    if (define_words(ctx, host, "argv", "argvBytes", argv) < 0)
        return -1;
    return define_words(ctx, host, "env", "envBytes", environment);
}
