# Hookwright. `make help` lists the targets. Every target installs what it needs (scripts/setup) and does nothing twice.

MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:

PREFIX ?= /usr/local
DESTDIR ?=
VERSION := $(shell sed -n 's/^  "version": "\(.*\)",/\1/p' package.json)

BUN := node_modules/.bin/bun
MACHINE := $(shell uname -m)
ARCH ?= $(MACHINE)
BUILD := .cache/build/$(ARCH)
TOOLS := .cache/build/$(MACHINE)
QUICKJS := .cache/quickjs

ifeq ($(ARCH),$(MACHINE))
  DIST := dist
  CC := musl-gcc
  SETUP := setup-build
  START :=
  END :=
  RUN :=
else ifeq ($(ARCH),aarch64)
  DIST := dist/arm64
  SETUP := setup-arm64
  MUSL := .cache/musl-arm64/usr
  CC := aarch64-linux-gnu-gcc
  CC_INCLUDE = $(shell $(CC) -print-file-name=include 2>/dev/null)
  TARGET_FLAGS = -mno-outline-atomics -nostdinc -isystem $(MUSL)/include/aarch64-linux-musl -isystem $(CC_INCLUDE)
  START := -nostartfiles -nodefaultlibs $(MUSL)/lib/aarch64-linux-musl/crt1.o $(MUSL)/lib/aarch64-linux-musl/crti.o
  END := $(MUSL)/lib/aarch64-linux-musl/libc.a -lgcc $(MUSL)/lib/aarch64-linux-musl/crtn.o
  RUN := qemu-aarch64-static
else
  $(error hookwright-host is built for $(MACHINE) and, crosswise, for aarch64)
endif

# No PIE: the interpreter's tables are full of pointers, and a position-independent executable would have to relocate
# them, page by page, at every start. The rest of the usual hardening costs nothing that can be measured.
CFLAGS := -O2 -fno-asynchronous-unwind-tables -fwrapv -fno-pie -fstack-protector-strong -ffunction-sections -fdata-sections -D_GNU_SOURCE
LDFLAGS := -static -no-pie -s -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack
# Where the heap image is: far from all else, so that its size moves no other address.
IMAGE_ADDRESS := 0x10000000
LDFLAGS += -Wl,--section-start=.image=$(IMAGE_ADDRESS)
LINK = $(CC) $(LDFLAGS) $(START) -o $@ $^ $(END)
WARN := -Wall -Wextra -Wno-unused-parameter -Werror

ENGINE_OBJECTS := $(addprefix $(BUILD)/engine/,quickjs.o dtoa.o libregexp.o libunicode.o cutils.o)
HOST_SOURCES := host bridge image layout pack arena utf8 sha256
HOST_OBJECTS := $(HOST_SOURCES:%=$(BUILD)/%.o)
TYPESCRIPT := $(shell find src -name '*.ts' ! -name '*.test.ts' ! -path '*/.*')
BUNDLER := scripts/bundle.ts package-lock.json
RECORDER := src/record/generated/object-x86_64.js src/record/generated/object-aarch64.js
TABLES := src/rules/seccomp/generated/tables.ts
GENERATED := $(RECORDER) $(TABLES)
APPLETS := src/runtime/main.ts src/guard/main.ts src/record/main.ts
NAMES := hookwright-runtime hookwright-guard hookwright-record hookwright-runc hookwright-crun oci-add-hooks oci-seccomp-bpf-hook

.PHONY: build host hooks demo test test-engines portable bench check fuzz deb install kubernetes-image clean help build-arm64
.PHONY: FORCE setup-build setup-check setup-test setup-demo setup-bench setup-image setup-arm64

build: dist/hookwright dist/umoci dist/hookwright-sdk/package.json dist/hookwright-compile host hooks ## dist/hookwright and dist/hookwright-host with their names

host: $(DIST)/hookwright-host $(NAMES:%=$(DIST)/%)

build-arm64: | setup-arm64 ## dist/arm64/hookwright-host, cross-compiled
	@$(MAKE) --no-print-directory ARCH=aarch64 host

demo: build | setup-demo ## hooks fire in a real container on runc and on crun
	@scripts/trusted scripts/demo

test: build dist/bench-driver $(GENERATED) | setup-test ## every test on both engines; needs root
	@scripts/trusted scripts/test

test-engines: build | setup-test ## every engine in every combination, also of Debian unstable, and gVisor; an hour
	@scripts/engines more
	@HOOKWRIGHT_ENGINES=every scripts/trusted $(BUN) test --timeout 300000 --max-concurrency 1 ./test/e2e/engines

portable: dist/hookwright-host $(GENERATED) | setup-build ## the portable tests inside hookwright-host
	@scripts/portable-tests

bench: build dist/bench-driver | setup-bench ## what it costs, as ratios in one run: PARTS="guard recorder"
	@scripts/trusted $(BUN) bench/run.ts $(PARTS)

