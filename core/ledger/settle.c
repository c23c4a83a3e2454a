/* Settling a series: what its images amount to.  Order, gaps, flags, manifest and tasks follow from the rows
 * and are written with one event, so a series comes onto the worklists whole or not at all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/series.h"
#include "core/ledger/settle_in.h"

enum { TOGETHER = 32 };

/* Attributes that a series should have, by modality: their absence is worth a question to the site. */
static const struct {
	const char *modalities; /* blank-separated; "" all */
	enum attr attr;
	const char *name;
} expected[] = {
	{ "", ATTR_STUDY_UID, "StudyInstanceUID" },
	{ "", ATTR_SERIES_UID, "SeriesInstanceUID" },
	{ "", ATTR_MODALITY, "Modality" },
	{ "", ATTR_PATIENT_ID, "PatientID" },
	{ "", ATTR_STUDY_DATE, "StudyDate" },
	{ "CT MR PT CR DX US", ATTR_SERIES_DESC, "SeriesDescription" },
	{ "CT MR PT CR DX US", ATTR_MANUFACTURER, "Manufacturer" },
	{ "CT MR PT", ATTR_IMAGE_POSITION, "ImagePositionPatient" },
	{ "CT MR PT", ATTR_IMAGE_ORIENTATION, "ImageOrientationPatient" },
	{ "CT MR PT", ATTR_PIXEL_SPACING, "PixelSpacing" },
	{ "CT MR PT", ATTR_FRAME_OF_REFERENCE, "FrameOfReferenceUID" },
	{ "CT MR PT", ATTR_SLICE_THICKNESS, "SliceThickness" },
	{ "CT", ATTR_KVP, "KVP" },
	{ "MR", ATTR_FIELD_STRENGTH, "MagneticFieldStrength" },
};

int
catalog_missing_attr(const char *name)
{
	for (size_t i = 0; i < MEM_COUNT(expected); i++)
		if (strcmp(expected[i].name, name) == 0)
			return (int)expected[i].attr;
	return -1;
}

static bool
has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	if (*words == '\0')
		return true;
	for (const char *at = words; n > 0 && (at = strstr(at, word)) != NULL; at += n)
		if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

static void
read_member(struct settling *g, struct stmt *s)
{
	struct member *m;
	struct series_image *o;

	g->members = mem_grow(g->members, g->n + 1, sizeof(*m));
	g->order = mem_grow(g->order, g->n + 1, sizeof(*o));
	m = memset(&g->members[g->n], 0, sizeof(*m));
	o = memset(&g->order[g->n], 0, sizeof(*o));
	m->id = stmt_get_int(s, 0);
	m->flags = (uint64_t)stmt_get_int(s, 1);
	m->sop_uid = mem_string(stmt_get_text(s, 2));
	m->digest = mem_string(stmt_get_text(s, 3));
	m->pixel_digest = mem_string(stmt_get_text(s, 4));
	str_int(stmt_get_text(s, 5), 0, 65535, &m->rows);
	str_int(stmt_get_text(s, 6), 0, 65535, &m->columns);
	series_plane(stmt_get_text(s, 7), stmt_get_text(s, 8), o);
	o->has_number = str_int(stmt_get_text(s, 9), -2147483647L, 2147483647L, &o->number);
	str_int(stmt_get_text(s, 10), -2147483647L, 2147483647L, &o->acquisition);
	str_int(stmt_get_text(s, 11), -2147483647L, 2147483647L, &o->temporal);
	o->frames = (uint32_t)stmt_get_int(s, 12);
	o->rows = (uint32_t)m->rows;
	o->columns = (uint32_t)m->columns;
	o->id = (uint32_t)g->n;
	g->slices += o->frames;
	g->n++;
}

/* What the images' headers say about text in the pixels, and faults. */
static void
member_flags(struct settling *g, struct stmt *s)
{
	const char *burned = stmt_get_text(s, 13), *type = stmt_get_text(s, 14);
	uint64_t flags = (uint64_t)stmt_get_int(s, 1);
	static const struct {
		enum header_flag flag;
		uint64_t why;
	} by_flag[] = {
		{ HEADER_SHORT, WHY(SHORT) },
		{ HEADER_OVERLAY, WHY(OVERLAY) },
		{ HEADER_CHARSET, WHY(CHARSET) },
		{ HEADER_ENCAPSULATED_DOC, WHY(DOCUMENT) },
		{ HEADER_CLEANED, WHY(CONTROL) },
		{ HEADER_ICON, WHY(ICON) },
	};

	for (size_t i = 0; i < MEM_COUNT(by_flag); i++)
		if (flags & by_flag[i].flag)
			g->why |= by_flag[i].why;
	if (!(flags & HEADER_PIXELS))
		g->why |= WHY(NOIMAGE);
	else if (strcmp(burned, "YES") == 0)
		g->why |= WHY(BURNED);
	else if (strcmp(burned, "NO") != 0)
		g->why |= WHY(UNSAID);
	if (strstr(type, "SCREEN SAVE") != NULL)
		g->why |= WHY(SCREEN);
	if (*stmt_get_text(s, 15) != '\0')
		g->why |= WHY(DECODE);
}

