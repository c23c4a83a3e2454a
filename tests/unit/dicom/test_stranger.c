/* What the client makes of answers that no decoder of ours would give.  The liar is this program itself under the other
 * name: it copies itself as "test" and as "wetread-decoder" into a folder, where the one finds the other. */
#include "tests/unit/dicom/dicom_make.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "core/dicom/wire.h"

enum { WIDTH = 40, HEIGHT = 30 };

/* ---- the liar --------------------------------------------------------------------------------- */

static struct wire_overlay *
plane(struct wire_frame *w, unsigned n)
{
	w->overlays = n + 1;
	w->overlay[n] = (struct wire_overlay){
		.width = WIDTH, .height = HEIGHT, .group = (uint16_t)(0x6000 + 2 * n), .type = 'G'
	};
	return &w->overlay[n];
}

static void
tell_truth(struct wire_frame *w)
{
	strcpy(plane(w, 0)->label, "true");
}

static void
too_many_planes(struct wire_frame *w)
{
	plane(w, 15);
	w->overlays = 17;
}

static void
a_plane_without_width(struct wire_frame *w)
{
	plane(w, 0)->width = 0;
}

static void
planes_beyond_the_memory(struct wire_frame *w)
{
	for (unsigned i = 0; i < 16; i++) {
		plane(w, i)->width = 16384;
		w->overlay[i].height = 16384; /* 32 MiB each: the first few have room */
	}
}

static void
a_plane_as_wide_as_numbers_go(struct wire_frame *w)
{
	plane(w, 0)->width = UINT32_MAX;
	w->overlay[0].height = UINT32_MAX;
}

static void
a_plane_very_far_away(struct wire_frame *w)
{
	plane(w, 0)->left = INT32_MIN;
}

static void
a_plane_of_another_group(struct wire_frame *w)
{
	plane(w, 0)->group = 0x6001;
}

static void
a_plane_of_a_strange_type(struct wire_frame *w)
{
	plane(w, 0)->type = '\033';
}

static void
a_frame_without_width(struct wire_frame *w)
{
	w->info.width = 0;
}

static void
a_frame_beyond_the_memory(struct wire_frame *w)
{
	w->info.width = w->info.height = 65535;
}

static void
a_frame_of_no_kind(struct wire_frame *w)
{
	memset(&w->info.kind, 0x7f, sizeof(w->info.kind));
}

static void
a_boolean_that_is_neither(struct wire_frame *w)
{
	memset(&w->info.invert, 2, 1);
}

static void
too_many_windows(struct wire_frame *w)
{
	w->info.windows = FRAME_WINDOWS_MAX + 1;
}

static void
a_window_that_is_no_number(struct wire_frame *w)
{
	w->info.windows = 1;
	w->info.window[0] = (struct voi_window){ .centre = NAN, .width = 1 };
}

static void
a_table_beyond_its_room(struct wire_frame *w)
{
	w->voi = (struct wire_lut){ .count = WIRE_LUT_MAX + 1, .bits = 16 };
}

/* In the order of the frame that is asked for.  The first two are believed, the second one after cleaning. */
static void
a_label_full_of_escapes(struct wire_frame *w)
{
	memset(plane(w, 0)->label, '\033', sizeof(w->overlay[0].label));
}

static void (*const lies[])(struct wire_frame *) = { tell_truth, a_label_full_of_escapes,
	too_many_planes, a_plane_without_width, planes_beyond_the_memory,
	a_plane_as_wide_as_numbers_go, a_plane_very_far_away, a_plane_of_another_group,
	a_plane_of_a_strange_type, a_frame_without_width, a_frame_beyond_the_memory,
	a_frame_of_no_kind, a_boolean_that_is_neither, too_many_windows, a_window_that_is_no_number,
	a_table_beyond_its_room };

