/* Where screen tests begin: a small archive, the program on a pty, rosa before her worklist or her first slice. */
#ifndef TESTS_SUPPORT_DESK_H
#define TESTS_SUPPORT_DESK_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/glass.h"
#include "tests/support/lab.h"
enum { SOON = 20000 }; /* ms; the sanitizers are slow */

struct bench {
	struct lab lab;
	struct glass *g;
};

/* A lab with three series: CHEST ALPHA (5 slices), CHEST BETA (4), HEAD GAMMA (3). */
int setup(void **state);
int teardown(void **state);

void start(struct bench *b, enum glass_kind kind, int columns, int rows);
void login(struct bench *b, const char *user);
/* Enter on the worklist, until the first picture is there. */
void open_first(struct bench *b);
/* Where most tests begin: rosa before her worklist of three series. */
void see_worklist(struct bench *b);
/* ... or before the first slice of the first of them. */
void view_first(struct bench *b);
/* Until so many of the slices count as seen. */
void expect_seen(struct bench *b, int seen, int slices);
/* Step through all slices of the open series until each was on the glass. */
void look_through(struct bench *b, int slices);

#define SCREEN_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
