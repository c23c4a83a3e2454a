/* A progress line on stderr for long work. */
#include "tui/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "core/base/clock.h"

enum { WIDTH = 30, EVERY_US = 100000 };

void
progress_begin(struct progress *p, const char *what)
{
	p->what = what;
	p->started_us = clock_mono_us();
	p->shown_us = 0;
	p->on = isatty(STDERR_FILENO);
}

void
progress_step(struct progress *p, int64_t done, int64_t total)
{
	int64_t now = clock_mono_us(), full;
	double seconds = (double)(now - p->started_us) / 1e6;
	double rate = seconds > 0 ? (double)done / seconds : 0;

	if (!p->on || now - p->shown_us < EVERY_US)
		return;
	p->shown_us = now;
	full = total > 0 ? WIDTH * done / total : 0;
	fputs("\r  ", stderr);
	for (int i = 0; i < WIDTH; i++)
		fputc(i < full ? '#' : '.', stderr);
	fprintf(stderr, " %lld/%lld %s  %.0f/s", (long long)done, (long long)total, p->what, rate);
	if (rate > 0 && total > done)
		fprintf(stderr, "  %.0f s left", (double)(total - done) / rate);
	fputs("\033[K", stderr);
}

void
progress_end(struct progress *p)
{
	if (p->on && p->shown_us > 0)
		fputs("\r\033[K", stderr);
}
