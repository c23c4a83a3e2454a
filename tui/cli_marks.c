/* wetread marks SERIES: the marks signed with a fail, as a table, JSON or a CTP script. */
#include "tui/cli_marks.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/catalog.h"
#include "core/ledger/ctp.h"
#include "core/ledger/decision.h"
#include "core/ledger/look.h"

struct signed_marks {
	struct series series;
	struct decision decision;
	struct mark *marks;
	size_t n;
	char columns[16], rows[16], image_type[132]; /* of its first image with pixels */
	bool mixed;                                  /* not all images have that type */
};

/* ---- reading ---- */

struct latest {
	struct ledger *l;
	struct decision *out;
};

static void
take_fail(void *ctx, const struct decision *d)
{
	struct latest *q = ctx;

	if (strcmp(d->verdict, "fail") == 0 && look_rule_of(q->l, d->step).pixels)
		*q->out = *d;
}

static enum rc
find_decision(struct cli *c, struct signed_marks *m, struct err *e)
{
	struct latest q = { .l = c->ledger, .out = &m->decision };
	int64_t series = 0;
	long number;
	enum rc rc;

	if (c->opt.decision == NULL) {
		rc = decision_each(c->ledger, m->series.id, take_fail, &q, e);
		if (rc == RC_OK && m->decision.number == 0)
			rc = err_set(
				e, RC_NOT_FOUND, "no fail of its pixels is signed for this series");
		return rc;
	}
	if (!str_int(c->opt.decision + (*c->opt.decision == '#'), 1, 0x7fffffffffffL, &number))
		return err_set(e, RC_NOT_FOUND, "there is no decision %.40s", c->opt.decision);
	rc = decision_get(c->ledger, number, &m->decision, &series, e);
	if (rc == RC_OK && series != m->series.id)
		rc = err_set(e, RC_NOT_FOUND, "decision #%ld is on another series", number);
	return rc;
}

static enum rc
read_images(struct cli *c, struct signed_marks *m, struct err *e)
{
	struct image *images = NULL;
	size_t n = 0;
	bool first = true;
	enum rc rc = catalog_images(c->ledger, m->series.id, &images, &n, e);

	for (size_t i = 0; rc == RC_OK && i < n; i++) {
		char type[sizeof(m->image_type)];

		if (images[i].slices == 0)
			continue;
		rc = catalog_image_attr(
			c->ledger, images[i].id, ATTR_IMAGE_TYPE, type, sizeof(type), e);
		m->mixed = m->mixed || (!first && strcmp(type, m->image_type) != 0);
		if (rc != RC_OK || !first)
			continue;
		first = false;
		strcpy(m->image_type, type);
		rc = catalog_image_attr(
			c->ledger, images[i].id, ATTR_COLUMNS, m->columns, sizeof(m->columns), e);
		if (rc == RC_OK)
			rc = catalog_image_attr(
				c->ledger, images[i].id, ATTR_ROWS, m->rows, sizeof(m->rows), e);
	}
	free(images);
	return rc;
}

/* ---- showing ---- */

static const char *
value(const struct signed_marks *m, enum attr a)
{
	return m->series.value[a] != NULL ? m->series.value[a] : "";
}

static void
print_mark(size_t i, const struct mark *m)
{
	struct mark_point from, to;
	char slices[40];

	mark_bounds(m, &from, &to);
	if (m->first == m->last)
		snprintf(slices, sizeof(slices), "%u", m->first + 1);
	else
		snprintf(slices, sizeof(slices), "%u-%u", m->first + 1, m->last + 1);
	printf("%4zu  %-7s  %-11s  %-7s  %-5s  %d,%d %dx%d of %ux%u\n", i, mark_scope_name(m->scope),
		slices, m->shape == MARK_BOX ? "box" : "outline", mark_kind_name(m->kind), from.x,
		from.y, to.x - from.x, to.y - from.y, m->columns, m->rows);
}

static void
show_text(const struct signed_marks *m)
{
	const struct decision *d = &m->decision;
	char name[24];

	catalog_series_name(m->series.id, name);
	printf("%s  #%lld %s %s (%s) by %s, %s: %zu mark%s\n", name, (long long)d->number, d->step,
		d->verdict, d->state, d->name, d->when, m->n, m->n == 1 ? "" : "s");
	if (m->n > 0)
		puts("mark  scope    on slice     shape    kind   at x,y, size");
	for (size_t i = 0; i < m->n; i++)
		print_mark(i + 1, &m->marks[i]);
}

