/* Folders of small DICOM files into quarantine, through the real decoder process. */
#include <poll.h>
#include <signal.h>

#include "core/archive/import.h"
#include "core/ledger/why.h"
#include "tests/unit/dicom/dicom_make.h"
#include "tests/unit/ledger/ledger_make.h"

struct ward {
	struct made *m;
	struct store *store;
	char in[64]; /* the folder to be imported */
	char refused[4000];
	struct import_counts counts;
};

static int
ward_setup(void **state)
{
	struct ward *w = mem_zero(1, sizeof(*w));

	made_setup(state);
	w->m = *state;
	made_folder(w->in);
	assert_ok(store_open(&w->store, w->m->folder, 1, e));
	*state = w;
	return 0;
}

static int
ward_teardown(void **state)
{
	struct ward *w = *state;
	char text[8192];

	if (made_verify(w->m->folder, true, text) != 0)
		fail_msg("%s", text);
	store_close(w->store);
	made_remove(w->in);
	made_free(w->m);
	free(w);
	return 0;
}

/* ---- files ---- */

static void
text_uid(struct maker *m, uint32_t tag, const char *format, int a, int b)
{
	char uid[64];

	snprintf(uid, sizeof(uid), "1.2.826.0.1.%d.%s%d", a, format, b);
	make_text(m, tag, "UI", uid);
}