static enum rc
read_members(struct settling *g, struct err *e)
{
	struct stmt *s = db_query(ledger_db(g->l),
		"SELECT id, flags, sop_uid, digest, pixel_digest, image_rows, image_columns,"
		" image_position, image_orientation, instance_number, acquisition_number,"
		" temporal_position, slices, burned_in, image_type, fault FROM image"
		" WHERE series = $1 ORDER BY id");
	enum rc rc;

	stmt_int(s, 1, g->series);
	while ((rc = stmt_step(s, e)) == RC_OK) {
		read_member(g, s);
		member_flags(g, s);
	}
	return rc == RC_NOT_FOUND ? RC_OK : rc;
}

enum rc
settle_read(struct settling *g, struct err *e)
{
	struct stmt *s = db_query(ledger_db(g->l),
		"SELECT revision, series.arrived, series.state, modality, sop_class, "
		"series_description, "
		"manifest,"
		" protocol_name, series_uid, study_uid, subject, visit, site, study_date,"
		" coalesce(o.name, '') FROM series JOIN exam ON exam.id = series.exam LEFT JOIN"
		" remote r ON r.series = series.id LEFT JOIN source o ON o.id = r.source WHERE"
		" series.id = $1");
	enum rc rc;

	stmt_int(s, 1, g->series);
	rc = stmt_step(s, e);
	if (rc != RC_OK)
		return rc;
	g->revision = stmt_get_int(s, 0);
	g->arrived = stmt_get_int(s, 1);
	str_copy(g->state, sizeof(g->state), stmt_get_text(s, 2));
	str_copy(g->modality, sizeof(g->modality), stmt_get_text(s, 3));
	str_copy(g->sop_class, sizeof(g->sop_class), stmt_get_text(s, 4));
	str_copy(g->description, sizeof(g->description), stmt_get_text(s, 5));
	str_copy(g->manifest_before, sizeof(g->manifest_before), stmt_get_text(s, 6));
	str_copy(g->protocol, sizeof(g->protocol), stmt_get_text(s, 7));
	str_copy(g->uid, sizeof(g->uid), stmt_get_text(s, 8));
	str_copy(g->study_uid, sizeof(g->study_uid), stmt_get_text(s, 9));
	str_copy(g->subject, sizeof(g->subject), stmt_get_text(s, 10));
	str_copy(g->visit, sizeof(g->visit), stmt_get_text(s, 11));
	str_copy(g->site, sizeof(g->site), stmt_get_text(s, 12));
	str_copy(g->study_date, sizeof(g->study_date), stmt_get_text(s, 13));
	str_copy(g->lies_at, sizeof(g->lies_at), stmt_get_text(s, 14));
	stmt_done(s);
	return RC_OK;
}

void
settle_class(struct settling *g)
{
	static const char secondary[] = "1.2.840.10008.5.1.4.1.1.7";
	static const char *const screens[] = { "dose report", "screen save", "patient protocol" };
	char folded[260];

	if (strncmp(g->sop_class, secondary, sizeof(secondary) - 1) == 0 &&
		(g->sop_class[sizeof(secondary) - 1] == '\0' ||
			g->sop_class[sizeof(secondary) - 1] == '.'))
		g->why |= WHY(SC);
	if (strcmp(g->modality, "US") == 0)
		g->why |= WHY(US);
	if (g->modality[0] == '\0' || strcmp(g->modality, "OT") == 0)
		g->why |= WHY(OT);
	str_fold(folded, sizeof(folded), g->description);
	for (size_t i = 0; i < MEM_COUNT(screens); i++)
		if (strstr(folded, screens[i]) != NULL)
			g->why |= WHY(SCREEN);
}

