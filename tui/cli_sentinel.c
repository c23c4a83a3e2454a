/* wetread sentinel: text put into series on purpose, and who finds it. */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/archive/import.h"
#include "core/archive/sentinel_make.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "tui/cli.h"

/* ---- add ---- */

static void
remove_folder(const char *folder)
{
	DIR *d = opendir(folder);
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(d), entry->d_name, 0);
	if (d != NULL)
		closedir(d);
	rmdir(folder);
}

static int
take_wish(struct cli *c, const char *which, struct sentinel_wish *w)
{
	const char *at = c->opt.at;
	struct err e = { 0 };
	char x[24];
	long v, u;

	*w = (struct sentinel_wish){ .text = c->opt.text, .x = -1, .y = -1, .percent = 100 };
	if (catalog_series_id(c->ledger, which, &w->series, &e) != RC_OK)
		return cli_error(&e);
	if (c->opt.slice != NULL && !str_int(c->opt.slice, 1, 100000, &v)) {
		cli_complain("--slice is the number of an image");
		return EXIT_USAGE;
	}
	w->slice = c->opt.slice != NULL ? v : 0;
	if (c->opt.percent != NULL && !str_int(c->opt.percent, 1, 100, &v)) {
		cli_complain("--bright is 1 to 100");
		return EXIT_USAGE;
	}
	w->percent = c->opt.percent != NULL ? v : 100;
	if (at == NULL)
		return EXIT_DONE;
	snprintf(x, sizeof(x), "%.*s", (int)strcspn(at, ","), at);
	if (strchr(at, ',') == NULL || !str_int(x, 0, 65535, &v) ||
		!str_int(strchr(at, ',') + 1, 0, 65535, &u)) {
		cli_complain("--at is X,Y in image pixels");
		return EXIT_USAGE;
	}
	w->x = v;
	w->y = u;
	return EXIT_DONE;
}

/* Files first, then the event, then the import: at no moment is it taken for an ordinary series. */
static enum rc
add(struct cli *c, const struct office *o, const struct sentinel_wish *w, const char *folder,
	struct sentinel *s, struct err *e)
{
	struct import_config ic = {
		.ledger = c->ledger, .store = c->store, .who = ledger_system(c->ledger)
	};
	struct import_counts counts;
	char *paths[1] = { (char *)folder };
	enum rc rc = sentinel_make(c->ledger, c->store, w, folder, s, e);

	if (rc == RC_OK)
		rc = sentinel_add(c->ledger, o, s, e);
	if (rc == RC_OK)
		rc = import_run(&ic, paths, 1, &counts, e);
	return rc;
}

static int
add_session(struct cli *c, struct cli_office *o, const struct sentinel_wish *w, const char *folder)
{
	struct sentinel s;
	struct err e = { 0 };
	int64_t id = 0;
	char name[24];
	int status = cli_office_end(c, o, add(c, &o->office, w, folder, &s, &e), &e);

	if (status != EXIT_DONE || catalog_series_id(c->ledger, s.series_uid, &id, NULL) != RC_OK)
		return status;
	catalog_series_name(id, name);
	printf("%s is a sentinel: \"%s\" on slice %lld at %lld,%lld\n", name, s.text,
		(long long)s.slice, (long long)s.left, (long long)s.top);
	return status;
}

static int
add_run(struct cli *c, const char *which)
{
	char *folder = mem_format("%s/objects/tmp-sentinel-XXXXXX", c->archive);
	struct sentinel_wish w;
	struct cli_office o;
	struct err e = { 0 };
	int status = cli_office_begin(c, &o, c->opt.why), wish;

	if (status != EXIT_DONE) {
		free(folder);
		return status;
	}
	wish = take_wish(c, which, &w);
	if (wish == EXIT_DONE && mkdtemp(folder) != NULL) {
		status = add_session(c, &o, &w, folder);
		remove_folder(folder);
	} else if (wish == EXIT_DONE) {
		status = cli_office_end(
			c, &o, err_errno(&e, RC_FAILED, "no folder for the copies"), &e);
	} else {
		cli_office_end(c, &o, RC_OK, &e);
		status = wish;
	}
	free(folder);
	return status;
}

/* ---- report ---- */

enum { HOURS = 13 /* of a session; the last one takes the rest */ };

struct score {
	char who[ACCOUNT_ID]; /* "" all */
	int64_t hour;         /* -1 all */
	int64_t read, found, located;
};

struct scores {
	struct score *list;
	size_t n;
};

static void
count(struct scores *all, const char *who, int64_t hour, const struct sentinel_reading *r)
{
	struct score *s = NULL;

	for (size_t i = 0; i < all->n && s == NULL; i++)
		if (strcmp(all->list[i].who, who) == 0 && all->list[i].hour == hour)
			s = &all->list[i];
	if (s == NULL) {
		all->list = mem_grow(all->list, all->n + 1, sizeof(*all->list));
		s = memset(&all->list[all->n++], 0, sizeof(*s));
		str_copy(s->who, sizeof(s->who), who);
		s->hour = hour;
	}
	s->read++;
	s->found += r->found;
	s->located += r->located;
}