check: $(GENERATED) | setup-check ## types, lint, unused code, the arrows between the rooms
	@node_modules/.bin/tsc --noEmit
	@node_modules/.bin/tsc --noEmit -p tsconfig.portable.json
	@node_modules/.bin/biome check --error-on-warnings
	@$(BUN) --bun node_modules/.bin/knip --no-progress
	@$(BUN) test ./test/architecture.test.ts

fuzz: $(GENERATED) | setup-check ## a million mutated inputs: SEED=1 RUNS=1000000
	@$(BUN) test/fuzz/run.ts

kubernetes-image: build | setup-image ## dist/kubernetes-image, an OCI layout for deploy/kubernetes
	@scripts/kubernetes-image

deb: build ## dist/hookwright-host_*.deb and dist/hookwright_*.deb
	@packaging/build dist

clean: ## removes what was built; fetched sources and packages stay
	rm -rf dist .cache/build

help: ## this list
	@sed -n 's/^\([a-z][a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 14

setup-build setup-check setup-test setup-demo setup-bench setup-image setup-arm64:
	@scripts/setup $(@:setup-%=%)

# The command line. What Bun would read from the current directory (.env, bunfig.toml) is another user's to write there.

HOOKWRIGHT_FLAGS := --compile --bytecode --minify --format=esm --splitting \
  --no-compile-autoload-dotenv --no-compile-autoload-bunfig

# Programs of threads, which are started by their name in here.
THREADS := src/layer/decompress-worker.ts src/layer/compress/worker.ts

dist/hookwright: $(GENERATED) $(TYPESCRIPT) $(wildcard docs/*.md docs/schema/*.json) $(BUNDLER) | setup-build
	@mkdir -p $(@D)
	@echo "build $@"
	@$(BUN) build $(HOOKWRIGHT_FLAGS) --outfile $@ src/cli/main.ts $(THREADS) >$@.log 2>&1 || { cat $@.log >&2; rm -f $@.log; exit 1; }
	@rm -f $@.log

dist/umoci: dist/hookwright
	@ln -sf hookwright $@

# What hooks are built with, and `hookwright/image`: sources; and the compiler.

dist/hookwright-sdk/package.json: scripts/sdk-files.ts package.json $(TYPESCRIPT) | setup-build
	@$(BUN) $< $(@D)

dist/hookwright-compile: $(TOOLS)/hookwright-compile
	@mkdir -p $(@D)
	@cp $< $@

# The built-in hooks, each made as anybody's is.

HOOKS := $(patsubst hooks/%/README.md,%,$(wildcard hooks/*/README.md))

hooks: $(HOOKS:%=dist/hooks/%)

