/* The viewer at work on a local pty, the shipped program as users run it: how long from key to the last byte of the
 * picture, and how much processor time a step takes.  A picture of 512x512 pixels of a chest CT of the demonstration.
 *   bench_viewer ARCHIVE     (a demonstration archive; its accounts sign in)                              */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "tests/support/glass.h"

enum { SOON = 20000, STEPS = 55, ROWS = 29, COLUMNS = 100, WINDOWS = 40 };

struct sample {
	double ms[STEPS];
	int n;
};

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
at_share(struct sample *s, double share)
{
	qsort(s->ms, (size_t)s->n, sizeof(s->ms[0]), by_size);
	return s->ms[(int)(share * (s->n - 1))];
}

/* Processor time of the program so far, all its threads, ms. */
static double
processor_ms(struct glass *g)
{
	char path[64], line[1024];
	unsigned long user = 0, system = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", glass_pid(g));
	f = fopen(path, "re");
	if (f != NULL && fgets(line, sizeof(line), f) != NULL && strrchr(line, ')') != NULL)
		sscanf(strrchr(line, ')') + 2,
			"%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
	if (f != NULL)
		fclose(f);
	return 1000.0 * (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static void
need(bool held, const char *what)
{
	if (!held) {
		fprintf(stderr, "bench_viewer: %s\n", what);
		exit(1);
	}
}

/* Key to the last byte of the next picture. */
static void
time_key(struct glass *g, const char *key, struct sample *s)
{
	int before = glass_picture_count(g);
	int64_t start = clock_mono_us();

	glass_keys(g, key);
	need(glass_pictures(g, before + 1, SOON), "no picture came");
	if (s->n < STEPS)
		s->ms[s->n++] = (double)(clock_mono_us() - start) / 1000;
}

static void
tell(const char *what, struct sample *s, double processor)
{
	printf("%-34s median %6.2f ms  p95 %6.2f ms", what, at_share(s, 0.5), at_share(s, 0.95));
	if (processor >= 0)
		printf("  processor %5.2f ms each", processor / s->n);
	putchar('\n');
}

static void
login(struct glass *g)
{
	need(glass_expect(g, "Password", SOON), "no login");
	glass_keys(g, "reviewer<Enter>quarantine-demo<Enter>");
	need(glass_expect(g, "row 1 of", SOON), "no worklist");
	glass_keys(g, "/ct chest 5.0<Enter>");
	need(glass_expect(g, "row 1 of 2", SOON), "no chest CT in this archive");
}

static void
measure(struct glass *g)
{
	struct sample opened = { .n = 0 }, first = { .n = 0 }, again = { .n = 0 },
		      window = { .n = 0 };
	double before;

	time_key(g, "<Enter>", &opened);
	need(glass_expect(g, "slice ", SOON), "no viewer");
	glass_keys(g, "<Home>");
	need(glass_expect(g, "slice 1/60", SOON), "no first slice");
	for (int i = 0; i < STEPS; i++)
		time_key(g, "j", &first);
	before = processor_ms(g);
	for (int i = 0; i < STEPS; i++)
		time_key(g, "k", &again);
	tell("Enter to the first slice, cold", &opened, -1);
	tell("step, as they come", &first, -1);
	tell("step through cached slices", &again, processor_ms(g) - before);
	printf("%-34s %.0f a second\n", "steps, one after the other", 1000 / at_share(&again, 0.5));
	before = processor_ms(g);
	for (int i = 0; i < WINDOWS; i++)
		time_key(g, i % 2 == 0 ? "[" : "]", &window);
	tell("window from the cached slice", &window, processor_ms(g) - before);
}

int
main(int argc, char **argv)
{
	char program[512], *slash;
	char *run[] = { program, NULL, NULL };
	struct glass *g;
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 16);

	if (argc != 2 || n <= 0)
		return 2;
	program[n] = '\0';
	slash = strrchr(program, '/'); /* BUILD/bench/bench_viewer */
	*slash = '\0';
	strcpy(strrchr(program, '/'), "/wetread");
	run[1] = argv[1];
	/* 26 rows of cells are left for the picture, and 62 columns: 512x512 fits one to one */
	g = glass_start(GLASS_SIXEL, COLUMNS, ROWS, NULL, run);
	login(g);
	measure(g);
	glass_free(g);
	return 0;
}
