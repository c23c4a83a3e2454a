/* wetread check: are the stored files still what was imported? */
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/ledger/catalog.h"
#include "core/ledger/damage.h"
#include "core/ledger/remote.h"
#include "tui/cli.h"
#include "tui/progress.h"

/* The list first, hashing after: nothing is read from the ledger while files are. */
struct item {
	int64_t series, image;
	char digest[DIGEST_HEX];
};

struct checking {
	struct cli *c;
	struct item *items;
	size_t n, room;
	struct progress progress;
	int64_t elsewhere;       /* images that lie at a source and are not here now */
	int64_t damaged, series; /* images that are; series that went back for it */
};

static bool
take(void *ctx, int64_t series, int64_t image, const char *digest)
{
	struct checking *k = ctx;
	struct item *it;

	if (k->n == k->room) {
		k->room = k->room * 2 + 64;
		k->items = mem_grow(k->items, k->room, sizeof(*k->items));
	}
	it = &k->items[k->n++];
	it->series = series;
	it->image = image;
	snprintf(it->digest, sizeof(it->digest), "%s", digest);
	return true;
}

static enum damage
look_at(struct checking *k, const char *digest)
{
	int fd = -1;
	enum rc rc = store_get(k->c->store, digest, 1, &fd, NULL);

	if (rc == RC_OK)
		close(fd);
	return rc == RC_OK ? DAMAGE_NONE : rc == RC_NOT_FOUND ? DAMAGE_MISSING : DAMAGE_CHANGED;
}

static void
tell(struct checking *k, int64_t series, const struct damage_found *found, size_t n, bool noted)
{
	size_t missing = 0, changed = 0;
	char name[24];

	for (size_t i = 0; i < n; i++) {
		missing += found[i].damage == DAMAGE_MISSING;
		changed += found[i].damage == DAMAGE_CHANGED;
	}
	k->damaged += (int64_t)(missing + changed);
	k->series += noted;
	if (missing + changed == 0 && !noted)
		return;
	catalog_series_name(series, name);
	progress_end(&k->progress);
	if (missing + changed > 0)
		cli_complain("%s: %zu files missing, %zu changed%s", name, missing, changed,
			noted ? "; it is back on its worklists" : "");
	else
		cli_complain("%s: its files are whole again; it is back on its worklists", name);
}

/* What lies at a source and is not in the cache is no damage: a fetch says what became of it. */
static bool
lies_elsewhere(struct checking *k, const struct item *it, bool remote)
{
	bool elsewhere = remote && !store_has(k->c->store, it->digest);

	k->elsewhere += elsewhere;
	return elsewhere;
}

/* The images items[from..to) of one series. */
static enum rc
check_series(struct checking *k, size_t from, size_t to, struct err *e)
{
	struct damage_found *found = mem_zero(to - from, sizeof(*found));
	struct remote_row row;
	bool remote = remote_of(k->c->ledger, k->items[from].series, &row, NULL) == RC_OK &&
		row.cached,
	     noted = false;
	size_t n = 0;
	enum rc rc = RC_OK;

	for (size_t i = from; i < to; i++) {
		progress_step(&k->progress, (int64_t)i + 1, (int64_t)k->n);
		if (lies_elsewhere(k, &k->items[i], remote))
			continue;
		found[n].image = k->items[i].image;
		found[n++].damage = look_at(k, k->items[i].digest);
	}
	if (n > 0)
		rc = damage_note(k->c->ledger, ledger_system(k->c->ledger), k->items[from].series,
			found, n, &noted, e);
	if (rc == RC_OK && n > 0)
		tell(k, k->items[from].series, found, n, noted);
	free(found);
	return rc;
}

static int
print(struct checking *k)
{
	if (k->c->json)
		printf("{\"images\":%zu,\"damaged\":%lld,\"series\":%lld,\"elsewhere\":%lld}\n",
			k->n, (long long)k->damaged, (long long)k->series, (long long)k->elsewhere);
	else
		printf("%zu files: %lld damaged; %lld series changed for it%s\n", k->n,
			(long long)k->damaged, (long long)k->series,
			k->elsewhere > 0 ? "; those that lie at sources were not read" : "");
	return k->damaged > 0 ? EXIT_REFUSED : EXIT_DONE;
}

static int
check_run(struct cli *c, int argc, char **argv)
{
	struct checking k = { .c = c };
	struct err e = { 0 };
	int64_t series = 0;
	enum rc rc = argc > 0 ? catalog_series_id(c->ledger, argv[0], &series, &e) : RC_OK;

	if (rc == RC_OK)
		rc = damage_images(c->ledger, series, take, &k, &e);
	progress_begin(&k.progress, "files");
	for (size_t from = 0, to; rc == RC_OK && from < k.n; from = to) {
		for (to = from; to < k.n && k.items[to].series == k.items[from].series; to++)
			;
		rc = check_series(&k, from, to, &e);
	}
	progress_end(&k.progress);
	free(k.items);
	return rc == RC_OK ? print(&k) : cli_error(&e);
}

const struct cli_command cli_check_command = {
	.name = "check",
	.usage = "check [SERIES] [--json]\n"
		 "\n"
		 "Hash every stored file, or those of one series.  A series with files that are "
		 "missing or\n"
		 "were changed goes back to quarantine and its worklists, and what was signed on "
		 "it is\n"
		 "stale; importing the right files again and another check undo that.  For a "
		 "nightly job.\n"
		 "Exit status 1 where files are damaged.\n",
	.most = 1,
	.needs = CLI_ARCHIVE_WRITE,
	.run = check_run,
};
