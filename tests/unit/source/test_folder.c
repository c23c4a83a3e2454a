/* A watched folder: what is new and quiet is imported, once; what is being written waits; what changed comes again. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/source/folder.h"
#include "tests/unit/dicom/dicom_make.h"
#include "tests/unit/ledger/ledger_make.h"

enum { LONG_MS = 30000 };

struct ward {
	struct made *m;
	struct store *store;
	char in[64], memory[128];
	char refused[2000];
	struct folder *f;
	struct import_counts n;
};

static void
open_it(struct ward *w)
{
	assert_ok(folder_open(&w->f, w->in, w->memory, e));
}

static int
setup(void **state)
{
	struct ward *w = mem_zero(1, sizeof(*w));

	made_setup(state);
	w->m = *state;
	made_folder(w->in);
	assert_ok(store_open(&w->store, w->m->folder, 1, e));
	snprintf(w->memory, sizeof(w->memory), "%s/sources/ward.seen", w->m->folder);
	open_it(w);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct ward *w = *state;

	folder_close(w->f);
	store_close(w->store);
	made_remove(w->in);
	made_free(w->m);
	free(w);
	return 0;
}

static void
put(struct ward *w, const char *name, int number)
{
	char uid[40];
	struct maker m;

	snprintf(uid, sizeof(uid), "1.2.826.0.1.7.%d", number);
	make_start(&m, EXPLICIT_LE);
	make_text(&m, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2");
	make_text(&m, 0x00080018, "UI", uid);
	make_text(&m, 0x00080060, "CS", "CT");
	make_text(&m, 0x0020000d, "UI", "1.2.826.0.1.1");
	make_text(&m, 0x0020000e, "UI", "1.2.826.0.1.2");
	made_write(w->in, name, m.b.data, m.b.len);
	buf_release(&m.b);
}

static void
on_rejected(void *ctx, const char *path, const char *reason)
{
	struct ward *w = ctx;
	size_t used = strlen(w->refused);

	(void)reason;
	snprintf(w->refused + used, sizeof(w->refused) - used, "%s;", strrchr(path, '/') + 1);
}

static enum rc
look_with(struct ward *w, const volatile sig_atomic_t *stop)
{
	struct import_config c = { .ledger = w->m->l,
		.store = w->store,
		.who = ledger_system(w->m->l),
		.stop = stop,
		.rejected = on_rejected,
		.ctx = w };

	w->refused[0] = '\0';
	return folder_look(w->f, &c, &w->n, NULL);
}

static void
look(struct ward *w)
{
	assert_int_equal(look_with(w, NULL), RC_OK);
}

/* Looks until nothing is pending; what the looks found together is in w->n. */
static void
look_until_quiet(struct ward *w)
{
	struct import_counts all = { 0 };
	int64_t end = clock_mono_us() + (int64_t)LONG_MS * 1000;

	do {
		look(w);
		all.files += w->n.files;
		all.added += w->n.added;
		all.duplicates += w->n.duplicates;
		all.rejected += w->n.rejected;
		if (folder_pending(w->f) > 0)
			folder_wait(w->f, LONG_MS);
	} while (folder_pending(w->f) > 0 && clock_mono_us() < end);
	w->n = all;
}

static void
new_files_come_once_when_they_are_quiet(void **state)
{
	struct ward *w = *state;

	put(w, "a.dcm", 1);
	put(w, "b.dcm", 2);
	look(w);
	assert_int_equal(w->n.files, 0); /* just written */
	assert_int_equal(folder_pending(w->f), 2);
	look_until_quiet(w);
	assert_int_equal(w->n.added, 2);
	look(w);
	assert_int_equal(w->n.files, 0);
	folder_close(w->f);
	open_it(w); /* remembered */
	look(w);
	assert_int_equal(w->n.files, 0);
}

static void
what_fails_is_told_again_only_when_it_changes(void **state)
{
	struct ward *w = *state;

	put(w, "good.dcm", 1);
	made_write(w->in, "notes.txt", "no image\n", 9);
	look_until_quiet(w);
	assert_int_equal(w->n.added, 1);
	assert_int_equal(w->n.rejected, 1);
	look(w);
	assert_string_equal(w->refused, "");
	made_write(w->in, "notes.txt", "still no image\n", 15);
	look_until_quiet(w);
	assert_int_equal(w->n.rejected, 1);
	assert_int_equal(w->n.files, 1);
}

static void
what_is_on_its_way_by_name_is_left_alone(void **state)
{
	struct ward *w = *state;

	put(w, ".a.dcm.x7Kq", 1);
	put(w, "b.dcm.part", 2);
	put(w, "c.tmp", 3);
	look(w);
	assert_int_equal(folder_pending(w->f), 0);
	assert_int_equal(w->n.files, 0);
}

static void
what_is_stopped_is_not_remembered(void **state)
{
	static const volatile sig_atomic_t stop = 1;
	struct ward *w = *state;
	int64_t end = clock_mono_us() + (int64_t)LONG_MS * 1000;

	enum rc rc;

	put(w, "a.dcm", 1);
	while ((rc = look_with(w, &stop)) == RC_OK && clock_mono_us() < end)
		folder_wait(w->f, LONG_MS);
	assert_int_equal(rc, RC_CANCELLED);
	look(w);
	assert_int_equal(w->n.files, 1);
	look(w);
	assert_int_equal(w->n.files, 0);
}

static void
no_name_is_written_down(void **state)
{
	struct ward *w = *state;
	char text[4096] = "";
	FILE *in;

	put(w, "DOE^JANE.dcm", 1);
	look_until_quiet(w);
	in = fopen(w->memory, "r");
	assert_non_null(in);
	assert_true(fread(text, 1, sizeof(text) - 1, in) > 40);
	fclose(in);
	assert_null(strstr(text, "DOE"));
	assert_null(strstr(text, w->in));
}

static void
something_new_wakes(void **state)
{
	struct ward *w = *state;
	char sub[128];

	look(w);
	assert_false(folder_wait(w->f, 0));
	put(w, "a.dcm", 1);
	assert_true(folder_wait(w->f, LONG_MS));
	snprintf(sub, sizeof(sub), "%s/later", w->in);
	assert_int_equal(mkdir(sub, 0700), 0);
	assert_true(folder_wait(w->f, LONG_MS));
	look(w);
	while (folder_wait(w->f, 0) && folder_pending(w->f) == 0)
		;
	made_write(sub, "b.dcm", "x", 1);
	assert_true(folder_wait(w->f, LONG_MS));
}

static void
a_folder_that_is_gone(void **state)
{
	struct ward *w = *state;
	struct folder *none;
	FILE *out;

	assert_int_equal(folder_open(&none, "/nonexistent/folder", w->memory, NULL), RC_NOT_FOUND);
	made_remove(w->in);
	assert_int_equal(look_with(w, NULL), RC_OFFLINE);
	assert_int_equal(mkdir(w->in, 0700), 0);
	look(w);
	out = fopen(w->memory, "w");
	assert_non_null(out);
	fputs("something else\n", out);
	fclose(out);
	assert_int_equal(folder_open(&none, w->in, w->memory, NULL), RC_CORRUPT);
	assert_null(none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			new_files_come_once_when_they_are_quiet, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_fails_is_told_again_only_when_it_changes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_on_its_way_by_name_is_left_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_stopped_is_not_remembered, setup, teardown),
		cmocka_unit_test_setup_teardown(no_name_is_written_down, setup, teardown),
		cmocka_unit_test_setup_teardown(something_new_wakes, setup, teardown),
		cmocka_unit_test_setup_teardown(a_folder_that_is_gone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
