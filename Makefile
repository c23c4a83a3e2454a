# wetread.  Plain make; everything that is made goes to build/.
#
#   make            the programs          make demo       a demonstration archive, opened
#   make check      every test            make bench      speed against peers
#   make deps       packages (apt)        make shots      screenshots of the real program
#   make install    PREFIX, DESTDIR       make asan tsan  instrumented builds and their tests
#   make format     clang-format          make lint       layers, sizes, cppcheck
#   make fuzz       libFuzzer             make docs       KEYS.md, traceability
#   make mutants    10,000 damaged files through the decoder, the same each time
#
# V=1 shows commands; CC and CXX choose the compiler (gcc or clang); B the build folder.

VERSION := 0.1.0
PREFIX  ?= /usr/local
B       ?= build
# One name for one folder: depfiles name their object as it was called, and a build called by its whole path would leave
# objects that the next one does not know to be old
override B := $(patsubst $(CURDIR)/%,%,$(abspath $(B)))
V       ?= 0
Q       := $(if $(filter 0,$(V)),@)
say      = $(if $(filter 0,$(V)),@printf '  %-5s %s\n' '$(1)' '$(2)')

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.PHONY: all

# ---- what is compiled into what -------------------------------------------------------------

DECODE_SRC := $(wildcard core/dicom/worker/*.c)
CORE_SRC   := $(wildcard core/base/*.c core/dicom/*.c core/net/*.c core/archive/*.c core/source/*.c core/ledger/*.c core/demo/*.c core/study/*.c \
	core/stats/*.c core/classify/*.c core/trial/*.c)
RENDER_SRC := $(wildcard render/*.c)
TUI_SRC    := $(wildcard tui/*.c)
VERIFY_SRC := $(wildcard core/verify/*.c)

GDCM_DIR   := $(firstword $(wildcard /usr/include/gdcm-*))
WARN       := -Wall -Wextra -Wshadow -Wvla -Wpointer-arith -Wundef -Werror
CWARN      := -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wwrite-strings
OPT        ?= -O2 -g
HARDEN     := -fstack-protector-strong -fPIE $(if $(filter -O2,$(OPT)),-D_FORTIFY_SOURCE=2)
SAN        ?=
CPPFLAGS   := -I. -I$(B) -D_GNU_SOURCE -DWETREAD_VERSION='"$(VERSION)"'
CFLAGS     := -std=c11 $(OPT) $(WARN) $(CWARN) $(HARDEN) $(SAN) -pthread
CXXFLAGS   := -std=c++17 $(OPT) -Wall -Wextra -Werror $(HARDEN) $(SAN) -isystem $(GDCM_DIR)
LDFLAGS    := -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SAN) -pthread

CORE_LIBS   := -lsqlite3 -lsodium -lnettle -ljansson -lcurl -lexpat -lm
RENDER_LIBS := -lsixel -lz -lm
TUI_LIBS    := -lncursesw -ltinfo
DECODE_LIBS := -lgdcmMSFF -lgdcmDICT -lgdcmDSED -lgdcmIOD -lgdcmCommon -lz -lm

# ---- building ---------------------------------------------------------------------------------

OBJ         = $(patsubst %,$(B)/obj/%.o,$(basename $(1)))
CORE_OBJ   := $(call OBJ,$(CORE_SRC)) $(B)/obj/gen/dictionary_rows.o $(B)/obj/gen/record_page.o $(B)/obj/gen/classify_rules.o \
	$(B)/obj/gen/study_examples.o $(B)/obj/gen/demo_studies.o
RENDER_OBJ := $(call OBJ,$(RENDER_SRC))
TUI_OBJ    := $(call OBJ,$(TUI_SRC)) $(B)/obj/gen/default_keys.o
DECODE_OBJ := $(call OBJ,$(DECODE_SRC) $(wildcard core/dicom/gdcm.cc))
VERIFY_OBJ := $(call OBJ,$(VERIFY_SRC))
PROGRAMS   := $(B)/wetread $(B)/wetread-decoder $(B)/wetread-verify

all: $(PROGRAMS)

$(B)/obj/%.o: %.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/%.o: %.cc
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<

# What this build is: told by wetread selftest.  Written anew only where it differs, so that nothing else is built for it
.PHONY: FORCE
FORCE:
$(B)/gen/build.h: FORCE
	@mkdir -p $(@D)
	@{ printf '#define BUILD_COMMIT "%s"\n' "$$([ -e .git ] && git describe --always --dirty 2>/dev/null || echo unknown)"; \
	 printf '#define BUILD_FLAGS "%s"\n' '$(CC) $(CFLAGS) $(LDFLAGS)'; } >$@.new; \
	 if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(B)/obj/tui/cli_selftest.o: $(B)/gen/build.h

# default.keys as a C string: the file that is shipped is the default that is built in
$(B)/gen/default_keys.c: keymaps/default.keys
	@mkdir -p $(@D)
	$(Q){ echo '#include "tui/keymap.h"'; echo 'const char keymap_default[] ='; \
	 sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $<; echo ';'; } > $@

# the keywords of PS3.6, sorted by tag: the tree of a header names its elements by them
$(B)/gen/dictionary_rows.c: core/dicom/dictionary.tsv
	@mkdir -p $(@D)
	$(Q){ echo '#include "core/dicom/dictionary.h"'; \
	 echo 'const struct dictionary_row dictionary_rows[] = {'; \
	 LC_ALL=C sort $< | sed -E 's/^([0-9A-F]{8})\t(.*)$$/\t{ 0x\1, "\2" },/'; echo '};'; \
	 echo 'const size_t dictionary_count = sizeof(dictionary_rows) / sizeof(dictionary_rows[0]);'; } > $@

# the rules that say what a series is, as a C string
$(B)/gen/classify_rules.c: core/classify/rules.tsv
	@mkdir -p $(@D)
	$(Q){ echo '#include "core/classify/rules.h"'; echo 'const char classify_rules[] ='; \
	 sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $<; echo ';'; } > $@

# docs/RECORD.md as a C string: a copy of an archive brings the description of its format along
$(B)/gen/record_page.c: docs/RECORD.md
	@mkdir -p $(@D)
	$(Q){ echo '#include "core/archive/copy.h"'; echo 'const char copy_record_page[] ='; \
	 sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $<; echo ';'; } > $@

# docs/study-*.json as C strings: wetread study example
$(B)/gen/study_examples.c: docs/study-brain.json docs/study-chest.json
	@mkdir -p $(@D)
	$(Q){ echo '#include "core/study/study.h"'; for f in $^; do \
	 name=$${f#docs/study-}; echo "const char study_example_$${name%.json}[] ="; \
	 sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $$f; echo ';'; done; } > $@

# core/demo/study-*.json as C strings: what the trials of the demonstration ask for
$(B)/gen/demo_studies.c: core/demo/study-neuro.json core/demo/study-lung.json
	@mkdir -p $(@D)
	$(Q){ echo '#include "core/demo/demo.h"'; for f in $^; do \
	 name=$${f#core/demo/study-}; echo "const char demo_study_$${name%.json}[] ="; \
	 sed -e 's/[\\"]/\\&/g' -e 's/.*/"&\\n"/' $$f; echo ';'; done; } > $@

$(B)/obj/gen/%.o: $(B)/gen/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/libcore.a: $(CORE_OBJ)
$(B)/librender.a: $(RENDER_OBJ)
$(B)/libdecode.a: $(filter-out %/main.o,$(DECODE_OBJ))
$(B)/lib%.a:
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/wetread: $(TUI_OBJ) $(B)/librender.a $(B)/libcore.a
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(TUI_LIBS) $(RENDER_LIBS) $(CORE_LIBS)

$(B)/wetread-decoder: $(filter %/main.o,$(DECODE_OBJ)) $(B)/libdecode.a $(B)/libcore.a
	$(call say,LD,$@)
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(DECODE_LIBS) $(CORE_LIBS)

# The verifier shares no code with what it checks: it links neither libcore nor anything with a write path.
$(B)/wetread-verify: $(VERIFY_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lsqlite3 -lsodium -lnettle -ljansson

-include $(patsubst %.o,%.d,$(CORE_OBJ) $(RENDER_OBJ) $(TUI_OBJ) $(DECODE_OBJ) $(VERIFY_OBJ))

# ---- unit tests: one program for each tests/unit/AREA/test_*.c ---------------------------------

UNIT_SRC  := $(wildcard tests/unit/*/test_*.c)
UNIT_BIN  := $(patsubst tests/%.c,$(B)/tests/%,$(UNIT_SRC))
UNIT_DICOM := $(filter $(B)/tests/unit/dicom/%,$(UNIT_BIN))
UNIT_RENDER := $(filter $(B)/tests/unit/render/%,$(UNIT_BIN))
UNIT_VERIFY := $(filter $(B)/tests/unit/verify/%,$(UNIT_BIN))
UNIT_CORE := $(filter-out $(UNIT_DICOM) $(UNIT_RENDER) $(UNIT_VERIFY),$(UNIT_BIN))

# What each may link is the proof of the layers: core without ncurses, libsixel and GDCM; render without
# SQLite and GDCM.
$(UNIT_CORE): $(B)/tests/%: $(B)/obj/tests/%.o $(B)/libcore.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(CORE_LIBS)

# Argon2id costs nothing in these: tests/unit/ledger/cheap_make.h
CHEAP := $(patsubst %,$(B)/tests/unit/ledger/test_%,charter clocks corrections decisions entries faults kill labels leases powercut progress queries sources \
	readings viewing walk writers) $(patsubst %,$(B)/tests/unit/trial/test_%,extract fill past quality relabel tag)
$(CHEAP): LDFLAGS += -Wl,--wrap=crypto_pwhash

$(UNIT_RENDER): $(B)/tests/%: $(B)/obj/tests/%.o $(B)/librender.a $(B)/libcore.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(RENDER_LIBS)

$(UNIT_DICOM): $(B)/tests/%: $(B)/obj/tests/%.o $(B)/libdecode.a $(B)/libcore.a $(B)/wetread-decoder
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(LDFLAGS) -o $@ $(filter-out %-decoder,$^) -lcmocka $(DECODE_LIBS) $(CORE_LIBS)

$(UNIT_VERIFY): $(B)/tests/%: $(B)/obj/tests/%.o $(B)/obj/core/verify/scan.o
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lcmocka -ljansson

.SECONDARY:
-include $(patsubst tests/%.c,$(B)/obj/tests/%.d,$(UNIT_SRC))

# ---- screen tests: the shipped program on a pty -------------------------------------------------

SUPPORT_SRC := $(wildcard tests/support/*.c)
SUPPORT_OBJ := $(patsubst %.c,$(B)/obj/%.o,$(filter-out %sixel_decode.c,$(SUPPORT_SRC)))
SCREEN_BIN  := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/screen/test_*.c))

$(SCREEN_BIN): $(B)/tests/%: $(B)/obj/tests/%.o $(SUPPORT_OBJ) $(B)/libcore.a $(PROGRAMS)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) -lcmocka -lvterm -lutil $(CORE_LIBS)

-include $(patsubst tests/%.c,$(B)/obj/tests/%.d,$(wildcard tests/screen/*.c tests/support/*.c))

# ---- packages -----------------------------------------------------------------------------------

DEPS_BUILD := gcc g++ libc6-dev libncurses-dev libsixel-dev libgdcm-dev libsqlite3-dev \
	libcurl4-openssl-dev libexpat1-dev libjansson-dev libsodium-dev nettle-dev zlib1g-dev
DEPS_CHECK := libcmocka-dev libvterm-dev xterm xvfb x11-utils xdotool imagemagick fonts-dejavu-core \
	universal-ctags clang libclang-rt-14-dev dcmtk dicom3tools orthanc orthanc-dicomweb nginx-light iproute2 \
	libgdcm-tools tmux libchafa-dev mandoc sqlite3 openssl xxd python3 libxml2-utils

# $(1): package names.  Says what it does; asks for nothing where all are there.
define install_packages
@missing=; for p in $(1); do \
	dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$p"; \
done; \
if [ -n "$$missing" ]; then \
	echo "wetread needs these Debian packages:$$missing"; \
	if [ "$$(id -u)" = 0 ]; then as=; elif command -v sudo >/dev/null; then as=sudo; else \
		echo "install them as root: apt-get install$$missing" >&2; exit 1; fi; \
	echo "installing them with: $$as apt-get install"; \
	$$as apt-get update -q >/dev/null && \
	$$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $$missing \
		>$(B)/apt.log 2>&1 || { tail -20 $(B)/apt.log >&2; exit 1; }; \
fi
endef

.PHONY: deps deps-build deps-check
deps-build:
	@mkdir -p $(B)
	$(call install_packages,$(DEPS_BUILD))
deps-check: deps-build
	$(call install_packages,$(DEPS_CHECK))
deps: deps-check

# ---- what people type ---------------------------------------------------------------------------

# The wildcards above were read before packages were there, so the building is a make of its own.
.PHONY: demo check unit asan tsan bench docs shots format lint install uninstall clean
demo: deps-build
	@$(MAKE) --no-print-directory all
	@if [ -e $(B)/demo/demo ] && ! $(B)/wetread --archive $(B)/demo worklist --filter none >/dev/null; then \
		rm -rf $(B)/demo.old; mv $(B)/demo $(B)/demo.old; \
		echo "$(B)/demo is of another build: it is now $(B)/demo.old"; \
	fi; \
	if [ ! -e $(B)/demo/demo ]; then \
		rm -rf $(B)/demo; echo "making the demonstration archive $(B)/demo"; \
		$(B)/wetread demo $(B)/demo || exit 1; \
	fi; \
	if [ -t 0 ] && [ -t 1 ]; then exec $(B)/wetread $(B)/demo; \
	else echo "open it in a terminal with: $(B)/wetread $(B)/demo"; fi

ASAN := B=$(B)/asan CC=clang CXX=clang++ OPT='-O1 -g' SAN='-fsanitize=address,undefined -fno-sanitize-recover=undefined'
TSAN := B=$(B)/tsan OPT='-O1 -g' SAN=-fsanitize=thread

# what tests/system/test_glass shows to xterm
$(B)/tests/system/bins: $(B)/obj/tests/system/bins.o $(B)/librender.a $(B)/libcore.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(RENDER_LIBS)
-include $(B)/obj/tests/system/bins.d

# what tests/system/test_kos and its like ask of core
SYSTEM_CORE := $(patsubst %,$(B)/tests/system/%,kos dimse ask_source)
$(SYSTEM_CORE): $(B)/tests/%: $(B)/obj/tests/%.o $(B)/libcore.a $(B)/wetread-decoder
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) -o $@ $(filter %.o %.a,$^) $(CORE_LIBS)
-include $(patsubst $(B)/%,$(B)/obj/%.d,$(SYSTEM_CORE))

.PHONY: test-programs
test-programs: $(PROGRAMS) $(UNIT_BIN) $(SCREEN_BIN) $(B)/tests/system/bins $(SYSTEM_CORE)

# Every layer, and the unit and screen tests once more with the sanitizers; one line at the end.
check: deps-check
	@$(MAKE) --no-print-directory test-programs
	@$(MAKE) --no-print-directory $(ASAN) test-programs
	@tests/support/run $(B)

unit: test-programs
	@tests/support/run --plain $(B)
asan:
	@$(MAKE) --no-print-directory $(ASAN) test-programs
	@tests/support/run --plain $(B)/asan
tsan:
	@$(MAKE) --no-print-directory $(TSAN) test-programs
	@tests/support/run --plain $(B)/tsan

# its pictures and peers are files of their own
$(B)/bench/bench_render: tests/bench/scenes.c tests/bench/peers.c
BENCH := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/bench_*.c))
CHAFA := $(wildcard /usr/include/chafa/chafa.h)
$(B)/bench/%: tests/bench/%.c $(B)/librender.a $(B)/libcore.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(if $(CHAFA),-DWITH_CHAFA) $(LDFLAGS) -o $@ \
		$(filter %.c,$^) $(filter %.a,$^) \
		$(if $(CHAFA),-lchafa -l:libglib-2.0.so.0) $(RENDER_LIBS) $(CORE_LIBS)
$(B)/bench/bench_viewer: tests/bench/bench_viewer.c $(SUPPORT_OBJ) $(B)/libcore.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka -lvterm -lutil $(CORE_LIBS)
$(B)/bench/bench_decoder: $(B)/obj/tests/bench/bench_decoder.o $(B)/libdecode.a $(B)/libcore.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(DECODE_LIBS) $(CORE_LIBS)
# Argon2id of the accounts that fill a ledger costs nothing there: see the file
$(B)/bench/bench_record: tests/bench/bench_record.c $(B)/libcore.a $(B)/wetread-verify
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -Wl,--wrap=crypto_pwhash -o $@ $(filter %.c %.a,$^) -lcmocka $(CORE_LIBS)
bench: deps-check
	@$(MAKE) --no-print-directory run-bench
.PHONY: run-bench
run-bench: all $(BENCH) $(B)/tests/system/ask_source
	@$(B)/bench/bench_render
	@$(B)/bench/bench_decoder
	@$(B)/bench/bench_worklist
	@$(B)/bench/bench_classify
	@$(B)/bench/bench_form
	@$(B)/bench/bench_comply
	@$(B)/bench/bench_trial
	@$(B)/bench/bench_export
	@$(B)/bench/bench_record $(B)/bench
	@[ -e $(B)/demo/demo ] || { rm -rf $(B)/demo; $(B)/wetread demo $(B)/demo >/dev/null; }
	@$(B)/bench/bench_viewer $(B)/demo
	@tests/bench/bench_line $(B)
	@tests/bench/bench_import $(B)
	@tests/bench/bench_fetch $(B)
	@tests/bench/bench_ingest $(B)
	@tests/bench/bench_remote $(B)

# libFuzzer on our own parsers, SECONDS_EACH for each; what breaks one is kept in build/fuzz/found
FUZZ := B=$(B)/fuzz CC=clang CXX=clang++ OPT='-O1 -g' SAN='-fsanitize=fuzzer-no-link,address,undefined'
SECONDS_EACH ?= 60
FUZZ_SEEDS := $(wildcard ../shared/corpus/dev/syntaxes)
.PHONY: fuzz
fuzz: deps-check
	@$(MAKE) --no-print-directory $(FUZZ) fuzz-programs
	@mkdir -p $(B)/fuzz/found
	@mkdir -p $(B)/fuzz/seeds-study; cp docs/study-*.json $(B)/fuzz/seeds-study/
	@mkdir -p $(B)/fuzz/seeds-forms; cp tests/fuzz/seeds-forms/* $(B)/fuzz/seeds-forms/
	@for f in header frame rle scan answer study forms; do mkdir -p $(B)/fuzz/seeds-$$f; \
		$(B)/fuzz/fuzz_$$f -max_total_time=$(SECONDS_EACH) -timeout=20 -rss_limit_mb=3072 -verbosity=0 \
			-max_len=100000 -print_final_stats=1 -artifact_prefix=$(B)/fuzz/found/ \
			$(B)/fuzz/seeds-$$f $(FUZZ_SEEDS) || exit 1; done
.PHONY: fuzz-programs
fuzz-programs: $(B)/fuzz_header $(B)/fuzz_frame $(B)/fuzz_rle $(B)/fuzz_scan $(B)/fuzz_answer $(B)/fuzz_study $(B)/fuzz_forms
$(B)/fuzz_scan: $(B)/obj/core/verify/scan.o
$(B)/fuzz_%: tests/fuzz/fuzz_%.c $(B)/libdecode.a $(B)/libcore.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@.o $<
	$(Q)$(CXX) -fsanitize=fuzzer,address,undefined -o $@ $@.o $(filter %.o %.a,$^) $(DECODE_LIBS) $(CORE_LIBS)

# The share of them that make check takes is in tests/unit/dicom/test_mutants.c.
MUTANTS ?= 10000
.PHONY: mutants
mutants: deps-check
	@$(MAKE) --no-print-directory $(B)/tests/unit/dicom/test_mutants
	@WETREAD_MUTANTS=$(MUTANTS) $(B)/tests/unit/dicom/test_mutants

# what is made from the tables
docs:
	tests/support/keys >docs/KEYS.md
	tests/support/trace >docs/part11-traceability.md

shots: all
	@tests/support/shots $(B) screenshots
	@$(MAKE) --no-print-directory -s $(B)/tests/system/bins && tests/system/test_glass $(B)

FORMATTED := $(wildcard core/*.h core/*/*.[ch] core/*/*/*.[ch] core/*/*.cc render/*.[ch] tui/*.[ch] \
	tests/*/*.[ch] tests/*/*/*.[ch])
format:
	clang-format -i $(FORMATTED)
lint:
	@for s in tests/style/check_*; do $$s || exit 1; done
	@if command -v cppcheck >/dev/null; then cppcheck -q --std=c11 --enable=warning,portability \
		--inline-suppr --suppress=nullPointerRedundantCheck --error-exitcode=1 -I. -D__x86_64__ \
		-DWETREAD_VERSION='"x"' '-Djson_object_foreach(o,k,v)=for(k=json_string_value(o),v=o;v;v=0)' \
		'-Djson_array_foreach(a,i,v)=for(i=0,v=a;v;v=0)' core render tui; fi

LIBEXEC = $(DESTDIR)$(PREFIX)/libexec/wetread
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(LIBEXEC) $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man7 $(DESTDIR)$(PREFIX)/share/wetread/keymaps
	install -m 755 $(B)/wetread $(B)/wetread-verify $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(B)/wetread-decoder $(LIBEXEC)
	install -m 644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 docs/man/*.7 $(DESTDIR)$(PREFIX)/share/man/man7
	install -m 644 keymaps/*.keys $(DESTDIR)$(PREFIX)/share/wetread/keymaps
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/wetread $(DESTDIR)$(PREFIX)/bin/wetread-verify
	rm -f $(DESTDIR)$(PREFIX)/share/man/man1/wetread.1 $(DESTDIR)$(PREFIX)/share/man/man1/wetread-verify.1
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/share/man/man7/,$(notdir $(wildcard docs/man/*.7)))
	rm -rf $(LIBEXEC) $(DESTDIR)$(PREFIX)/share/wetread
clean:
	rm -rf $(B)
