# Cedar, the IMAP toolkit: the only build file.
#
#   make                build the library and the programs into build/
#   make demo           install what is missing, build, start a server to try
#   make quick          unit tests and conversations, under a minute
#   make check          set-up, then every test
#   make asan lint fuzz torture bench install clean
#
# BUILD names the object tree, so that variants live beside each other.

BUILD ?= build
CC ?= gcc
CLANG ?= clang
AR ?= ar
PYTEST ?= pytest-3 -p no:cacheprovider
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local
DESTDIR ?=
V ?= 0
Q := $(if $(filter 1,$(V)),,@)

CC_VERSION := 0.1

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wvla \
	-Wformat=2 -Wundef -Wimplicit-fallthrough \
	-Werror=implicit-function-declaration
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection \
	-ftrivial-auto-var-init=zero
FORTIFY := -D_FORTIFY_SOURCE=2
OPTIMISE := -O2 -g
SANITIZE :=
WERROR :=
# clang 14 has this one only behind a flag that says it will go.
ifneq ($(findstring clang,$(CC)),)
HARDEN := $(filter-out -ftrivial-auto-var-init=%,$(HARDEN))
endif
EXTRACFLAGS ?=
EXTRALDFLAGS ?=

CPPFLAGS := -D_GNU_SOURCE -include src/c-client/banned.h -Isrc/c-client \
	-Isrc/osdep/unix -I$(BUILD)/include/c-client -DCC_BUILD \
	-DCC_VERSION=\"$(CC_VERSION)\"
CFLAGS_ALL := -std=c17 $(WARN) $(WERROR) $(OPTIMISE) $(HARDEN) $(FORTIFY) \
	$(SANITIZE) $(EXTRACFLAGS)
LDFLAGS_ALL := $(SANITIZE) -Wl,-z,relro,-z,now $(EXTRALDFLAGS)

# ---------------------------------------------------------------- sources

C := src/c-client
OS := src/osdep/unix
is_test = $(filter test_% fuzz_%,$(notdir $(1)))
not_tests = $(foreach f,$(1),$(if $(call is_test,$(f)),,$(f)))

# The programs of the login are no part of the library: each links only what
# it needs (docs/architecture.md).
MONITOR_SRC := $(wildcard $(OS)/login_monitor*.c $(OS)/login_lockkeeper.c)
GATE_SRC := $(wildcard $(OS)/login_gate*.c) $(OS)/login_alloc.c
AUTH_SRC := $(wildcard $(OS)/login_auth*.c $(OS)/ckp_*.c) $(OS)/login_alloc.c
COMMON_SRC := $(filter-out $(MONITOR_SRC) $(GATE_SRC) $(AUTH_SRC), \
	$(call not_tests,$(wildcard $(OS)/login_*.c $(OS)/sandbox*.c)))

