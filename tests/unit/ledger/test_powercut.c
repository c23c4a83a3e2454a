/* The power goes: of what was written since a file's last sync, any part may be on the disk, in sectors of 512 bytes.  Each
 * image of the archive that this can leave verifies as good and holds every signature that had been answered.
 * WETREAD_POWER_CUTS=n draws n images more. */
#include "tests/unit/ledger/cheap_make.h"
#include "tests/unit/ledger/faulty_vfs.h"
#include "tests/unit/ledger/ledger_make.h"

enum { SERIES = 12, SECTOR = 512, FILE_MOST = 8 << 20, EACH = 2, MORE = 40 };

/* A file as it may be on the disk. */
struct disk_file {
	unsigned char *bytes;
	size_t size;
	bool there;
};

struct wire {
	struct made *m;
	struct disk_file start[WHICH_COUNT]; /* when the writing began */
	bool syncs_count;
	unsigned seed;
};

static unsigned
draw(struct wire *w, unsigned n)
{
	w->seed = w->seed * 1103515245u + 12345u;
	return (w->seed >> 16) % n;
}

/* ---- what a cut leaves ---- */

static void
put(struct disk_file *im, int64_t at, const unsigned char *bytes, size_t n)
{
	assert_true(at >= 0 && (size_t)at + n <= FILE_MOST);
	memcpy(im->bytes + at, bytes, n);
	if ((size_t)at + n > im->size)
		im->size = (size_t)at + n;
	im->there = true;
}

static void
cut_size(struct disk_file *im, size_t size)
{
	if (size < im->size)
		memset(im->bytes + size, 0, im->size - size);
	im->size = size;
}

static void
apply(struct disk_file *im, const struct faulty_event *ev)
{
	if (ev->call == CALL_WRITE)
		put(im, ev->at, ev->bytes, ev->n);
	else if (ev->call == CALL_TRUNCATE)
		cut_size(im, (size_t)ev->at);
	else if (ev->call == CALL_DELETE)
		cut_size(im, 0), im->there = false;
}

/* Each sector of it by itself, or not. */
static void
apply_some(struct wire *w, struct disk_file *im, const struct faulty_event *ev)
{
	size_t done = 0;

	if (ev->call != CALL_WRITE) {
		if (draw(w, 2) == 0)
			apply(im, ev);
		return;
	}
	while (done < ev->n) {
		size_t at = (size_t)ev->at + done, n = SECTOR - at % SECTOR;

		n = n > ev->n - done ? ev->n - done : n;
		if (draw(w, 2) == 0)
			put(im, (int64_t)at, ev->bytes + done, n);
		done += n;
	}
}

/* One file after the first `until` events. */
static void
cut_file(struct wire *w, enum faulty_which which, size_t until, struct disk_file *im)
{
	size_t synced = 0;

	im->bytes = mem_zero(FILE_MOST, 1);
	im->size = 0;
	im->there = w->start[which].there;
	put(im, 0, w->start[which].bytes, w->start[which].size);
	im->there = w->start[which].there;
	for (size_t i = 0; w->syncs_count && i < until; i++)
		if (faulty.event[i].which == which && faulty.event[i].call == CALL_SYNC)
			synced = i;
	for (size_t i = 0; i < until; i++) {
		const struct faulty_event *ev = &faulty.event[i];

		if (ev->which != which)
			continue;
		if (i < synced)
			apply(im, ev);
		else
			apply_some(w, im, ev);
	}
}

static void
write_image(
	struct wire *w, const char *folder, enum faulty_which which, const char *name, size_t until)
{
	struct disk_file im;

	cut_file(w, which, until, &im);
	if (im.there)
		made_write(folder, name, im.bytes, im.size);
	free(im.bytes);
}

/* Marks that were set before the cut: the last signature answered, and how long the anchors were. */
static void
last_marks(size_t until, int64_t *number, int64_t *anchors)
{
	*number = *anchors = 0;
	for (size_t i = 0; i < until; i++)
		if (faulty.event[i].call == 0 && faulty.event[i].at > 0)
			*number = faulty.event[i].at;
		else if (faulty.event[i].call == 0)
			*anchors = -faulty.event[i].at;
}

/* The archive in a folder of its own as a cut after `until` events may leave it; the number that was answered. */
static struct made *
cut(struct wire *w, size_t until, int64_t *number)
{
	struct made *m = made_blank();
	int64_t anchors;
	char *text;

	last_marks(until, number, &anchors);
	m->now = w->m->now + 1000000;
	made_copy(w->m->folder, m->folder);
	text = made_path(m->folder, "ledger.db");
	remove(text);
	free(text);
	text = made_read(m->folder, "anchors/anchors.log", NULL);
	made_write(m->folder, "anchors/anchors.log", text, (size_t)anchors);
	free(text);
	write_image(w, m->folder, WHICH_DB, "ledger.db", until);
	write_image(w, m->folder, WHICH_WAL, "ledger.db-wal", until);
	return m;
}

/* ---- what was being written ---- */

static void
keep_start(struct wire *w, enum faulty_which which, const char *name)
{
	struct disk_file *im = &w->start[which];

	im->bytes = (unsigned char *)made_read(w->m->folder, name, &im->size);
	im->there = im->bytes != NULL;
	if (!im->there)
		im->bytes = mem_zero(1, 1);
}

