/* Messages: what stands in the headers, whatever the names are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/net/mail.h"
#include "core/net/smtp.h"

static struct mail
made(void)
{
	return (struct mail){ .from = "trial@centre.example",
		.to = "imaging@site01.example",
		.from_name = "Study NEURO-01",
		.to_name = "A. Example",
		.subject = "what is missing",
		.id = "wetread.1",
		.date = INT64_C(1790000000) * 1000000,
		.text = "first\nsecond\n" };
}

static char *
build(const struct mail *m)
{
	struct buf b = { 0 };
	struct err e = { 0 };

	assert_int_equal(mail_build(m, &b, &e), RC_OK);
	return buf_take(&b);
}

static void
a_letter_is_a_message(void **state)
{
	struct mail m = made();
	char *text = build(&m);

	(void)state;
	assert_string_equal(text,
		"From: \"Study NEURO-01\"\r\n <trial@centre.example>\r\n"
		"To: \"A. Example\"\r\n <imaging@site01.example>\r\n"
		"Subject: what is missing\r\n"
		"Date: Mon, 21 Sep 2026 14:13:20 +0000\r\n"
		"Message-ID:\r\n <wetread.1@centre.example>\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: base64\r\n"
		"\r\n"
		"Zmlyc3QNCnNlY29uZA0K\r\n");
	free(text);
}

/* Lines of the head: each begins with a name that we wrote, or with a blank. */
static void
assert_head(const char *text)
{
	static const char *const names[] = { " ", "From: ", "To: ", "Subject: ", "Date: ",
		"Message-ID:", "MIME-Version: ", "Content-T" };

	while (strncmp(text, "\r\n", 2) != 0) {
		size_t n = strcspn(text, "\r\n"), i = 0;

		while (i < MEM_COUNT(names) && strncmp(text, names[i], strlen(names[i])) != 0)
			i++;
		assert_true(i < MEM_COUNT(names));
		assert_in_range(n, 1, 78);
		assert_memory_equal(text + n, "\r\n", 2);
		text += n + 2;
	}
}

static void
no_name_makes_another_header(void **state)
{
	static const char *const names[] = { "A\r\nBcc: thief@evil.example", "A\nSubject: x",
		"A\r\rX", "\" <thief@evil.example>, \"", "\\", "A\x01\x7f\xc2\x85Q",
		"=?UTF-8?B?QQ0KQmNjOiB4?=", "\xe2\x80\xa8X: y", "脳神経外科\r\n\r\nbody",
		"\xff\xfe broken" };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(names); i++) {
		struct mail m = made();
		char *text;

		m.to_name = m.from_name = m.subject = names[i];
		text = build(&m);
		assert_head(text);
		assert_null(strstr(text, "\nBcc"));
		free(text);
	}
}

static void
names_in_other_letters_are_words_of_whole_characters(void **state)
{
	struct mail m = made();
	char name[300] = "", *text;

	(void)state;
	m.to_name = "Jörg \"JE\" Example";
	text = build(&m);
	assert_non_null(strstr(text, "To: =?UTF-8?B?SsO2cmcgIkpFIiBFeGFtcGxl?=\r\n <imaging"));
	free(text);
	for (int i = 0; i < 60; i++)
		strcat(name, "脳");
	m.to_name = m.subject = name;
	text = build(&m);
	assert_head(text);
	/* 14 characters of three bytes in each word but the last */
	assert_non_null(strstr(
		text, "=?UTF-8?B?6ISz6ISz6ISz6ISz6ISz6ISz6ISz6ISz6ISz6ISz6ISz6ISz6ISz6ISz?=\r\n "));
	free(text);
}

static void
addresses_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = { "", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\r\nBcc: x@y",
		"<a@b>", "a@b>", "\"a\"@b", "a@.b", "a@b.", "jörg@b.example", "a,b@c", "a@-b" };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++) {
		struct mail m = made();
		struct buf b = { 0 };

		m.to = bad[i];
		assert_int_equal(mail_build(&m, &b, NULL), RC_INVALID);
		assert_int_equal(b.len, 0);
		m = made();
		m.from = bad[i];
		assert_int_equal(mail_build(&m, &b, NULL), RC_INVALID);
		buf_release(&b);
	}
	assert_true(mail_address_valid("first.last+tag@sub.example.org"));
}

static void
servers_are_spoken_to_with_tls_and_nothing_in_the_address(void **state)
{
	static const char *const bad[] = { "", "http://a", "smtp:/a", "smtps://", "smtps://a:b@c",
		"smtps://a/path", "smtps://a:0", "smtps://a:65536", "smtps://a:1x", "smtps://a b",
		"smtps://-a", "smtps://a?x", "SMTPS://a", "smtps://a:" };

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(bad); i++)
		assert_false(smtp_address_valid(bad[i]));
	assert_true(smtp_address_valid("smtps://mail.example.org"));
	assert_true(smtp_address_valid("smtp://127.0.0.1:587"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_is_a_message),
		cmocka_unit_test(no_name_makes_another_header),
		cmocka_unit_test(names_in_other_letters_are_words_of_whole_characters),
		cmocka_unit_test(addresses_that_are_none_are_refused),
		cmocka_unit_test(servers_are_spoken_to_with_tls_and_nothing_in_the_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