/* Matrices that scanners of a modality do not make by themselves: screens and montages do. */
static void
matrix_flag(struct settling *g)
{
	static const struct {
		const char *modality;
		long least, most;
	} usual[] = { { "CT", 512, 1024 }, { "MR", 64, 1024 }, { "PT", 64, 512 } };

	for (size_t i = 0; i < MEM_COUNT(usual); i++) {
		if (strcmp(usual[i].modality, g->modality) != 0)
			continue;
		for (size_t m = 0; m < g->n; m++) {
			long rows = g->members[m].rows, columns = g->members[m].columns;

			if (rows > 0 &&
				(rows < usual[i].least || rows > usual[i].most ||
					columns < usual[i].least || columns > usual[i].most))
				g->why |= WHY(OUTLIER);
		}
	}
}

static void
geometry_flags(struct settling *g)
{
	const struct series_geometry *q = &g->geometry;

	series_order(g->order, g->n, &g->geometry);
	if (q->mixed_matrix)
		g->why |= WHY(MATRIX);
	if (q->repeats > 0)
		g->why |= WHY(REPEAT);
	if (q->gaps > 0) {
		g->why |= WHY(GAP);
		snprintf(g->gap, sizeof(g->gap), "%zu slice%s missing, first after %zu", q->gaps,
			q->gaps == 1 ? "" : "s", q->gap_after);
	} else if (!q->stacked && q->number_gaps > 0 && g->n > 1) {
		g->why |= WHY(GAP);
		snprintf(g->gap, sizeof(g->gap), "%zu instance number%s missing", q->number_gaps,
			q->number_gaps == 1 ? "" : "s");
	}
	if (q->stacked && q->spacing > 0)
		snprintf(g->spacing, sizeof(g->spacing), "%.2f", q->spacing);
}

void
settle_missing(struct settling *g, bool (*has)(void *ctx, enum attr a), void *ctx)
{
	for (size_t i = 0; i < MEM_COUNT(expected); i++) {
		if (!has_word(expected[i].modalities, g->modality) || has(ctx, expected[i].attr))
			continue;
		buf_format(&g->missing, "%s%s", g->missing.len > 0 ? " " : "", expected[i].name);
		g->why |= WHY(TAGS);
	}
}

struct looking {
	struct settling *g;
	struct err *e;
	enum rc rc;
};

/* An attribute counts as missing when no image of the series has it. */
static bool
some_image_has(void *ctx, enum attr attr)
{
	static const char *const tables[] = { "exam", "series", "image" };
	struct looking *k = ctx;
	const struct attr_info *a = &attr_table[attr];
	bool has = true;
	struct stmt *s;
	char *sql;

	if (k->rc != RC_OK)
		return true;
	sql = mem_format("SELECT count(*) FROM series JOIN exam ON exam.id = series.exam"
			 " JOIN image ON image.series = series.id WHERE series.id = $1"
			 " AND %s.%s <> '' AND %s.%s NOT LIKE 'none.%%'",
		tables[a->level], a->column, tables[a->level], a->column);
	s = db_query_once(ledger_db(k->g->l), sql);
	stmt_int(s, 1, k->g->series);
	k->rc = stmt_step(s, k->e);
	if (k->rc == RC_OK)
		has = stmt_get_int(s, 0) > 0;
	stmt_free(s);
	free(sql);
	return has;
}

static enum rc
missing_flags(struct settling *g, struct err *e)
{
	struct looking k = { .g = g, .e = e };

	settle_missing(g, some_image_has, &k);
	return k.rc;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
digest_lines(char **lines, size_t n, char hex[DIGEST_HEX])
{
	struct digest d;

	qsort(lines, n, sizeof(*lines), by_text);
	digest_begin(&d);
	for (size_t i = 0; i < n; i++) {
		digest_add(&d, lines[i], strlen(lines[i]));
		digest_add(&d, "\n", 1);
	}
	digest_end(&d, hex);
}

/* Manifest: SHA-256 over the sorted lines "SOP Instance UID TAB file digest TAB pixel digest" (STANDARDS 1.4).
 * Pixels: the same over the pixel digests alone, so that a copy under new UIDs shows itself. */
static void
manifests(struct settling *g)
{
	char **lines = mem_zero(g->n, sizeof(*lines)), **pixels = mem_zero(g->n, sizeof(*pixels));
	size_t with_pixels = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct member *m = &g->members[i];

		lines[i] = mem_format("%s\t%s\t%s", m->sop_uid, m->digest, m->pixel_digest);
		if (m->pixel_digest[0] != '\0')
			pixels[with_pixels++] = m->pixel_digest;
	}
	digest_lines(lines, g->n, g->manifest);
	if (with_pixels > 0)
		digest_lines(pixels, with_pixels, g->pixels);
	for (size_t i = 0; i < g->n; i++)
		free(lines[i]);
	free(lines);
	free(pixels);
}