static void
mark_anchors(struct wire *w)
{
	size_t n = 0;

	free(made_read(w->m->folder, "anchors/anchors.log", &n));
	faulty_mark(-(int64_t)n);
}

/* Signs every series, anchors now and then, imports one more, empties the WAL into the file. */
static void
write_on(struct wire *w)
{
	struct session rita;

	mark_anchors(w);
	made_open(w->m);
	rita = made_login(w->m, "rita", REVIEWER_PASSWORD);
	for (int i = 1; i <= SERIES; i++) {
		struct decision_request r = made_verdict(i, "quality", i % 3 ? "pass" : "fail",
			i % 3 ? NULL : "ART-NOISE", REVIEWER_PASSWORD);
		struct decision_receipt receipt;

		assert_ok(decision_sign(w->m->l, &rita, &r, &receipt, e));
		faulty_mark(receipt.number);
		if (i % 5 == 0)
			assert_ok(ledger_anchor(w->m->l, e));
		if (i % 5 == 0)
			mark_anchors(w);
		if (i == SERIES / 2)
			assert_ok(db_exec(ledger_db(w->m->l), "PRAGMA wal_checkpoint(TRUNCATE)", e));
	}
	made_series(w->m, 1000, 3);
	session_close(w->m->l, &rita);
	made_close(w->m);
	mark_anchors(w);
}

static int
wire_setup(void **state)
{
	struct wire *w = mem_zero(1, sizeof(*w));

	w->m = made_new();
	for (int i = 1; i <= SERIES; i++)
		made_series(w->m, i, 1);
	made_close(w->m);
	keep_start(w, WHICH_DB, "ledger.db");
	keep_start(w, WHICH_WAL, "ledger.db-wal");
	w->seed = 1;
	w->syncs_count = true;
	faulty_record_begin();
	write_on(w);
	faulty.recording = false;
	*state = w;
	return 0;
}

static int
wire_teardown(void **state)
{
	struct wire *w = *state;

	for (int i = 0; i < WHICH_COUNT; i++)
		free(w->start[i].bytes);
	made_free(w->m);
	free(w);
	faulty_record_free();
	return 0;
}

/* ---- claims ---- */

static void
assert_whole_after(struct wire *w, size_t until)
{
	struct err e = { 0 };
	struct session dora;
	int64_t number;
	struct made *m = cut(w, until, &number);
	char text[8192];

	if (made_verify(m->folder, false, text) != 0)
		fail_msg("cut after %zu of %zu: %s", until, faulty.events, text);
	if (raw_number(m->folder, "SELECT max(id) FROM decision") < number)
		fail_msg("cut after %zu of %zu: signature %lld was answered and is gone", until,
			faulty.events, (long long)number);
	made_open(m);
	if (session_open(m->l, "dora", RADIOLOGIST_PASSWORD, "pts/1", &dora, &e) != RC_OK)
		fail_msg("cut after %zu of %zu: %s", until, faulty.events, e.text);
	session_close(m->l, &dora);
	made_close(m);
	assert_verified(m->folder);
	made_free(m);
}

/* */
static void
whatever_a_power_cut_leaves_is_good_and_holds_each_answered_signature(void **state)
{
	struct wire *w = *state;
	const char *asked = getenv("WETREAD_POWER_CUTS");
	long more = asked != NULL ? strtol(asked, NULL, 10) : MORE / CHEAP_SHARE;
	size_t syncs = 0, images = 0;

	for (size_t i = 0; i < faulty.events; i++) {
		if (faulty.event[i].call != CALL_SYNC)
			continue;
		syncs++;
		assert_whole_after(w, i + 1);
		for (int k = 0; k < EACH / CHEAP_SHARE + 1;
			k++, images++) /* all is written, nothing synced yet */
			assert_whole_after(w, i);
	}
	assert_true(syncs >= SERIES);
	for (long k = 0; k < more; k++, images++)
		assert_whole_after(w, 1 + draw(w, (unsigned)faulty.events));
	assert_whole_after(w, faulty.events);
	printf("# %zu events, %zu syncs, %zu images\n", faulty.events, syncs, images + syncs + 1);
}

/* That the test can fail: a program that did not wait for its syncs would lose what it answered. */
static void
without_its_syncs_an_answered_signature_would_be_lost(void **state)
{
	struct wire *w = *state;
	bool lost = false;

	w->syncs_count = false;
	for (int k = 0; k < 20 && !lost; k++) {
		int64_t number;
		struct made *m = cut(w, faulty.events / 3, &number);
		char text[8192];

		lost = number > 0 && made_verify(m->folder, false, text) != 0;
		if (!lost)
			lost = raw_number(m->folder, "SELECT max(id) FROM decision") < number;
		made_free(m);
	}
	w->syncs_count = true;
	assert_true(lost);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			whatever_a_power_cut_leaves_is_good_and_holds_each_answered_signature),
		cmocka_unit_test(without_its_syncs_an_answered_signature_would_be_lost),
	};

	faulty_install();
	return cmocka_run_group_tests(tests, wire_setup, wire_teardown);
}