/* Slice `image` of series `series`; `shade` fills its pixels, `patient` is the name in the header. */
static void
slice_file(struct ward *w, const char *name, int series, int image, int shade, const char *patient)
{
	static const struct make_shape shape = { .rows = 16, .columns = 16, .allocated = 8 };
	char pixels[256], position[40], number[12];
	struct maker m;

	memset(pixels, shade, sizeof(pixels));
	snprintf(position, sizeof(position), "0\\0\\%d", image);
	snprintf(number, sizeof(number), "%d", image);
	make_start(&m, EXPLICIT_LE);
	make_text(&m, 0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2");
	text_uid(&m, 0x00080018, "1.", series, image);
	make_text(&m, 0x00080060, "CS", "CT");
	make_text(&m, 0x00100010, "PN", patient);
	make_text(&m, 0x00100020, "LO", "SUBJ-1");
	text_uid(&m, 0x0020000d, "", series, 0);
	text_uid(&m, 0x0020000e, "", series, 1);
	make_text(&m, 0x00200013, "IS", number);
	make_text(&m, 0x00200032, "DS", position);
	make_text(&m, 0x00200037, "DS", "1\\0\\0\\0\\1\\0");
	make_shape(&m, &shape);
	make_bytes(&m, 0x7fe00010, "OB", pixels, sizeof(pixels));
	made_write(w->in, name, m.b.data, m.b.len);
	buf_release(&m.b);
}

static void
many_slices(struct ward *w, int series, int images)
{
	for (int s = 1; s <= series; s++)
		for (int i = 1; i <= images; i++) {
			char name[40];

			snprintf(name, sizeof(name), "s%d-i%d.dcm", s, i);
			slice_file(w, name, s, i, s * 10 + i, "TEST^PATIENT");
		}
}

static void
dicomdir_file(struct ward *w)
{
	struct maker m;

	make_start(&m, EXPLICIT_LE);
	m.b.len = 132; /* the meta group again, this time of a directory */
	make_text(&m, 0x00020002, "UI", "1.2.840.10008.1.3.10");
	make_text(&m, 0x00020003, "UI", "1.2.826.0.1.99");
	make_text(&m, 0x00020010, "UI", EXPLICIT_LE);
	make_text(&m, 0x00041130, "CS", "MEDIA");
	made_write(w->in, "DICOMDIR", m.b.data, m.b.len);
	buf_release(&m.b);
}

/* ---- runs ---- */

static void
refused(void *ctx, const char *path, const char *reason)
{
	struct ward *w = ctx;
	size_t used = strlen(w->refused);

	snprintf(w->refused + used, sizeof(w->refused) - used, "%s: %s;", strrchr(path, '/') + 1,
		reason);
}

static enum rc
run_with(struct ward *w, const volatile sig_atomic_t *stop,
	void (*progress)(void *ctx, const struct import_counts *n, int64_t expected), struct err *why)
{
	struct import_config c = { .ledger = w->m->l,
		.store = w->store,
		.who = ledger_system(w->m->l),
		.stop = stop,
		.workers = 2,
		.rejected = refused,
		.progress = progress,
		.ctx = w };
	char *paths[] = { w->in };

	w->refused[0] = '\0';
	return import_run(&c, paths, 1, &w->counts, why);
}

static void
run(struct ward *w)
{
	assert_ok(run_with(w, NULL, NULL, e));
}

/* Everything that an import leaves in the catalog, apart from ids and times. */
static void
catalog_text(struct ward *w, char *to, size_t size)
{
	raw_text(w->m->folder,
		"SELECT group_concat(line, ';') FROM (SELECT series_uid || ' ' || manifest || ' ' "
		"||"
		" images || ' ' || why || ' ' || (SELECT group_concat(place || '=' || sop_uid) FROM"
		" (SELECT place, sop_uid FROM image WHERE series = series.id ORDER BY place)) AS "
		"line"
		" FROM series ORDER BY series_uid)",
		to, size);
}

static void
images_are_counted_entered_and_settled(void **state)
{
	struct ward *w = *state;

	many_slices(w, 3, 4);
	run(w);
	assert_int_equal(w->counts.files, 12);
	assert_int_equal(w->counts.instances, 12);
	assert_int_equal(w->counts.added, 12);
	assert_int_equal(w->counts.series, 3);
	assert_int_equal(w->counts.rejected + w->counts.skipped + w->counts.faulty, 0);
	assert_int_equal(raw_number(w->m->folder, "SELECT count(*) FROM task"), 6);
	assert_int_equal(raw_number(w->m->folder,
				 "SELECT count(*) FROM image WHERE length(pixel_digest) = 64"),
		12);
}

static void
what_is_not_dicom_is_rejected_with_a_reason(void **state)
{
	struct ward *w = *state;

	many_slices(w, 1, 2);
	made_write(w->in, "notes.txt", "not an image\n", 13);
	made_write(w->in, "empty", "", 0);
	run(w);
	assert_int_equal(w->counts.files, 4);
	assert_int_equal(w->counts.added, 2);
	assert_int_equal(w->counts.rejected, 2);
	assert_non_null(strstr(w->refused, "notes.txt: "));
	assert_non_null(strstr(w->refused, "empty: "));
	assert_null(strstr(w->refused, ": ;"));
}

static void
a_dicomdir_is_left_out_politely(void **state)
{
	struct ward *w = *state;

	many_slices(w, 1, 1);
	dicomdir_file(w);
	run(w);
	assert_int_equal(w->counts.skipped, 1);
	assert_int_equal(w->counts.rejected, 0);
	assert_int_equal(w->counts.added, 1);
}

static void
a_second_run_finds_only_duplicates(void **state)
{
	struct ward *w = *state;
	char before[4000], after[4000];

	many_slices(w, 2, 3);
	run(w);
	catalog_text(w, before, sizeof(before));
	run(w);
	catalog_text(w, after, sizeof(after));
	assert_int_equal(w->counts.added, 0);
	assert_int_equal(w->counts.duplicates, 6);
	assert_int_equal(w->counts.series, 0);
	assert_string_equal(after, before);
}

static void
other_bytes_under_a_known_uid_are_kept_beside_it(void **state)
{
	struct ward *w = *state;

	many_slices(w, 1, 2);
	run(w);
	slice_file(w, "again.dcm", 1, 2, 99, "TEST^PATIENT");
	run(w);
	assert_int_equal(w->counts.conflicts, 1);
	assert_int_equal(w->counts.duplicates, 2);
	assert_int_equal(raw_number(w->m->folder, "SELECT count(*) FROM conflict"), 1);
	assert_true(raw_number(w->m->folder, "SELECT why FROM series") & (int64_t)WHY(CONFLICT));
}

static void
the_result_does_not_depend_on_which_reader_was_first(void **state)
{
	struct ward *w = *state, other = *w;
	char one[4000], two[4000];

	many_slices(w, 3, 5);
	other.m = made_new();
	assert_ok(store_open(&other.store, other.m->folder, 1, e));
	run(w);
	run(&other);
	catalog_text(w, one, sizeof(one));
	catalog_text(&other, two, sizeof(two));
	assert_string_equal(one, two);
	store_close(other.store);
	made_free(other.m);
}

static volatile sig_atomic_t stop_now;

static void
stop_at_once(void *ctx, const struct import_counts *n, int64_t expected)
{
	(void)ctx, (void)n, (void)expected;
	stop_now = 1;
}

static void
a_stopped_import_is_whole_and_a_rerun_finishes_it(void **state)
{
	struct ward *w = *state;
	int64_t first;

	many_slices(w, 4, 100);
	stop_now = 0;
	assert_int_equal(run_with(w, &stop_now, stop_at_once, NULL), RC_CANCELLED);
	first = w->counts.added;
	assert_true(first > 0 && first < 400);
	assert_int_equal(raw_number(w->m->folder, "SELECT count(*) FROM series WHERE settled = 0"), 0);
	assert_verified(w->m->folder);
	run(w);
	assert_int_equal(w->counts.duplicates, first);
	assert_int_equal(w->counts.added, 400 - first);
}

static void
names_with_escapes_come_out_clean(void **state)
{
	struct ward *w = *state;
	char name[200], json[8000];

	slice_file(w, "evil\033[2J.dcm", 1, 1, 5, "EVIL\033[31m^\007NAME");
	made_write(w->in, "bad\033[2J.txt", "text", 4);
	run(w);
	raw_text(w->m->folder, "SELECT patient_name FROM exam", name, sizeof(name));
	raw_text(w->m->folder, "SELECT json FROM header", json, sizeof(json));
	assert_null(strpbrk(name, "\033\007"));
	assert_non_null(strstr(name, "EVIL"));
	assert_null(strstr(json, "\\u001b"));
	assert_null(strpbrk(json, "\033\007"));
	assert_true(raw_number(w->m->folder, "SELECT why FROM series") & (int64_t)WHY(CONTROL));
	assert_int_equal(
		raw_number(w->m->folder, "SELECT count(*) FROM event WHERE instr(body, 'evil') > 0"), 0);
}

static void
one_step(void *ctx, const struct import_counts *n, int64_t expected)
{
	(void)ctx, (void)n, (void)expected;
	if (write(STDOUT_FILENO, "", 1) != 1)
		_exit(1);
}

static void
import_until_killed(struct ward *w, int steps, int ms)
{
	struct pollfd p;
	int pipes[2], status;
	pid_t pid;
	char c;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		close(pipes[0]);
		made_open(w->m);
		run_with(w, NULL, one_step, NULL);
		_exit(0);
	}
	close(pipes[1]);
	p = (struct pollfd){ .fd = pipes[0] };
	while (steps-- > 0 && read(pipes[0], &c, 1) == 1)
		;
	poll(&p, 1, ms);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(pipes[0]);
	w->m->now += 60 * INT64_C(1000000);
}