LIB_SRC := $(filter-out $(C)/linkage.c, $(call not_tests,$(wildcard $(C)/*.c))) \
	$(filter-out $(MONITOR_SRC) $(GATE_SRC) $(AUTH_SRC) $(COMMON_SRC), \
	$(call not_tests,$(wildcard $(OS)/*.c)))
IMAPD_SRC := $(call not_tests,$(wildcard src/imapd/*.c))

TEST_SRC := $(wildcard $(C)/test_*.c $(OS)/test_*.c src/imapd/test_*.c)
FUZZ_SRC := $(wildcard $(C)/fuzz_*.c $(OS)/fuzz_*.c src/imapd/fuzz_*.c)

obj = $(patsubst src/%.c,$(BUILD)/obj/%.o,$(1))

LIB := $(BUILD)/lib/libc-client.a
PUBLIC_H := $(addprefix $(C)/,c-client.h mail.h rfc822.h misc.h fs.h ftl.h \
	nl.h env.h tcp.h smtp.h nntp.h imap4r1.h utf8.h utf8aux.h netmsg.h \
	flstring.h newsrc.h sslio.h cc_decl.h mail_const.h mail_param.h \
	mail_type.h utf8_const.h) \
	$(wildcard $(addprefix $(OS)/,osdep.h env_unix.h fdstring.h tcp_unix.h \
	dummy.h pseudo.h unix.h flocksim.h))

# What is linked, in order: the first driver that takes a name gets it, dummy
# takes what is left; mechanisms in the order clients prefer. linkage.h and
# linkage.c are written from this.
DEFAULTDRIVERS ?= mbox unix
EXTRADRIVERS ?=
DEFAULTAUTHENTICATORS ?=
EXTRAAUTHENTICATORS ?=
CREATEPROTO ?= unixproto
EMPTYPROTO ?= unixproto
SSLTYPE ?= nopwd
# Who checks passwords: pam, std (crypt with shadow), two (one, then the
# other), nul (nobody).
PASSWDTYPE ?= pam
$(if $(filter-out pam std two nul,$(PASSWDTYPE)),$(error PASSWDTYPE=$(PASSWDTYPE) \
	is not supported: pam, std, two, nul are))
# When they are taken in plain text: the default of disable-plaintext.
PLAINTEXT := $(if $(filter nul,$(PASSWDTYPE)),NEVER,$(if \
	$(filter %nopwd,$(SSLTYPE)),TLS,ALLOWED))

LINKAGE := $(BUILD)/include/c-client/linkage.h \
	$(BUILD)/include/c-client/linkage.c

# Files that old builds read to learn how to link; with a link to the archive
# they make the header folder look like the toolkit's own build folder.
CLASSIC := $(addprefix $(BUILD)/include/c-client/,CCTYPE CFLAGS LDFLAGS)

LIBS_SYSTEM := -lutf8proc -lz
# Our programs have utf8proc in them: imapd, which root starts, must depend on
# the C library alone.
LIBS_PROGRAM := -Wl,-Bstatic -lutf8proc -Wl,-Bdynamic
LIBS_GATE := -lssl -lcrypto
LIBS_AUTH := -lpam -lcrypt

PROGRAMS := $(BUILD)/bin/imapd
# To try things with; not installed.
TRIALS := $(BUILD)/bin/mtest
LIBEXEC := $(if $(GATE_SRC),$(BUILD)/libexec/cedar/gate) \
	$(if $(AUTH_SRC),$(BUILD)/libexec/cedar/auth)

.PHONY: all quick check asan lint fuzz torture bench install clean demo \
	demo-stop headers unit linear login-test objects fuzzers build-fuzzers FORCE \
	lint-source lint-format lint-gcc lint-clang lint-recursion \
	lint-analysis
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

all: $(LIB) headers $(PROGRAMS) $(TRIALS) $(LIBEXEC)

# ----------------------------------------------------------------- objects

$(BUILD)/obj/c-client/%.o: src/c-client/%.c | $(LINKAGE)
	@mkdir -p $(@D)
	@$(if $(Q),echo "CC $<")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -fPIC -fvisibility=hidden -MMD -MP \
		-c -o $@ $<

$(BUILD)/obj/osdep/%.o: src/osdep/%.c | $(LINKAGE)
	@mkdir -p $(@D)
	@$(if $(Q),echo "CC $<")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -fPIC -fvisibility=hidden -MMD -MP \
		-c -o $@ $<

$(BUILD)/obj/%.o: src/%.c | $(LINKAGE)
	@mkdir -p $(@D)
	@$(if $(Q),echo "CC $<")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -fPIE -MMD -MP -c -o $@ $<

$(LIB): $(call obj,$(LIB_SRC))
	@mkdir -p $(@D)
	@$(if $(Q),echo "AR $@")
	$(Q)rm -f $@ && $(AR) rcs $@ $^

headers: $(addprefix $(BUILD)/include/c-client/,$(notdir $(PUBLIC_H))) $(LINKAGE) \
	$(CLASSIC)

$(BUILD)/include/c-client/%: $(C)/%
	@mkdir -p $(@D)
	@cp $< $@

$(BUILD)/include/c-client/%: $(OS)/%
	@mkdir -p $(@D)
	@cp $< $@

# Paths that packagers set, as the original's build has them; after a change,
# make clean. Empty: what the source has.
MAILSPOOL ?=
NEWSSPOOL ?=
ACTIVEFILE ?=
LOCKPGM ?=
SSLCERTS ?=
SSLKEYS ?=
MD5PWD ?=
ANO ?=
define_path = $(if $($(1)),-D$(2)=\"$($(1))\")

$(BUILD)/obj/osdep/unix/env_unix.o: CPPFLAGS += \
	$(call define_path,MAILSPOOL,MAILSPOOL) \
	$(call define_path,NEWSSPOOL,NEWSSPOOL) \
	$(call define_path,ACTIVEFILE,ACTIVEFILE)
$(BUILD)/obj/osdep/unix/login_lockkeeper.o: CPPFLAGS += \
	$(call define_path,MAILSPOOL,CC_MAILSPOOL)
$(BUILD)/obj/osdep/unix/login_monitor_config.o: CPPFLAGS += \
	$(call define_path,SSLCERTS,CC_SSLCERTS) \
	$(call define_path,SSLKEYS,CC_SSLKEYS) \
	-DCC_PLAINTEXT=LOGIN_PLAIN_$(PLAINTEXT)
$(BUILD)/obj/osdep/unix/login_files.o: CPPFLAGS += \
	$(call define_path,MD5PWD,CC_SECRETS_FILE) \
	$(call define_path,ANO,CC_ANONYMOUS_FILE)
$(BUILD)/obj/osdep/unix/login_auth.o: CPPFLAGS += \
	-DCC_PASSWDTYPE=\"$(PASSWDTYPE)\"
$(BUILD)/obj/osdep/unix/dotlock_helper.o: CPPFLAGS += \
	$(call define_path,LOCKPGM,LOCKPGM)

# Formats of new mailboxes and of empty files; after a change, make clean.
$(BUILD)/obj/osdep/unix/env_proto.o: CPPFLAGS += \
	-DCC_CREATE_FORMAT=\"$(CREATEPROTO:proto=)\" \
	-DCC_EMPTY_FORMAT=\"$(EMPTYPROTO:proto=)\"

# Written anew only when it changes.
$(LINKAGE): FORCE
	@mkdir -p $(@D)
	@tools/mklinkage $(patsubst .%,%,$(suffix $@)) \
		"$(EXTRADRIVERS) $(DEFAULTDRIVERS) dummy" \
		"$(EXTRAAUTHENTICATORS) $(DEFAULTAUTHENTICATORS)" \
		"$(SSLTYPE)" >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

FORCE:

$(CLASSIC): Makefile
	@mkdir -p $(@D)
	@echo "$(call classic_$(@F))" >$@

classic_CCTYPE = cc
classic_CFLAGS = -g -O2
classic_LDFLAGS = $(strip $(LIBS_SYSTEM))

link = @mkdir -p $(@D); $(if $(Q),echo "LD $@";) \
	$(CC) $(LDFLAGS_ALL) -pie -o $@

$(BUILD)/bin/imapd: $(call obj,$(IMAPD_SRC) $(MONITOR_SRC) $(COMMON_SRC)) $(LIB)
	$(link) $^ $(LIBS_PROGRAM)

$(BUILD)/bin/mtest: $(call obj,$(wildcard src/mtest/*.c)) $(LIB)
	$(link) $^ $(LIBS_PROGRAM)

$(BUILD)/libexec/cedar/gate: $(call obj,$(GATE_SRC) $(COMMON_SRC)) $(LIB)
	$(link) $^ $(LIBS_PROGRAM) $(LIBS_GATE)

$(BUILD)/libexec/cedar/auth: $(call obj,$(AUTH_SRC) $(COMMON_SRC)) $(LIB)
	$(link) $^ $(LIBS_PROGRAM) $(LIBS_AUTH)

# ----------------------------------------------------------------- install

# Headers stand in include/c-client and, for programs that look there, in
# include/imap. The programs find libexec beside their own folder.
ROOT = $(DESTDIR)$(PREFIX)
INCLUDE = $(ROOT)/include/c-client
MAN := $(wildcard src/*/*.1 src/*/*.8)
fill = sed 's,@PREFIX@,$(PREFIX),g; s,@VERSION@,$(CC_VERSION),g; \
	s,@LIBS@,$(strip $(LIBS_SYSTEM)),g'

install: all
	$(Q)install -d $(ROOT)/bin $(ROOT)/libexec/cedar $(ROOT)/lib/pkgconfig \
		$(INCLUDE) $(ROOT)/share/doc/cedar/examples
	$(Q)for f in $(PROGRAMS); do install -m 755 $$f $(ROOT)/bin; done
	$(Q)for f in $(LIBEXEC); do \
		install -m 755 $$f $(ROOT)/libexec/cedar; done
	$(Q)install -m 644 $(LIB) $(ROOT)/lib
	$(Q)install -m 644 $(addprefix $(BUILD)/include/c-client/,$(notdir \
		$(PUBLIC_H))) $(LINKAGE) $(CLASSIC) $(INCLUDE)
	$(Q)ln -sf ../../lib/$(notdir $(LIB)) $(INCLUDE)/c-client.a
	$(Q)test -e $(ROOT)/include/imap || ln -s c-client $(ROOT)/include/imap
	$(Q)$(fill) tools/c-client.pc.in >$(ROOT)/lib/pkgconfig/c-client.pc
	$(Q)for f in tools/examples/*; do \
		$(fill) $$f >$(ROOT)/share/doc/cedar/examples/$${f##*/}; done
	$(Q)for f in $(MAN); do \
		install -D -m 644 -t $(ROOT)/share/man/man$${f##*.} $$f; done
	@echo "installed in $(ROOT)"

# ------------------------------------------------------------------- tests

UNIT := $(patsubst src/%.c,$(BUILD)/test/%,$(TEST_SRC))

# Unit tests and fuzzers of server files name the objects they test in lines
# "TEST_OBJECTS: a.c b.c" of their head comment; the library is always there.
# Patterns leave out main files and tests.
tested_objects = $(call obj,$(filter-out %/main.c,$(call not_tests,$(wildcard \
	$(addprefix src/,$(shell sed -n 's/.*TEST_OBJECTS: *//p' $(1)))))))
SERVER_TESTS := $(shell grep -ls 'TEST_OBJECTS:' $(TEST_SRC) $(FUZZ_SRC))
$(foreach f,$(SERVER_TESTS),$(eval $(patsubst src/%.c,$(BUILD)/test/%,$(f)) \
	$(patsubst src/%.c,$(BUILD)/fuzzers/%,$(f)): $(call tested_objects,$(f))))

$(BUILD)/test/%: $(BUILD)/obj/%.o $(BUILD)/obj/c-client/test_callbacks.o $(LIB)
	@mkdir -p $(@D)
	@$(if $(Q),echo "LD $@")
	$(Q)$(CC) $(LDFLAGS_ALL) -pie -o $@ \
		$(filter-out %.a $(if $(filter %/callbacks.o,$^),%/test_callbacks.o),$^) \
		$(LIB) $(LIBS_SYSTEM) -lcrypt -lcmocka

TEST_SRC := $(filter-out $(C)/test_callbacks.c,$(TEST_SRC))
UNIT := $(patsubst src/%.c,$(BUILD)/test/%,$(TEST_SRC))

# The login under a session that shows what a session gets, and under a gate
# that can be told to misbehave; for tests/system/test_login_*.py.
LOGIN_TEST := $(BUILD)/test/login
login-test: $(addprefix $(LOGIN_TEST)/,bin/imapd bin/hasty \
    libexec/cedar/gate libexec/cedar/auth)

$(LOGIN_TEST)/bin/imapd: tests/system/probe.c \
    $(call obj,$(MONITOR_SRC) $(COMMON_SRC)) \
    $(BUILD)/obj/c-client/test_callbacks.o $(LIB)
	@mkdir -p $(@D)
	@$(if $(Q),echo "LD $@")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -fPIE $(LDFLAGS_ALL) -pie -o $@ $^ \
		$(LIBS_PROGRAM)

# The same with two seconds for a login.
$(LOGIN_TEST)/bin/hasty: tests/system/probe.c $(OS)/login_monitor.c \
    $(call obj,$(filter-out $(OS)/login_monitor.c,$(MONITOR_SRC)) \
    $(COMMON_SRC)) $(BUILD)/obj/c-client/test_callbacks.o $(LIB)
	@mkdir -p $(@D)
	@$(if $(Q),echo "LD $@")
	$(Q)$(CC) $(CPPFLAGS) -DCC_LOGIN_SECONDS=2 $(CFLAGS_ALL) -fPIE \
		$(LDFLAGS_ALL) -pie -o $@ $^

$(LOGIN_TEST)/libexec/cedar/gate: tests/system/exploit.c $(GATE_SRC) \
    $(call obj,$(COMMON_SRC)) $(LIB)
	@mkdir -p $(@D)
	@$(if $(Q),echo "LD $@")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -DCC_GATE_EXPLOIT_TEST -fPIE \
		$(LDFLAGS_ALL) -pie -o $@ $^ $(LIBS_PROGRAM) $(LIBS_GATE)

$(LOGIN_TEST)/libexec/cedar/auth: $(BUILD)/libexec/cedar/auth
	@mkdir -p $(@D)
	$(Q)cp $< $@

# Programs that tests run beside the servers.
TEST_TOOLS := $(patsubst tests/tools/%.c,$(BUILD)/test/tools/%, \
	$(wildcard tests/tools/*.c))

$(BUILD)/test/tools/%: tests/tools/%.c \
    $(BUILD)/obj/c-client/test_callbacks.o $(LIB)
	@mkdir -p $(@D)
	@$(if $(Q),echo "LD $@")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -fPIE $(LDFLAGS_ALL) -pie -o $@ $^ \
		$(LIBS_SYSTEM)

# Counts instructions of the parsers; tests/linear/run judges them. Wants
# valgrind's header.
LINEAR_SRC := $(wildcard tests/linear/*.c)
LINEAR_OBJ := $(call tested_objects,src/imapd/fuzz_imapd_args.c \
	$(OS)/fuzz_login_gate.c $(OS)/fuzz_login_session.c)

$(BUILD)/test/linear: $(LINEAR_SRC) tests/linear/linear.h $(LINEAR_OBJ) \
    $(BUILD)/obj/c-client/test_callbacks.o $(LIB)
	@mkdir -p $(@D)
	@$(if $(Q),echo "LD $@")
	$(Q)$(CC) $(CPPFLAGS) -Isrc/imapd $(CFLAGS_ALL) -fPIE $(LDFLAGS_ALL) -pie \
		-o $@ $(filter-out %.h,$^) $(LIBS_SYSTEM)

linear: $(BUILD)/test/linear
	$(Q)BUILD=$(BUILD) tests/linear/run

unit: all $(UNIT) $(TEST_TOOLS)
	$(Q)tools/run-unit $(UNIT)

# Conversations with the servers; the runner wants Debian's pytest.
quick: unit
	$(Q)tools/checksettings
	$(Q)BUILD=$(BUILD) $(PYTEST) -q tests/test_wire.py \
		tests/test_imapd.py tests/test_mtest.py \
		tests/test_imapd_message.py tests/test_imapd_ends.py \
		tests/test_imapd_errors.py tests/test_imapd_saved.py \
		tests/test_imapd_rewrites.py \
		tests/test_grammar_peers.py

# ------------------------------------------- fuzzers, sanitizers, analysis

# Each variant is this same graph with its own BUILD.
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -DCC_ARENA_PIECE=1u
TEST_OBJ := $(call obj,$(TEST_SRC) $(wildcard $(C)/test_callbacks.c))
FUZZERS := $(patsubst src/%.c,$(BUILD)/fuzzers/%,$(FUZZ_SRC))

$(BUILD)/fuzzers/%: $(BUILD)/obj/%.o $(BUILD)/obj/c-client/test_callbacks.o \
    $(LIB)
	@mkdir -p $(@D)
	@$(if $(Q),echo "LD $@")
	$(Q)$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -pie -o $@ \
		$(filter-out %.a $(if $(filter %/callbacks.o,$^),%/test_callbacks.o),$^) \
		$(LIB) $(LIBS_SYSTEM)

# It may write in a directory of its own only, the locks of mailboxes, too.
$(BUILD)/fuzzers/imapd/fuzz_imapd_session: \
    LDFLAGS_ALL += -Wl,--wrap=cc_env_lock_dir

# Every object, tests and fuzzers too.
objects: all $(TEST_OBJ) $(call obj,$(FUZZ_SRC))

fuzzers: $(FUZZERS)

build-fuzzers:
	$(Q)+$(MAKE) --no-print-directory BUILD=build/fuzz CC=$(CLANG) FORTIFY= \
		OPTIMISE="-O1 -g" HARDEN= \
		SANITIZE="$(SANITIZERS) -fsanitize=fuzzer-no-link" fuzzers

FUZZ_PROGRAMS := $(patsubst src/%.c,build/fuzz/fuzzers/%,$(FUZZ_SRC))

# FUZZ_SECONDS for each (60), or FUZZ_RUNS inputs that are always the same.
fuzz: build-fuzzers
	$(Q)tools/run-fuzz $(FUZZ_PROGRAMS)

asan: export ASAN_OPTIONS = detect_stack_use_after_return=1
asan: export UBSAN_OPTIONS = print_stacktrace=1
asan: export LSAN_OPTIONS = \
    suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0
asan:
	$(Q)+$(MAKE) --no-print-directory BUILD=build/asan FORTIFY= \
		OPTIMISE="-O1 -g" SANITIZE="$(SANITIZERS)" quick

# Each part on its own, so that "make -k lint" shows all there is.
LINT := lint-source lint-format lint-gcc lint-clang lint-recursion \
	lint-analysis
lint: $(LINT)
	@echo "lint: no faults"

lint-source:
	$(Q)tools/checksrc
	$(Q)tools/checksettings

lint-format:
	$(Q)clang-format --dry-run -Werror $$(find src -name '*.[ch]')

lint-gcc:
	$(Q)+$(MAKE) --no-print-directory BUILD=build/lint-gcc CC=gcc \
		WERROR=-Werror objects
	$(Q)tools/checksrc --objects build/lint-gcc/obj
	$(Q)$(if $(wildcard tools/checkapi),tools/checkapi build/lint-gcc)

lint-clang:
	$(Q)+$(MAKE) --no-print-directory BUILD=build/lint-clang CC=$(CLANG) \
		WERROR=-Werror objects

# Without optimisation, so that the graph has every call of the source. A
# compiler cache would not keep the graphs.
lint-recursion:
	$(Q)+CCACHE_DISABLE=1 $(MAKE) --no-print-directory BUILD=build/callgraph \
		CC=gcc OPTIMISE=-O0 FORTIFY= EXTRACFLAGS=-fcallgraph-info all
	$(Q)tools/checkrecursion build/callgraph

lint-analysis: lint-clang
	$(Q)tools/run-analysis build/lint-clang \
		$(subst -I$(BUILD)/,-Ibuild/lint-clang/,$(CPPFLAGS))

compile_commands.json: FORCE
	$(Q)bear --output $@ -- $(MAKE) -B BUILD=build/lint-clang CC=$(CLANG) \
		objects

# What a person types. These install what is missing first (tools/setup).
check:
	$(Q)tools/setup check
	$(Q)+$(MAKE) --no-print-directory all login-test $(BUILD)/test/linear
	$(Q)+tools/run-check

demo:
	$(Q)tools/setup demo
	$(Q)+$(MAKE) --no-print-directory all
	$(Q)tools/demo start

demo-stop:
	$(Q)tools/demo stop

# Every crash state, and a fresh machine of its own (minutes to hours).
torture:
	$(Q)tools/setup check
	$(Q)+$(MAKE) --no-print-directory all
	$(Q)tools/run-torture

bench:
	$(Q)tools/setup bench
	$(Q)+$(MAKE) --no-print-directory all
	$(Q)tools/bench/run

clean:
	rm -rf build compile_commands.json

DEPS := $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
-include $(DEPS)