static void
take(void *ctx, const struct sentinel_reading *r)
{
	struct scores *all = ctx;

	count(all, "", -1, r);
	count(all, r->account, -1, r);
	if (r->hour >= 0)
		count(all, "", r->hour < HOURS ? r->hour : HOURS - 1, r);
}

static int
by_place(const void *a, const void *b)
{
	const struct score *x = a, *y = b;

	if (x->hour != y->hour)
		return x->hour < y->hour ? -1 : 1;
	return strcmp(x->who, y->who);
}

/* Found of read, with Wilson's interval. */
static struct estimate
sensitivity(const struct score *s)
{
	const struct agreement_table t = { 2,
		{ { (double)s->found, 0 }, { (double)(s->read - s->found), 0 } } };

	return agreement_percent(&t);
}

static void
print_score(const struct score *s)
{
	struct estimate e = sensitivity(s);
	char who[48];

	if (s->hour >= 0)
		snprintf(who, sizeof(who), "hour %lld of a session", (long long)s->hour + 1);
	else
		str_copy(who, sizeof(who), s->who[0] != '\0' ? s->who : "all readers");
	printf("%-24s %4lld of %4lld found  %5.1f %%  (95 %%: %.1f to %.1f)  %lld marked where it "
	       "is\n",
		who, (long long)s->found, (long long)s->read, 100 * e.value, 100 * e.low,
		100 * e.high, (long long)s->located);
}

static json_t *
score_json(const struct score *s)
{
	struct estimate e = sensitivity(s);

	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:f, s:f, s:f}", "who", s->who, "hour",
		(json_int_t)s->hour, "read", (json_int_t)s->read, "found", (json_int_t)s->found,
		"located", (json_int_t)s->located, "sensitivity", e.value, "low", e.low, "high",
		e.high);
}

static int
report_run(struct cli *c)
{
	struct scores all = { 0 };
	json_t *list = json_array(), *o;
	struct err e = { 0 };
	int64_t n = 0, unread = 0;
	enum rc rc = sentinel_each(c->ledger, take, &all, &e);

	if (rc == RC_OK)
		rc = sentinel_count(c->ledger, &n, &unread, &e);
	if (all.n > 0)
		qsort(all.list, all.n, sizeof(*all.list), by_place);
	for (size_t i = 0; rc == RC_OK && i < all.n; i++) {
		if (c->json)
			json_array_append_new(list, score_json(&all.list[i]));
		else
			print_score(&all.list[i]);
	}
	if (rc == RC_OK && c->json) {
		o = json_pack("{s:I, s:I, s:b, s:O}", "sentinels", (json_int_t)n, "unread",
			(json_int_t)unread, "releasable", 0, "scores", list);
		json_dumpf(o, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(o);
	} else if (rc == RC_OK) {
		printf("%lld sentinels, %lld not read yet; none of them can ever be released\n",
			(long long)n, (long long)unread);
	}
	json_decref(list);
	free(all.list);
	return rc == RC_OK ? EXIT_DONE : cli_error(&e);
}

static int
sentinel_run(struct cli *c, int argc, char **argv)
{
	int status;

	if (strcmp(argv[0], "add") == 0 && argc == 2 && c->opt.text != NULL && c->opt.why != NULL)
		return add_run(c, argv[1]);
	if (strcmp(argv[0], "report") != 0 || argc != 1)
		return cli_usage(&cli_sentinel_command);
	if (!cli_open(c, DB_READ))
		return EXIT_FAILED_;
	status = report_run(c);
	cli_close(c);
	return status;
}

static const struct cli_option sentinel_options[] = {
	CLI_OPTION("--text", CLI_VALUE, opt.text),
	CLI_OPTION("--slice", CLI_VALUE, opt.slice),
	CLI_OPTION("--at", CLI_VALUE, opt.at),
	CLI_OPTION("--bright", CLI_VALUE, opt.percent),
	CLI_OPTION("--reason", CLI_VALUE, opt.why),
	{ .name = NULL },
};

const struct cli_command cli_sentinel_command = {
	.name = "sentinel",
	.usage = "sentinel add SERIES --text TEXT [--slice N] [--at X,Y] [--bright PERCENT] "
		 "--reason WHY\n"
		 "       wetread sentinel report [--json]\n"
		 "\n"
		 "add: an officer (--user) mixes a copy of an uncompressed series into quarantine, "
		 "under new\n"
		 "UIDs, with text in the pixels of one image.  Nothing on the worklists tells it "
		 "from others,\n"
		 "and nothing can release it.  report: how many of them each reader found, and in "
		 "which hour\n"
		 "of a session, with 95 % intervals.\n",
	.least = 1,
	.most = 2,
	.options = sentinel_options,
	.run = sentinel_run,
};
