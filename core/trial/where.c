/* Places as people write them. */
#include "core/trial/where.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/ledger/catalog.h"

static enum rc
put(struct fill_place *out, const char *kind, const char *object, struct err *e)
{
	str_copy(out->kind, sizeof(out->kind), kind);
	return str_copy(out->object, sizeof(out->object), object)
		? RC_OK
		: err_set(e, RC_LIMIT, "this place has too long a name");
}

static enum rc
read_series(struct ledger *l, const char *word, struct fill_place *out, struct err *e)
{
	char object[24];
	int64_t series;
	enum rc rc = catalog_series_id(l, word, &series, e);

	if (rc != RC_OK)
		return rc;
	snprintf(object, sizeof(object), "%lld", (long long)series);
	return put(out, "series", object, e);
}

static enum rc
put_image(struct ledger *l, int64_t series, long place, struct fill_place *out, struct err *e)
{
	struct stmt *s = db_query(
		ledger_db(l), "SELECT sop_uid FROM image WHERE series = $1 AND place = $2");
	enum rc rc;

	stmt_int(s, 1, series);
	stmt_int(s, 2, place);
	rc = stmt_step(s, NULL);
	rc = rc == RC_OK ? put(out, "image", stmt_get_text(s, 0), e)
			 : err_set(e, rc, "the series has no image %ld", place);
	stmt_done(s);
	return rc;
}

/* The n-th image of a series, in reading order. */
static enum rc
read_image(struct ledger *l, const char *word, const char *number, struct fill_place *out,
	struct err *e)
{
	char name[80];
	int64_t series;
	long place;
	enum rc rc;

	snprintf(name, sizeof(name), "%.*s", (int)(number - word), word);
	if (!str_int(number + 1, 1, 100000000, &place))
		return err_set(e, RC_INVALID, "an image is S-NUMBER#NUMBER, not %.40s", word);
	rc = catalog_series_id(l, name, &series, e);
	return rc == RC_OK ? put_image(l, series, place, out, e) : rc;
}

/* "STUDY/" */
static enum rc
read_study(const char *word, struct fill_place *out, struct err *e)
{
	char study[CASE_KEY];

	str_copy(study, sizeof(study), word);
	study[strcspn(study, "/")] = '\0';
	return put(out, "study", study, e);
}

enum rc
where_read(struct ledger *l, const char *word, struct fill_place *out, struct err *e)
{
	const char *slash = strchr(word, '/');
	long exam;

	if (slash != NULL && slash[1] == '\0')
		return read_study(word, out, e);
	if (slash != NULL)
		return put(out, strchr(slash + 1, '/') != NULL ? "visit" : "subject", word, e);
	if ((word[0] == 'E' || word[0] == 'e') && word[1] == '-') {
		if (!str_int(word + 2, 1, 2000000000, &exam))
			return err_set(e, RC_INVALID, "an exam is E-NUMBER, not %.40s", word);
		return put(out, "exam", word + 2 + strspn(word + 2, "0"), e);
	}
	if (strchr(word, '#') > word)
		return read_image(l, word, strchr(word, '#'), out, e);
	return read_series(l, word, out, e);
}

void
where_name(const struct case_at *at, char *to, size_t size)
{
	char name[24];

	if (strcmp(at->kind, "series") == 0) {
		catalog_series_name(strtoll(at->object, NULL, 10), name);
		str_copy(to, size, name);
	} else if (strcmp(at->kind, "exam") == 0) {
		snprintf(to, size, "E-%.20s", at->object);
	} else {
		str_copy(to, size, at->object);
	}
}