$(HOOKS:%=dist/hooks/%): dist/hookwright dist/hookwright-compile dist/hookwright-host dist/hookwright-sdk/package.json $(wildcard hooks/*/*.ts)
	@mkdir -p $(@D)
	@dist/hookwright hook build hooks/$(@F)/$(@F).ts -o $@ -q >/dev/null

# The host program: the engine, the C around it, the applets. It is linked with room for the heap image, to make the image,
# and with the image (native/image.h). In between an image with its blocks apart shows which of them a run writes to
# (native/layout.h).

$(DIST)/hookwright-host: $(HOST_OBJECTS) $(ENGINE_OBJECTS) $(BUILD)/heap.o
	@mkdir -p $(@D)
	@echo "build $@"
	@$(LINK)

$(BUILD)/image-maker: $(HOST_OBJECTS) $(ENGINE_OBJECTS) $(BUILD)/heap-room.o
	@$(LINK)

$(BUILD)/heap.image: $(BUILD)/image-maker $(TOOLS)/applets.pack $(TOOLS)/heap.marks
	@$(RUN) $< $(TOOLS)/applets.pack $@ $(TOOLS)/heap.marks

$(NAMES:%=$(DIST)/%): $(DIST)/hookwright-host
	@ln -sf hookwright-host $@

# The source is there once setup has run, so the rule for it needs no recipe.
$(ENGINE_OBJECTS:$(BUILD)/engine/%.o=$(QUICKJS)/%.c): | $(SETUP) ;

# Speed is in the loops of quickjs.c, not in where functions and labels begin nor in copies of small ones; the rest is made small.
$(BUILD)/engine/quickjs.o: CFLAGS += -falign-functions=1 -fno-align-labels -fno-align-jumps -fno-align-loops -fno-inline-small-functions
$(BUILD)/engine/libregexp.o $(BUILD)/engine/libunicode.o $(BUILD)/engine/dtoa.o $(BUILD)/engine/cutils.o: CFLAGS += -Os
$(BUILD)/host.o $(BUILD)/bridge.o $(BUILD)/image.o $(BUILD)/layout.o $(BUILD)/pack.o: CFLAGS += -Os

$(BUILD)/engine/%.o: $(QUICKJS)/%.c Makefile | $(SETUP)
	@mkdir -p $(@D)
	@echo "compile $@"
	@$(CC) $(TARGET_FLAGS) -w $(CFLAGS) -DCONFIG_VERSION="\"$$(cat $(QUICKJS)/VERSION)\"" -c -o $@ $<

$(BUILD)/%.o: native/%.c Makefile package.json | $(SETUP)
	@mkdir -p $(@D)
	@$(CC) $(TARGET_FLAGS) $(WARN) $(CFLAGS) -MMD -MP -isystem $(QUICKJS) \
	  -DVERSION='"$(VERSION)"' -DQUICKJS_VERSION="\"$$(cat $(QUICKJS)/VERSION)\"" -c -o $@ $<

$(BUILD)/heap-room.o: native/heap.S | $(SETUP)
	@mkdir -p $(@D)
	@$(CC) -c -o $@ $<

$(BUILD)/%.o: native/heap.S $(BUILD)/%.image $(BUILD)/chunks.lz4
	@$(CC) -DIMAGE='"$(BUILD)/$*.image"' -DCHUNKS='"$(BUILD)/chunks.lz4"' -c -o $@ $<

$(BUILD)/chunks.lz4: $(TOOLS)/chunks.pack scripts/lz4.ts scripts/pack-lz4.ts
	@$(BUN) scripts/pack-lz4.ts $< $@ $(ARCH)

-include $(HOST_SOURCES:%=$(BUILD)/%.d)

# The recorder's kernel programs, as modules that carry them.

$(RECORDER) &: native/recorder.bpf.c $(wildcard native/recorder*.h) scripts/recorder scripts/recorder-object.ts | setup-build
	@scripts/recorder && touch $(RECORDER)

# The system calls' names, from the kernel's headers. When these are installed anew, dpkg writes its list of their files.

HEADERS := $(subst :,\:,$(wildcard /var/lib/dpkg/info/linux-libc-dev*.list))

$(TABLES): scripts/generate-syscall-names.ts src/rules/seccomp/names-table.ts $(HEADERS) | setup-build
	@$(BUN) $<

# Bytecode.

$(TOOLS)/bench-driver.pack: bench/driver.ts bench/work.ts $(TYPESCRIPT) $(BUNDLER) $(TOOLS)/hookwright-compile | setup-build
	@$(BUN) scripts/bundle.ts $(TOOLS)/bench-driver bench/driver.ts
	@$(TOOLS)/hookwright-compile $@ $(TOOLS) $$(cat $(TOOLS)/bench-driver/modules)

dist/bench-driver: $(TOOLS)/bench-driver.pack dist/hookwright-host scripts/append.ts src/author/append.ts
	@$(BUN) scripts/append.ts dist/hookwright-host $< $@

ifeq ($(ARCH),$(MACHINE))
$(TOOLS)/applets.pack $(TOOLS)/chunks.pack &: $(APPLETS) $(GENERATED) $(TYPESCRIPT) $(BUNDLER) $(TOOLS)/hookwright-compile | setup-build
	@$(BUN) scripts/bundle.ts $(TOOLS)/applets $(APPLETS)
	@$(TOOLS)/hookwright-compile --strip $(TOOLS)/chunks.pack $(TOOLS) $$(cat $(TOOLS)/applets/lazy)
	@$(TOOLS)/hookwright-compile --strip $(TOOLS)/applets.pack $(TOOLS) $$(cat $(TOOLS)/applets/modules)

$(TOOLS)/apart.image: $(TOOLS)/image-maker $(TOOLS)/applets.pack
	@$< $(TOOLS)/applets.pack $@ apart

$(TOOLS)/hookwright-apart: $(HOST_OBJECTS) $(ENGINE_OBJECTS) $(TOOLS)/apart.o
	@$(LINK)

$(TOOLS)/heap.marks: $(TOOLS)/hookwright-apart $(TOOLS)/written scripts/heap-marks.ts
	@echo "see which blocks of the heap a run writes to"
	@$(BUN) scripts/heap-marks.ts $(TOOLS)/hookwright-apart $(TOOLS)/written $(TOOLS)/apart.image $@

$(TOOLS)/written: native/written.c native/layout.h | setup-build
	@mkdir -p $(@D)
	@gcc $(WARN) -O1 -D_GNU_SOURCE -DIMAGE_ADDRESS=$(IMAGE_ADDRESS) -o $@ $<

$(TOOLS)/hookwright-compile: native/compile.c native/pack.h $(ENGINE_OBJECTS)
	@$(CC) $(WARN) $(CFLAGS) -isystem $(QUICKJS) -static -no-pie -s -o $@ $< $(ENGINE_OBJECTS) -lm
else
# Bytecode is made by the building machine's own compiler, in a make of its own; FORCE lets that one decide.
$(TOOLS)/applets.pack $(TOOLS)/chunks.pack $(TOOLS)/heap.marks &: FORCE
	@$(MAKE) --no-print-directory ARCH=$(MACHINE) $(TOOLS)/applets.pack $(TOOLS)/chunks.pack $(TOOLS)/heap.marks
endif

# Where it goes on a machine: one program on PATH with the names that engines call, the rest in libexec.

install: build ## into PREFIX (/usr/local) below DESTDIR
	@scripts/install "$(DESTDIR)$(PREFIX)"
