/* Reading a study from the tables. */
#include "core/trial/survey.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/base/zone.h"
#include "core/classify/rules.h"
#include "core/ledger/blind.h"
#include "core/ledger/entry.h"

/* What a person entered for a header. */
struct filled {
	bool series; /* of one; else of an exam */
	int64_t id;
	int attr;
	const char *value; /* kept */
};

struct reading {
	struct ledger *l;
	const struct survey_want *want;
	struct survey *s;
	bool needed[ATTR_COUNT];
	bool only;             /* there is no other study */
	struct filled *filled; /* by series, id */
	size_t filled_n;
	size_t exam_room, series_room;
};

/* ---- what the study names ---- */

static void
need_columns(struct reading *r)
{
	static const enum attr always[] = { ATTR_STUDY_DATE, ATTR_MODALITY, ATTR_FRAME_OF_REFERENCE,
		ATTR_SERIES_DATE, ATTR_SERIES_TIME, ATTR_ACQUISITION_TIME, ATTR_CONTRAST_TIME,
		ATTR_TE_EFFECTIVE, ATTR_MANUFACTURER, ATTR_MODEL, ATTR_STATION, ATTR_DEVICE_SERIAL,
		ATTR_FIELD_STRENGTH, ATTR_SERIES_NUMBER };
	const struct study *s = r->s->study;

	for (size_t i = 0; i < MEM_COUNT(always); i++)
		r->needed[always[i]] = true;
	for (size_t i = 0; s->mapping != NULL && i < s->mapping->rules; i++)
		r->needed[s->mapping->rule[i].attr] = true;
	for (size_t v = 0; v < s->visits; v++)
		for (size_t i = 0; i < s->visit[v].series_n; i++)
			for (size_t p = 0; p < s->visit[v].series[i].parameters; p++)
				for (int a = 0; a < ATTR_COUNT; a++)
					r->needed[a] |=
						strcmp(attr_table[a].column,
							s->visit[v].series[i].parameter[p].attribute) ==
						0;
}

static void
add_columns(const struct reading *r, struct buf *sql, enum attr_level level, const char *table)
{
	for (int a = 0; a < ATTR_COUNT; a++)
		if (r->needed[a] && attr_table[a].level == level)
			buf_format(sql, ", %s.%s", table, attr_table[a].column);
}

/* ---- keeping ---- */

static const char *
keep(struct survey *s, const char *text)
{
	if (*text == '\0')
		return NULL;
	if (s->texts == s->text_room) {
		s->text_room = s->text_room < 1024 ? 2048 : 2 * s->text_room;
		s->text = mem_grow(s->text, s->text_room, sizeof(*s->text));
	}
	return s->text[s->texts++] = mem_string(text);
}

/* Columns of one level from `column` on; the next column. */
static int
read_columns(const struct reading *r, struct stmt *st, int column, enum attr_level level,
	const char **value)
{
	for (int a = 0; a < ATTR_COUNT; a++)
		if (r->needed[a] && attr_table[a].level == level)
			value[a] = keep(r->s, stmt_get_text(st, column++));
	return column;
}

/* ---- what people filled in ---- */

static void
take_filled(void *ctx, const struct entry_place *p, const struct entry *v)
{
	struct reading *r = ctx;
	struct filled f = { .series = strcmp(p->kind, "series") == 0,
		.id = strtoll(p->object, NULL, 10) };

	while (f.attr < ATTR_COUNT && strcmp(attr_table[f.attr].column, v->field) != 0)
		f.attr++;
	if (f.attr == ATTR_COUNT || !r->needed[f.attr] || v->pass != PASS_FIRST ||
		(!f.series && strcmp(p->kind, "exam") != 0))
		return;
	f.value = keep(r->s, v->value);
	if (f.value == NULL)
		return; /* taken away again */
	if (r->filled_n % 256 == 0)
		r->filled = mem_grow(r->filled, r->filled_n + 256, sizeof(*r->filled));
	r->filled[r->filled_n++] = f;
}

