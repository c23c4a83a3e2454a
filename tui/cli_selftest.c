/* wetread selftest: version, libraries, and whether this installation works. */
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <jansson.h>
#include <ncursesw/curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/net/http.h"
#include "core/base/str.h"
#include "core/ledger/anchor.h"
#include "core/dicom/decoder.h"
#include "render/picture.h"
#include "tui/cli.h"
#include "gen/build.h"

/* The decoder starts, parses nothing as nothing, and its sandbox holds. */
static bool
decoder_works(char *detail, size_t size)
{
	struct decoder *d = decoder_new(NULL);
	struct header *h = NULL;
	struct err e = { 0 };
	int fd = memfd_create("selftest", MFD_CLOEXEC);
	enum rc rc = fd >= 0 ? decoder_header(d, fd, &h, &e) : RC_FAILED;

	snprintf(detail, size, "%s", e.text);
	header_free(h);
	decoder_free(d);
	if (fd >= 0)
		close(fd);
	return rc == RC_INVALID ||
		rc == RC_CORRUPT; /* an empty file is refused, by a living decoder */
}

static bool
encoder_works(char *detail, size_t size)
{
	struct raster *r = raster_new(64, 64, false);
	struct picture_encoding enc = { .protocol = PICTURE_SIXEL, .levels = 101 };
	struct buf b = { 0 };
	struct err e = { 0 };
	bool ok;

	for (int i = 0; i < 64 * 64; i++)
		r->pixels[i] = (uint8_t)(4 * (i % 64));
	ok = picture_encode(r, &enc, &b, &e) == RC_OK && b.len > 100;
	snprintf(detail, size, "%zu bytes of sixel", b.len);
	buf_release(&b);
	raster_free(r);
	return ok;
}

static bool
signing_works(char *detail, size_t size)
{
	struct sealed_key sealed;
	struct sign_key made = { 0 }, opened = { 0 };
	bool ok = key_new(&made, NULL) == RC_OK &&
		key_seal(&made, "selftest", "selftest password", &sealed, NULL) == RC_OK &&
		key_open(&sealed, "selftest", "selftest password", &opened, NULL) == RC_OK &&
		strcmp(made.kid, opened.kid) == 0;

	snprintf(detail, size, "Argon2id, Ed25519");
	key_free(&made);
	key_free(&opened);
	return ok;
}

static const struct {
	const char *name;
	bool (*works)(char *detail, size_t size);
} checks[] = {
	{ "decoder", decoder_works },
	{ "encoder", encoder_works },
	{ "signing", signing_works },
};

/* What this program is made of, for the installation's papers (11.10(a)(k)). */
static const struct {
	const char *name;
	const char *(*version)(void);
} libraries[] = {
	{ "SQLite", db_library },
	{ "libsodium", key_library },
	{ "jansson", jansson_version_str },
	{ "libcurl", http_library },
	{ "ncurses", curses_version },
	{ "libc", gnu_get_libc_version },
};

static void
tell_build(bool json, json_t *all)
{
	json_t *libs = json_object();

	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		json_object_set_new(libs, libraries[i].name, json_string(libraries[i].version()));
	json_object_set_new(all, "version", json_string(WETREAD_VERSION));
	json_object_set_new(all, "commit", json_string(BUILD_COMMIT));
	json_object_set_new(all, "compiler", json_string(__VERSION__));
	json_object_set_new(all, "flags", json_string(BUILD_FLAGS));
	json_object_set_new(all, "libraries", libs);
	if (json)
		return;
	printf("wetread  %s\ncommit   %s\ncompiler %s\nflags    %s\n", WETREAD_VERSION,
		BUILD_COMMIT, __VERSION__, BUILD_FLAGS);
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++)
		printf("%-9s %s\n", libraries[i].name, libraries[i].version());
}

/* With --archive: do the anchors get to where the site wants them? */
static bool
anchors_arrive(struct cli *c, json_t *all)
{
	char text[600];
	bool ok = !cli_open(c, DB_READ) ? false : !anchor_warning(c->ledger, text, sizeof(text));

	json_object_set_new(all, "anchors", json_boolean(ok));
	if (!c->json)
		printf("%-8s %s  %s\n", "anchors", ok ? "ok" : "FAILED",
			ok || c->ledger == NULL ? "" : text);
	return ok;
}

static int
selftest_run(struct cli *c, int argc, char **argv)
{
	json_t *list = json_object();
	char detail[300];
	bool all = true;

	(void)argc, (void)argv;
	tell_build(c->json, list);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		bool ok = checks[i].works(detail, sizeof(detail));

		all = all && ok;
		json_object_set_new(list, checks[i].name, json_boolean(ok));
		if (!c->json)
			printf("%-8s %s  %s\n", checks[i].name, ok ? "ok" : "FAILED", detail);
	}
	if (c->archive != NULL)
		all = anchors_arrive(c, list) && all;
	if (c->json) {
		json_dumpf(list, stdout, JSON_COMPACT);
		putchar('\n');
	}
	json_decref(list);
	return all ? EXIT_DONE : EXIT_REFUSED;
}

const struct cli_command cli_selftest_command = {
	.name = "selftest",
	.usage = "selftest [--json]\n"
		 "\n"
		 "Prints version, commit, build and libraries and checks that decoder, encoder and "
		 "signing work "
		 "on this machine; with --archive also whether the anchors get to their places.\n",
	.run = selftest_run,
};
