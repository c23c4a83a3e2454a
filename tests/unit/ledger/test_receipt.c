/* Receipts: what people keep of their signatures, and what it shows later. */
#include "core/ledger/receipt.h"
#include "tests/unit/ledger/ledger_make.h"

struct desk {
	struct made *m;
	struct session rita;
	int64_t number;
	struct receipt receipt;
};

static int
desk_setup(void **state)
{
	struct desk *d = mem_zero(1, sizeof(*d));
	char note[DECISION_NOTE + 1];
	struct decision_receipt signed_;
	struct decision_request r;
	int64_t series;

	made_setup(state);
	d->m = *state;
	d->rita = made_login(d->m, "rita", REVIEWER_PASSWORD);
	series = made_series(d->m, 1, 3);
	r = made_verdict(series, "phi", "fail", "PHI-PIX", REVIEWER_PASSWORD);
	memset(note, 'n', sizeof(note) - 1);
	memcpy(note + 100, "\033[2J\n-----SIGNATURE-----\n", 24);
	note[sizeof(note) - 1] = '\0';
	r.note = note;
	assert_ok(decision_sign(d->m->l, &d->rita, &r, &signed_, e));
	d->number = signed_.number;
	assert_ok(receipt_make(d->m->l, d->number, &d->receipt, e));
	*state = d;
	return 0;
}

static int
desk_teardown(void **state)
{
	struct desk *d = *state;

	buf_release(&d->receipt.text);
	session_close(d->m->l, &d->rita);
	made_free(d->m);
	free(d);
	return 0;
}

#define desk_test(f) cmocka_unit_test_setup_teardown(f, desk_setup, desk_teardown)

/* R-06 R-18 */
static void
a_receipt_tells_name_time_meaning_event_and_head(void **state)
{
	static const char *const lines[] = { "\nsigned by    Rita Reviewer (rita, reviewer)\n",
		"\nmeaning      review\n", "\ntime         20", "\nverdict      fail\n",
		"\nreasons      PHI-PIX ", "\nstate        valid\n",
		"\nrunning      signature no. 1 of rita\n", "\nhead         " };
	struct desk *d = *state;

	assert_true(d->receipt.is_signed);
	for (size_t i = 0; i < MEM_COUNT(lines); i++)
		assert_non_null(strstr(d->receipt.text.data, lines[i]));
}

static void
its_lines_are_short_and_hold_no_control_characters(void **state)
{
	struct desk *d = *state;

	for (const char *p = d->receipt.text.data; *p != '\0';) {
		size_t n = strcspn(p, "\n");

		assert_true(n <= 100);
		for (size_t i = 0; i < n; i++)
			assert_true((unsigned char)p[i] >= ' ');
		p += n + 1;
	}
}

/* R-06 R-09 */
static void
a_receipt_is_good_and_of_this_archive(void **state)
{
	struct desk *d = *state;
	struct receipt_facts f;

	assert_ok(receipt_read(d->receipt.text.data, &f, e));
	assert_string_equal(f.db, ledger_id(d->m->l));
	assert_int_equal(f.event, raw_number(d->m->folder, "SELECT event FROM decision"));
	assert_ok(receipt_compare(d->m->l, &f, e));
}

static void
each_changed_byte_of_it_is_seen(void **state)
{
	struct desk *d = *state;
	size_t head = strlen("-----BEGIN WETREAD RECEIPT-----\n");
	size_t tail = strlen("-----END WETREAD RECEIPT-----\n");
	char *text = mem_string(d->receipt.text.data);
	struct receipt_facts f;

	for (size_t i = head; i < d->receipt.text.len - tail; i++) {
		text[i] ^= 1;
		assert_int_not_equal(receipt_read(text, &f, NULL), RC_OK);
		text[i] ^= 1;
	}
	assert_int_equal(receipt_read(text, &f, NULL), RC_OK);
	for (size_t n = 0; n < d->receipt.text.len; n++) {
		text[d->receipt.text.len - 1 - n] = '\0';
		assert_int_not_equal(receipt_read(text, &f, NULL), RC_OK);
	}
	free(text);
}

static void
a_log_that_lost_its_event_or_its_head_is_seen(void **state)
{
	struct desk *d = *state;
	struct receipt_facts f;

	assert_ok(receipt_read(d->receipt.text.data, &f, e));
	f.head_event++;
	assert_int_equal(receipt_compare(d->m->l, &f, NULL), RC_CONFLICT);
	assert_ok(receipt_read(d->receipt.text.data, &f, e));
	f.hash[0] = f.hash[0] == '0' ? '1' : '0';
	assert_int_equal(receipt_compare(d->m->l, &f, NULL), RC_CONFLICT);
	assert_ok(receipt_read(d->receipt.text.data, &f, e));
	f.key[0] = f.key[0] == '0' ? '1' : '0';
	assert_int_equal(receipt_compare(d->m->l, &f, NULL), RC_CONFLICT);
}

static void
without_the_system_key_it_is_not_signed_and_says_so(void **state)
{
	struct desk *d = *state;
	char *path = made_path(d->m->folder, "system.key");
	struct receipt r;
	struct receipt_facts f;
	struct ledger *l;

	assert_int_equal(remove(path), 0);
	free(path);
	assert_ok(ledger_open(&l, d->m->folder, DB_READ, &d->m->clock, e));
	assert_ok(receipt_make(l, d->number, &r, e));
	assert_false(r.is_signed);
	assert_non_null(strstr(r.text.data, "NOT SIGNED"));
	assert_int_equal(receipt_read(r.text.data, &f, NULL), RC_INVALID);
	buf_release(&r.text);
	assert_int_equal(receipt_make(l, d->number + 1, &r, NULL), RC_NOT_FOUND);
	ledger_close(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		desk_test(a_receipt_tells_name_time_meaning_event_and_head),
		desk_test(its_lines_are_short_and_hold_no_control_characters),
		desk_test(a_receipt_is_good_and_of_this_archive),
		desk_test(each_changed_byte_of_it_is_seen),
		desk_test(a_log_that_lost_its_event_or_its_head_is_seen),
		desk_test(without_the_system_key_it_is_not_signed_and_says_so),
	};

	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