/* Answers each request for frame N with lie N; the bits of the first plane are all set. */
static int
lie(void)
{
	struct wire_request request;
	struct stat st;
	uint8_t *memory;

	if (fstat(WIRE_MEMORY_FD, &st) != 0)
		return 125;
	memory = mmap(
		NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, WIRE_MEMORY_FD, 0);
	if (memory == MAP_FAILED)
		return 125;
	while (recv(WIRE_SOCKET_FD, &request, sizeof(request), 0) == (ssize_t)sizeof(request)) {
		struct wire_reply reply = { .magic = WIRE_MAGIC, .rc = RC_OK };
		struct wire_frame *w = (struct wire_frame *)(void *)memory;

		memset(w, 0, sizeof(*w));
		w->info = (struct frame_info){
			.kind = FRAME_U16, .width = WIDTH, .height = HEIGHT, .bits_stored = 16
		};
		memset(memory + wire_next(WIRE_PIXELS_AT + 2 * WIDTH * HEIGHT), 0xff,
			WIDTH * HEIGHT);
		lies[request.index % MEM_COUNT(lies)](w);
		if (send(WIRE_SOCKET_FD, &reply, sizeof(reply), 0) != (ssize_t)sizeof(reply))
			break;
	}
	return 0;
}

/* ---- who believes it -------------------------------------------------------------------------- */

static struct frame *
believed(struct decoder *d, uint32_t index)
{
	struct err e = { 0 };
	struct frame *f;
	int fd = make_file("x", 1);

	if (decoder_frame(d, fd, index, &f, &e) != RC_OK)
		fail_msg("%s", e.text);
	close(fd);
	return f;
}

static void
a_good_answer_is_taken(void **state)
{
	struct frame *f = believed(*state, 0);

	assert_int_equal(f->info.width, WIDTH);
	assert_int_equal(f->overlays, 1);
	assert_string_equal(f->overlay[0].label, "true");
	assert_true(frame_overlay_at(f, 0, WIDTH - 1, HEIGHT - 1));
	frame_unref(f);
}

static void
a_label_is_cleaned(void **state)
{
	struct frame *f = believed(*state, 1);
	size_t n = strlen(f->overlay[0].label);

	assert_true(n < sizeof(f->overlay[0].label));
	assert_int_equal(strspn(f->overlay[0].label, " "), n);
	frame_unref(f);
}

static void
no_lie_is_believed(void **state)
{
	for (uint32_t i = 2; i < MEM_COUNT(lies); i++) {
		struct err e = { 0 };
		struct frame *f;
		int fd = make_file("x", 1);

		if (decoder_frame(*state, fd, i, &f, &e) != RC_CORRUPT)
			fail_msg("lie %u was believed", i);
		assert_string_equal(e.text, "the decoder gave an answer without sense");
		assert_null(f);
		close(fd);
	}
}

static void
a_liar_is_replaced(void **state)
{
	struct err e = { 0 };
	struct frame *f;
	int fd = make_file("x", 1);

	assert_int_equal(decoder_frame(*state, fd, 3, &f, &e), RC_CORRUPT);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	close(fd);
	frame_unref(believed(*state, 0));
}

/* ---- the two names ---------------------------------------------------------------------------- */

static bool
copy_self(const char *folder, const char *name)
{
	char path[PATH_MAX];
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to;
	struct stat st;
	bool good;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
	good = from >= 0 && to >= 0 && fstat(from, &st) == 0;
	for (off_t left = good ? st.st_size : 0; good && left > 0;) {
		ssize_t n = sendfile(to, from, NULL, (size_t)left);

		good = n > 0;
		left -= n;
	}
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return good;
}

/* Runs `folder`/test, which takes its turn at main, and gives its exit status. */
static int
run_among_liars(char *folder)
{
	char path[PATH_MAX], other[PATH_MAX];
	char *argv[] = { path, folder, NULL };
	int status = -1;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/test", folder);
	snprintf(other, sizeof(other), "%s/wetread-decoder", folder);
	pid = copy_self(folder, "test") && copy_self(folder, "wetread-decoder") ? fork() : -1;
	if (pid == 0) {
		execv(path, argv);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	unlink(path);
	unlink(other);
	rmdir(folder);
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_answer_is_taken),
		cmocka_unit_test(a_label_is_cleaned),
		cmocka_unit_test(no_lie_is_believed),
		cmocka_unit_test(a_liar_is_replaced),
	};
	char folder[] = "/tmp/test_stranger-XXXXXX";
	const char *name = strrchr(argv[0], '/');

	if (name != NULL && strcmp(name, "/wetread-decoder") == 0)
		return lie();
	if (argc > 1)
		return cmocka_run_group_tests(tests, decoder_setup, decoder_teardown);
	return mkdtemp(folder) != NULL ? run_among_liars(folder) : 1;
}