static int
by_place(const void *a, const void *b)
{
	const struct filled *x = a, *y = b;

	if (x->series != y->series)
		return x->series ? 1 : -1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static enum rc
read_filled(struct reading *r, struct err *e)
{
	enum rc rc = entry_all(r->l, ENTRY_HEADER, take_filled, r, e);

	if (r->filled_n > 1)
		qsort(r->filled, r->filled_n, sizeof(*r->filled), by_place);
	return rc;
}

static void
put_filled(const struct reading *r, bool series, int64_t id, const char **value)
{
	struct filled key = { .series = series, .id = id };
	size_t low = 0, high = r->filled_n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_place(&r->filled[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < r->filled_n && by_place(&r->filled[low], &key) == 0; low++)
		value[r->filled[low].attr] = r->filled[low].value;
}

/* ---- the statement ---- */

/* Images by their places, so that each is one look into an index. */
static const char joins[] =
	" FROM exam x JOIN series q ON q.exam = x.id AND q.settled = 1"
	" LEFT JOIN series_label b ON b.series = q.id"
	" LEFT JOIN image i ON i.series = q.id AND i.place ="
	" (SELECT min(k.place) FROM image k WHERE k.series = q.id)"
	" LEFT JOIN image j ON j.series = q.id AND j.place ="
	" (SELECT max(k.place) FROM image k WHERE k.series = q.id)"
	" WHERE (x.trial = $1 OR ($2 = 1 AND x.trial = ''))"
	" AND ($3 = '' OR EXISTS (SELECT 1 FROM account_role r WHERE r.account = $3 AND"
	" (r.study = '*' OR r.study = x.trial) AND (r.site = '*' OR r.site = x.site)))"
	" ORDER BY x.id, q.id";

/* Only an act of a person has a reason. */
static const char said_by_person[] =
	", EXISTS (SELECT 1 FROM event_object o JOIN event v ON v.seq = o.seq WHERE o.kind = 'exam'"
	" AND o.object = CAST(x.id AS TEXT) AND v.body LIKE '%\"action\":\"exam-placed\"%'"
	" AND v.body NOT LIKE '%\"reason\":\"\"%')";

static struct stmt *
statement(const struct reading *r)
{
	struct buf sql = { 0 };
	struct stmt *st;

	buf_text(&sql,
		"SELECT x.id, x.site, x.subject, x.visit, q.id, coalesce(b.label, ''),"
		" coalesce(b.confidence, 0), q.state, q.slices, q.spacing, i.image_position,"
		" i.image_orientation, j.image_position");
	buf_text(&sql, said_by_person);
	add_columns(r, &sql, ATTR_LEVEL_STUDY, "x");
	add_columns(r, &sql, ATTR_LEVEL_SERIES, "q");
	add_columns(r, &sql, ATTR_LEVEL_IMAGE, "i");
	buf_text(&sql, joins);
	st = db_query_once(ledger_db(r->l), sql.data);
	buf_release(&sql);
	stmt_text(st, 1, r->s->version.study);
	stmt_int(st, 2, r->only);
	stmt_text(st, 3, r->want->account != NULL ? r->want->account : "");
	return st;
}

/* ---- rows ---- */

static bool
numbers(const char *text, double *to, int n)
{
	char one[32];

	for (int i = 0; i < n; i++) {
		size_t length = strcspn(text, "\\");

		if (length == 0 || length >= sizeof(one))
			return false;
		memcpy(one, text, length);
		one[length] = '\0';
		if (!str_double(one, &to[i]))
			return false;
		text += length + (text[length] == '\\');
	}
	return true;
}

/* From the middle of the first slice to that of the last, along the normal. */
static double
coverage(struct stmt *st, const struct comply_series *s)
{
	double a[3], b[3], o[6], n[3], d = 0;

	if (s->slices <= 1)
		return 0;
	if (!numbers(stmt_get_text(st, 10), a, 3) || !numbers(stmt_get_text(st, 11), o, 6) ||
		!numbers(stmt_get_text(st, 12), b, 3))
		return NAN;
	n[0] = o[1] * o[5] - o[2] * o[4];
	n[1] = o[2] * o[3] - o[0] * o[5];
	n[2] = o[0] * o[4] - o[1] * o[3];
	for (int i = 0; i < 3; i++)
		d += n[i] * (b[i] - a[i]);
	/* one object with all slices has one place: what its spacing amounts to */
	return d != 0 ? fabs(d) : s->spacing * (s->slices - 1);
}

/* The place of value[] is set when there are no more rows: the array moves. */
static void
add_series(struct reading *r, struct stmt *st)
{
	struct survey *s = r->s;
	struct comply_series *one;
	const char **value;

	if (s->series == r->series_room) {
		r->series_room = r->series_room < 64 ? 256 : 2 * r->series_room;
		s->one = mem_grow(s->one, r->series_room, sizeof(*s->one));
		s->value = mem_grow(s->value, r->series_room * ATTR_COUNT, sizeof(*s->value));
	}
	one = &s->one[s->series];
	value = &s->value[s->series++ * ATTR_COUNT];
	memset(value, 0, ATTR_COUNT * sizeof(*value));
	*one = (struct comply_series){ .id = stmt_get_int(st, 4),
		.label = keep(s, stmt_get_text(st, 5)),
		.unsure = stmt_get_int(st, 6) < LABEL_PERSON,
		.state = keep(s, stmt_get_text(st, 7)),
		.slices = (double)stmt_get_int(st, 8) };
	if (!str_double(stmt_get_text(st, 9), &one->spacing))
		one->spacing = NAN;
	one->coverage = coverage(st, one);
	read_columns(r, st,
		read_columns(r, st, read_columns(r, st, 14, ATTR_LEVEL_STUDY, value),
			ATTR_LEVEL_SERIES, value),
		ATTR_LEVEL_IMAGE, value);
	put_filled(r, false, stmt_get_int(st, 0), value);
	put_filled(r, true, one->id, value);
}

/* A new exam: its own part is told with its first series. */
static void
add_exam(struct reading *r, struct stmt *st)
{
	struct survey *s = r->s;
	struct survey_exam *x;
	struct place_facts f;

	if (s->exams == r->exam_room) {
		r->exam_room = r->exam_room < 64 ? 128 : 2 * r->exam_room;
		s->exam = mem_grow(s->exam, r->exam_room, sizeof(*s->exam));
		s->came = mem_grow(s->came, r->exam_room, sizeof(*s->came));
	}
	memcpy(f.value, &s->value[(s->series - 1) * ATTR_COUNT], sizeof(f.value));
	f.part[STUDY_SITE] = keep(s, stmt_get_text(st, 1));
	f.part[STUDY_SUBJECT] = keep(s, stmt_get_text(st, 2));
	f.part[STUDY_VISIT] = keep(s, stmt_get_text(st, 3));
	x = &s->exam[s->exams];
	x->id = stmt_get_int(st, 0);
	x->person = f.person = stmt_get_int(st, 13) != 0;
	place_exam(s->study, &f, &x->place);
	s->came[s->exams++] = (struct comply_exam){ .id = x->id, .date = f.value[ATTR_STUDY_DATE] };
}

static enum rc
read_rows(struct reading *r, struct err *e)
{
	struct stmt *st = statement(r);
	struct survey *s = r->s;
	size_t at = 0;
	enum rc rc;

	while ((rc = stmt_step(st, e)) == RC_OK) {
		add_series(r, st);
		if (s->exams == 0 || s->exam[s->exams - 1].id != stmt_get_int(st, 0))
			add_exam(r, st);
		s->came[s->exams - 1].n++;
	}
	stmt_free(st);
	if (rc != RC_NOT_FOUND)
		return rc;
	for (size_t i = 0; i < s->series; i++)
		s->one[i].value = &s->value[i * ATTR_COUNT];
	for (size_t i = 0; i < s->exams; at += s->came[i++].n)
		s->came[i].series = &s->one[at];
	return RC_OK;
}

/* ---- subjects ---- */

struct both {
	struct survey_exam exam;
	struct comply_exam came;
};

static int
by_subject(const void *a, const void *b)
{
	const struct both *x = a, *y = b;
	int order = 0;

	for (int part = STUDY_SITE; order == 0 && part <= STUDY_SUBJECT; part++)
		order = strcmp(x->exam.place.part[part].value, y->exam.place.part[part].value);
	return order != 0 ? order : x->exam.id < y->exam.id ? -1 : 1;
}

static bool
wanted(const struct reading *r, const struct place *p)
{
	const char *site = r->want->site, *subject = r->want->subject;

	return (site == NULL || strcmp(site, p->part[STUDY_SITE].value) == 0) &&
		(subject == NULL || strcmp(subject, p->part[STUDY_SUBJECT].value) == 0);
}

/* In the order of subjects, without those that nobody wants. */
static void
sort_exams(struct reading *r)
{
	struct survey *s = r->s;
	struct both *all = mem_zero(s->exams + 1, sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; i < s->exams; i++)
		if (wanted(r, &s->exam[i].place))
			all[n++] = (struct both){ s->exam[i], s->came[i] };
	qsort(all, n, sizeof(*all), by_subject);
	s->exams = n;
	for (size_t i = 0; i < n; i++) {
		s->exam[i] = all[i].exam;
		s->came[i] = all[i].came;
	}
	free(all);
}

static int64_t
today_at(const struct reading *r, const char *site)
{
	const struct study_site *x = study_find_site(r->s->study, site);

	return zone_day(x != NULL ? x->time_zone : "UTC", ledger_now(r->l));
}

/* The exams from..to are one subject's. */
static void
add_subject(struct reading *r, size_t from, size_t to)
{
	struct survey *s = r->s;
	struct survey_subject *x = &s->subject[s->subjects++];
	struct place_dated *dated = mem_zero(to - from, sizeof(*dated));
	const struct place_part *part = s->exam[from].place.part;

	for (size_t i = from; i < to; i++)
		dated[i - from] = (struct place_dated){ &s->exam[i].place, s->came[i].date };
	x->site = part[STUDY_SITE].value;
	x->subject = part[STUDY_SUBJECT].value;
	if (*x->subject != '\0')
		place_by_date(s->study, dated, to - from);
	for (size_t i = from; i < to; i++) /* without a subject no visit is anybody's */
		s->came[i].visit =
			*x->subject != '\0' ? s->exam[i].place.part[STUDY_VISIT].value : NULL;
	x->exam = &s->exam[from];
	x->in = (struct comply_subject){ &s->came[from], to - from, today_at(r, x->site) };
	free(dated);
}

static bool
same_subject(const struct place *a, const struct place *b)
{
	return strcmp(a->part[STUDY_SITE].value, b->part[STUDY_SITE].value) == 0 &&
		strcmp(a->part[STUDY_SUBJECT].value, b->part[STUDY_SUBJECT].value) == 0;
}

static void
group(struct reading *r)
{
	struct survey *s = r->s;
	size_t from = 0;

	sort_exams(r);
	s->subject = mem_zero(s->exams + 1, sizeof(*s->subject));
	for (size_t i = 1; i <= s->exams; i++)
		if (i == s->exams || !same_subject(&s->exam[i].place, &s->exam[from].place)) {
			add_subject(r, from, i);
			from = i;
		}
}

/* ---- the study ---- */

static enum rc
count_one(void *ctx, const char *study, struct err *e)
{
	(void)study, (void)e;
	++*(int *)ctx;
	return RC_OK;
}

static enum rc
read_study(struct reading *r, struct err *e)
{
	struct survey *s = r->s;
	struct mistakes m = { 0 };
	char *body = NULL;
	int studies = 0;
	enum rc rc = study_version_read(r->l, r->want->study, 0, &s->version, &body, e);

	if (rc == RC_OK && study_read(&s->study, body, strlen(body), &m) != RC_OK)
		rc = err_set(e, RC_INVALID,
			"version %lld of the study was applied by another program: line %u: %s",
			(long long)s->version.version, m.n > 0 ? m.one[0].line : 0,
			m.n > 0 ? m.one[0].text : "");
	mistakes_free(&m);
	free(body);
	if (rc == RC_OK)
		rc = survey_studies(r->l, count_one, &studies, e);
	r->only = studies == 1;
	return rc;
}

enum rc
survey_read(struct ledger *l, const struct survey_want *want, struct survey **out, struct err *e)
{
	struct survey *s = mem_zero(1, sizeof(*s));
	struct reading r = { .l = l, .want = want, .s = s };
	enum rc rc = RC_OK;

	*out = NULL;
	if (blind_any(l))
		rc = err_set(e, RC_DENIED, "what came of a study tells what is blinded for you");
	if (rc == RC_OK)
		rc = read_study(&r, e);
	if (rc == RC_OK) {
		s->comply = comply_make(s->study);
		need_columns(&r);
		rc = read_filled(&r, e);
	}
	if (rc == RC_OK)
		rc = read_rows(&r, e);
	free(r.filled);
	if (rc == RC_OK) {
		group(&r);
		*out = s;
	} else {
		survey_free(s);
	}
	return rc;
}

void
survey_free(struct survey *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->texts; i++)
		free(s->text[i]);
	free(s->text);
	free(s->value);
	free(s->one);
	free(s->came);
	free(s->exam);
	free(s->subject);
	comply_free(s->comply);
	study_free(s->study);
	free(s);
}

enum rc
survey_studies(struct ledger *l, enum rc (*each)(void *ctx, const char *study, struct err *e),
	void *ctx, struct err *e)
{
	struct stmt *st =
		db_query(ledger_db(l), "SELECT DISTINCT study FROM study_version ORDER BY study");
	char(*names)[STUDY_ID] = NULL;
	size_t n = 0;
	enum rc rc;

	while ((rc = stmt_step(st, e)) == RC_OK) {
		names = mem_grow(names, n + 1, sizeof(*names));
		str_copy(names[n++], STUDY_ID, stmt_get_text(st, 0));
	}
	stmt_done(st);
	rc = rc == RC_NOT_FOUND ? RC_OK : rc;
	for (size_t i = 0; rc == RC_OK && i < n; i++)
		rc = each(ctx, names[i], e);
	free(names);
	return rc;
}
