/* Days and times as people type them, in the one way they are kept.  No state; any thread. */
#ifndef CORE_STUDY_WHEN_H
#define CORE_STUDY_WHEN_H

#include <stdbool.h>

enum { WHEN = 40 };

/* The year first (2026-11-22, 2026/11/22, 20261122), or the month by its English name (22 Nov 2026); with `part` also
 * 2026-11 and 2026.  False where it is no day of the calendar or could be two: 03/04/2026. */
bool when_date(const char *s, bool part, char iso[WHEN]);
/* 10:30, 9:05, 1030, each with seconds or without. */
bool when_time(const char *s, char iso[WHEN]);
/* A whole date, a blank or T, and a time. */
bool when_moment(const char *s, char iso[WHEN]);

#endif