static void
show_json(const struct signed_marks *m)
{
	const struct decision *d = &m->decision;
	char name[24];
	json_t *o;

	catalog_series_name(m->series.id, name);
	o = json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o}",
		"series", name, "series_uid", m->series.uid, "decision", (json_int_t)d->number,
		"step", d->step, "verdict", d->verdict, "state", d->state, "name", d->name, "time",
		d->when, "manufacturer", value(m, ATTR_MANUFACTURER), "model", value(m, ATTR_MODEL),
		"device_serial", value(m, ATTR_DEVICE_SERIAL), "rows", m->rows, "columns",
		m->columns, "image_type", m->image_type, "marks", mark_json(m->marks, m->n));
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

/* Comments may hold neither braces nor parentheses. */
static void
show_ctp(const struct signed_marks *m)
{
	const struct ctp_scanner of = { .manufacturer = value(m, ATTR_MANUFACTURER),
		.model = value(m, ATTR_MODEL),
		.image_type = m->mixed ? "" : m->image_type };
	struct buf b = { 0 };
	char name[24];

	catalog_series_name(m->series.id, name);
	printf("wetread %s: %s, decision #%lld, %zu mark%s.  CTP blanks these regions in every "
	       "image "
	       "that fits.\n\n",
		WETREAD_VERSION, name, (long long)m->decision.number, m->n, m->n == 1 ? "" : "s");
	ctp_write(&b, &of, m->marks, m->n);
	fwrite(b.data, 1, b.len, stdout);
	buf_release(&b);
}

static int
show(struct cli *c, const char *which)
{
	struct signed_marks *m = mem_zero(1, sizeof(*m));
	struct err e = { 0 };
	int64_t id;
	int status = EXIT_DONE;
	enum rc rc = catalog_series_id(c->ledger, which, &id, &e);

	if (rc == RC_OK)
		rc = catalog_series(c->ledger, id, &m->series, &e);
	if (rc == RC_OK)
		rc = find_decision(c, m, &e);
	if (rc == RC_OK)
		rc = mark_of_decision(c->ledger, m->decision.number, &m->marks, &m->n, &e);
	if (rc == RC_OK)
		rc = read_images(c, m, &e);
	if (rc == RC_OK)
		(c->opt.ctp ? show_ctp : c->json ? show_json : show_text)(m);
	else
		status = cli_error(&e);
	series_release(&m->series);
	free(m->marks);
	free(m);
	return status;
}

static int
marks_run(struct cli *c, int argc, char **argv)
{
	bool in = strcmp(argv[0], "import") == 0;

	if (argc != (in ? 2 : 1) || (in && c->opt.series == NULL))
		return cli_usage(&cli_marks_command);
	if (!cli_open(c, in ? DB_WRITE : DB_READ))
		return EXIT_FAILED_;
	return in ? cli_marks_import(c, argv[1]) : show(c, argv[0]);
}

static const struct cli_option marks_options[] = {
	CLI_OPTION("--decision", CLI_VALUE, opt.decision),
	CLI_OPTION("--ctp", CLI_FLAG, opt.ctp),
	CLI_OPTION("--series", CLI_VALUE, opt.series),
	CLI_OPTION("--force", CLI_FLAG, opt.force),
	{ .name = NULL },
};

const struct cli_command cli_marks_command = {
	.name = "marks",
	.usage = "marks SERIES [--decision N] [--json | --ctp] | marks import FILE --series SERIES "
		 "[--force]\n"
		 "\n"
		 "Where text is in the pixels of a series, as it was signed with the latest fail "
		 "of its "
		 "pixels or with\n"
		 "decision N: as a table, as JSON, or as a script of RSNA CTP's "
		 "DicomPixelAnonymizer.\n"
		 "import: marks from such JSON or script, added to what --user is drawing on "
		 "SERIES.  "
		 "A script whose\n"
		 "signature does not fit the series is refused, but with --force.\n",
	.least = 1,
	.most = 2,
	.options = marks_options,
	.run = marks_run,
};