static bool
exists(struct stmt *s)
{
	bool found = stmt_step(s, NULL) == RC_OK;

	stmt_done(s);
	return found;
}

static void
relation_flags(struct settling *g)
{
	struct stmt *s = db_query(ledger_db(g->l), "SELECT 1 FROM conflict WHERE series = $1");

	stmt_int(s, 1, g->series);
	if (exists(s))
		g->why |= WHY(CONFLICT);
	if (g->pixels[0] == '\0')
		return;
	s = db_query(ledger_db(g->l), "SELECT 1 FROM series WHERE pixels = $1 AND id <> $2");
	stmt_text(s, 1, g->pixels);
	stmt_int(s, 2, g->series);
	if (exists(s))
		g->why |= WHY(COPY);
}

static enum rc
write_places(struct settling *g, struct err *e)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; rc == RC_OK && i < g->n; i++) {
		struct stmt *s = db_query(ledger_db(g->l),
			"UPDATE image SET place = $1 WHERE id = $2 AND place <> $1");

		stmt_int(s, 1, (int64_t)i + 1);
		stmt_int(s, 2, g->members[g->order[i].id].id);
		rc = stmt_run(s, e);
	}
	return rc;
}

/* A series that was judged and is not the same any more goes back to its worklists. */
static enum rc
write_all(struct settling *g, const struct signer *who, struct err *e)
{
	bool first = g->manifest_before[0] == '\0';
	bool judged = !first && strcmp(g->state, "quarantined") != 0;
	const char *state = judged ? "quarantined" : g->state;
	enum rc rc = write_places(g, e);

	if (rc == RC_OK)
		rc = settle_series(g, state, e);
	if (rc == RC_OK)
		rc = settle_tasks(g, judged, e);
	if (rc == RC_OK)
		rc = settle_event(g, who, first ? "series-arrived" : "series-changed", state, e);
	return rc;
}

void
settle_release(struct settling *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free(g->members[i].sop_uid);
		free(g->members[i].digest);
		free(g->members[i].pixel_digest);
	}
	free(g->members);
	free(g->order);
	buf_release(&g->missing);
}

static enum rc
settle_one(struct ledger *l, const struct signer *who, int64_t series, struct err *e)
{
	struct settling g = { .l = l, .series = series };
	enum rc rc = settle_read(&g, e);

	if (rc == RC_OK)
		rc = read_members(&g, e);
	if (rc == RC_OK) {
		settle_class(&g);
		matrix_flag(&g);
		geometry_flags(&g);
		rc = missing_flags(&g, e);
	}
	if (rc == RC_OK) {
		manifests(&g);
		relation_flags(&g);
		rc = write_all(&g, who, e);
	}
	settle_release(&g);
	return rc;
}

static bool
some_unsettled(struct ledger *l)
{
	return db_number(ledger_db(l), "SELECT id FROM series WHERE settled = 0 LIMIT 1", 0) != 0;
}

/* Up to TOGETHER of them in a transaction, as each costs a sync of the disk; *n how many. */
static enum rc
settle_some(struct ledger *l, const struct signer *who, int64_t *n, struct err *e)
{
	enum rc rc = ledger_begin(l, e);

	if (rc != RC_OK)
		return rc;
	for (*n = 0; rc == RC_OK && *n < TOGETHER; ++*n) {
		int64_t series = db_number(ledger_db(l),
			"SELECT id FROM series WHERE settled = 0 ORDER BY id LIMIT 1", 0);

		if (series == 0)
			break;
		rc = settle_one(l, who, series, e);
	}
	return ledger_end(l, rc, e);
}

enum rc
catalog_settle(struct ledger *l, const struct signer *who, void (*told)(void *ctx), void *ctx,
	int64_t *count, struct err *e)
{
	enum rc rc = RC_OK;
	int64_t n = TOGETHER;

	*count = 0;
	while (rc == RC_OK && n == TOGETHER && some_unsettled(l)) {
		rc = settle_some(l, who, &n, e);
		if (rc == RC_OK)
			*count += n;
		if (told != NULL)
			told(ctx);
	}
	return rc;
}