static void
killed_again_and_again_a_rerun_ends_with_the_same_catalog(void **state)
{
	static const struct {
		int steps, ms;
	} kills[] = { { 0, 5 }, { 0, 30 }, { 1, 0 }, { 2, 3 }, { 3, 10 }, { 5, 1 } };
	struct ward *w = *state, calm = *w;
	static char one[60000], two[60000];

	many_slices(w, 3, 60);
	calm.m = made_new();
	assert_ok(store_open(&calm.store, calm.m->folder, 1, e));
	run(&calm);
	made_close(w->m);
	for (size_t i = 0; i < MEM_COUNT(kills); i++) {
		import_until_killed(w, kills[i].steps, kills[i].ms);
		assert_verified(w->m->folder);
	}
	made_open(w->m);
	run(w);
	catalog_text(w, one, sizeof(one));
	catalog_text(&calm, two, sizeof(two));
	assert_string_equal(one, two);
	store_close(calm.store);
	made_free(calm.m);
}

#define ward_test(f) cmocka_unit_test_setup_teardown(f, ward_setup, ward_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ward_test(images_are_counted_entered_and_settled),
		ward_test(what_is_not_dicom_is_rejected_with_a_reason),
		ward_test(a_dicomdir_is_left_out_politely),
		ward_test(a_second_run_finds_only_duplicates),
		ward_test(other_bytes_under_a_known_uid_are_kept_beside_it),
		ward_test(the_result_does_not_depend_on_which_reader_was_first),
		ward_test(a_stopped_import_is_whole_and_a_rerun_finishes_it),
		ward_test(names_with_escapes_come_out_clean),
		ward_test(killed_again_and_again_a_rerun_ends_with_the_same_catalog),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
