/* Messages from worker threads to one reader. */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/inbox.h"
#include "core/base/mem.h"

enum { EACH = 5000 };

struct note {
	struct msg m;
	int writer, number;
	int *dropped;
};

struct reader {
	int next[2]; /* number expected from each writer */
	int wrong, read;
};

struct writer {
	struct inbox *in;
	int writer;
};

static void
deliver(struct msg *m, void *ctx)
{
	struct note *n = (struct note *)m;
	struct reader *r = ctx;

	r->wrong += n->number != r->next[n->writer]++;
	r->read++;
	free(n);
}

static void
drop(struct msg *m)
{
	struct note *n = (struct note *)m;

	++*n->dropped;
	free(n);
}

static void
post(struct inbox *in, int writer, int number, int *dropped)
{
	struct note *n = mem_zero(1, sizeof(*n));

	n->m.deliver = deliver;
	n->m.drop = drop;
	n->writer = writer;
	n->number = number;
	n->dropped = dropped;
	inbox_post_take(in, &n->m);
}

static int
readable(struct inbox *in, int ms)
{
	struct pollfd p = { .fd = inbox_fd(in), .events = POLLIN };

	return poll(&p, 1, ms);
}

static void *
write_all(void *arg)
{
	struct writer *w = arg;

	for (int i = 0; i < EACH; i++)
		post(w->in, w->writer, i, NULL);
	return NULL;
}

static void
messages_come_in_the_order_posted(void **state)
{
	struct inbox *in = inbox_new();
	struct reader r = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		post(in, 0, i, NULL);
	assert_int_equal(inbox_deliver(in, &r), 10);
	assert_int_equal(r.wrong, 0);
	assert_int_equal(inbox_deliver(in, &r), 0);
	inbox_free(in);
}

static void
it_is_readable_while_messages_wait(void **state)
{
	struct inbox *in = inbox_new();
	struct reader r = { 0 };

	(void)state;
	assert_int_equal(readable(in, 0), 0);
	post(in, 0, 0, NULL);
	assert_int_equal(readable(in, 0), 1);
	inbox_deliver(in, &r);
	assert_int_equal(readable(in, 0), 0);
	inbox_free(in);
}

static void
two_writers_lose_nothing_and_each_keeps_its_order(void **state)
{
	struct inbox *in = inbox_new();
	struct reader r = { 0 };
	struct writer w[2] = { { in, 0 }, { in, 1 } };
	pthread_t threads[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_all, &w[i]), 0);
	while (r.read < 2 * EACH) {
		assert_int_equal(readable(in, 10000), 1);
		inbox_deliver(in, &r);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(r.wrong, 0);
	assert_int_equal(r.read, 2 * EACH);
	inbox_free(in);
}

static void
unread_messages_are_dropped_with_it(void **state)
{
	struct inbox *in = inbox_new();
	int dropped = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		post(in, 0, i, &dropped);
	inbox_free(in);
	assert_int_equal(dropped, 3);
	inbox_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_come_in_the_order_posted),
		cmocka_unit_test(it_is_readable_while_messages_wait),
		cmocka_unit_test(two_writers_lose_nothing_and_each_keeps_its_order),
		cmocka_unit_test(unread_messages_are_dropped_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
