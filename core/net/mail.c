/* Building a message. */
#include "core/net/mail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/base/str.h"

enum {
	WORD_BYTES =
		42, /* of text in an encoded word: 56 characters of base64, 68 with what is around */
	LINE_BYTES = 57 /* of text in a line of the body: 76 characters */
};

bool
mail_address_valid(const char *s)
{
	const char *at = s != NULL ? strchr(s, '@') : NULL;
	size_t n = s != NULL ? strlen(s) : 0;

	if (at == NULL || at == s || strchr(at + 1, '@') != NULL || n >= MAIL_ADDRESS ||
		at[1] == '\0' || at[1] == '.' || at[1] == '-' || s[n - 1] == '.')
		return false;
	for (; *s != '\0'; s++)
		if (*s <= ' ' || *s > '~' || strchr(",;:<>()\"\\[]", *s) != NULL)
			return false;
	return true;
}

static bool
id_valid(const char *s)
{
	return s != NULL && *s != '\0' &&
		strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.") ==
		strlen(s) &&
		strlen(s) < 100;
}

/* ---- base64 ---- */

static void
add_base64(struct buf *b, const unsigned char *p, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
			(i + 2 < n ? p[i + 2] : 0);

		buf_char(b, digits[v >> 18]);
		buf_char(b, digits[v >> 12 & 63]);
		buf_char(b, i + 1 < n ? digits[v >> 6 & 63] : '=');
		buf_char(b, i + 2 < n ? digits[v & 63] : '=');
	}
}

/* Ends of lines as mail has them. */
static void
add_body(struct buf *b, const char *text)
{
	struct buf lines = { 0 };

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			buf_char(&lines, '\r');
		buf_char(&lines, *text);
	}
	for (size_t i = 0; i < lines.len; i += LINE_BYTES) {
		size_t n = lines.len - i < LINE_BYTES ? lines.len - i : LINE_BYTES;

		add_base64(b, (const unsigned char *)lines.data + i, n);
		buf_text(b, "\r\n");
	}
	buf_release(&lines);
}

/* ---- headers ---- */

static bool
is_plain(const char *s)
{
	for (; *s != '\0'; s++)
		if (*s < ' ' || *s > '~')
			return false;
	return true;
}

/* Whole characters only in each word; the next one on a line of its own. */
static void
add_encoded(struct buf *b, const char *s)
{
	const char *before = "";

	while (*s != '\0') {
		size_t n = 0, one;

		while (s[n] != '\0') {
			str_next(s + n, &one);
			if (n + one > WORD_BYTES)
				break;
			n += one;
		}
		buf_format(b, "%s=?UTF-8?B?", before);
		add_base64(b, (const unsigned char *)s, n);
		buf_text(b, "?=");
		before = "\r\n ";
		s += n;
	}
}

static bool
is_encoded_word(const char *s)
{
	return strstr(s, "=?") != NULL;
}

static void
add_phrase(struct buf *b, const char *s)
{
	if (!is_plain(s) || is_encoded_word(s) || strlen(s) > 60) {
		add_encoded(b, s);
		return;
	}
	buf_char(b, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			buf_char(b, '\\');
		buf_char(b, *s);
	}
	buf_char(b, '"');
}

static void
add_person(struct buf *b, const char *header, const char *name, const char *address)
{
	char clean[MAIL_NAME];

	str_copy(clean, sizeof(clean), name != NULL ? name : "");
	str_clean(clean);
	buf_format(b, "%s: ", header);
	if (*clean != '\0') {
		add_phrase(b, clean);
		buf_format(b, "\r\n <%s>\r\n", address);
	} else {
		buf_format(b, "<%s>\r\n", address);
	}
}

static void
add_subject(struct buf *b, const char *subject)
{
	char clean[MAIL_NAME];

	str_copy(clean, sizeof(clean), subject);
	str_clean(clean);
	buf_text(b, "Subject: ");
	if (is_plain(clean) && !is_encoded_word(clean) && strlen(clean) <= 66)
		buf_text(b, clean);
	else
		add_encoded(b, clean);
	buf_text(b, "\r\n");
}

/* Names of days and months as RFC 5322 has them, whatever the locale. */
static void
add_date(struct buf *b, int64_t us)
{
	static const char days[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" },
			  months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
				  "Sep", "Oct", "Nov", "Dec" };
	time_t t = (time_t)(us / 1000000);
	struct tm tm = { 0 };

	gmtime_r(&t, &tm);
	buf_format(b, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[tm.tm_wday], tm.tm_mday,
		months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

enum rc
mail_build(const struct mail *m, struct buf *out, struct err *e)
{
	if (!mail_address_valid(m->from))
		return err_set(e, RC_INVALID, "the sender has no e-mail address: name@place");
	if (!mail_address_valid(m->to))
		return err_set(e, RC_INVALID, "who gets it has no e-mail address: name@place");
	if (!id_valid(m->id))
		return err_set(e, RC_INVALID, "a message needs an id");
	if (strlen(m->text) > MAIL_TEXT_MOST)
		return err_set(e, RC_LIMIT, "the letter is longer than %d MiB",
			MAIL_TEXT_MOST / 1024 / 1024);
	add_person(out, "From", m->from_name, m->from);
	add_person(out, "To", m->to_name, m->to);
	add_subject(out, m->subject);
	add_date(out, m->date);
	buf_format(out, "Message-ID:\r\n <%s%s>\r\n", m->id, strchr(m->from, '@'));
	buf_text(out,
		"MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: base64\r\n"
		"\r\n");
	add_body(out, m->text);
	return RC_OK;
}
