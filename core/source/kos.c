/* Writing a Key Object Selection (see kos.h). */
#include "core/source/kos.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/dicom/dicom_out.h"
#include "core/ledger/keys.h"
#include "core/source/json.h"

#define T DICOM_TAG

enum { REASONS_MOST = 32 };

/* ---- UIDs ---- */

/* The digest's first half as a UUID of version 8 (what its bits mean is ours), written as PS3.5 B.2 has it. */
void
kos_uid(char uid[KOS_UID], const char *kind, const char *archive, int64_t number)
{
	char *text = mem_format("wetread-uid-v1 %s %s %" PRId64, kind, archive, number);
	unsigned char raw[32];
	char hex[DIGEST_HEX], digits[40];
	unsigned __int128 n = 0;
	size_t at = sizeof(digits);
	struct digest d;

	digest_begin(&d);
	digest_add(&d, text, strlen(text));
	digest_end(&d, hex);
	free(text);
	key_unhex(raw, sizeof(raw), hex);
	raw[6] = (unsigned char)((raw[6] & 0x0f) | 0x80);
	raw[8] = (unsigned char)((raw[8] & 0x3f) | 0x80);
	for (int i = 0; i < 16; i++)
		n = n << 8 | raw[i];
	digits[--at] = '\0';
	do {
		digits[--at] = (char)('0' + (int)(n % 10));
		n /= 10;
	} while (n > 0);
	str_copy(uid, KOS_UID, "2.25.");
	str_copy(uid + 5, KOS_UID - 5, digits + at);
}

/* ---- values as their VR allows them ---- */

struct moment {
	char date[9], time[14];
};

static struct moment
moment_of(int64_t at)
{
	time_t s = (time_t)(at / 1000000);
	struct moment m;
	struct tm tm;

	gmtime_r(&s, &tm);
	strftime(m.date, sizeof(m.date), "%Y%m%d", &tm);
	strftime(m.time, sizeof(m.time), "%H%M%S", &tm);
	return m;
}

static bool
is_date(const char *s)
{
	return strlen(s) == 8 && strspn(s, "0123456789") == 8;
}

static bool
is_time(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return s[0] == '\0' ||
		(n >= 2 && n <= 6 && n % 2 == 0 && (s[n] == '\0' || s[n] == '.') && strlen(s) <= 13);
}

static bool
is_sex(const char *s)
{
	return strcmp(s, "M") == 0 || strcmp(s, "F") == 0 || strcmp(s, "O") == 0;
}

/* Attributes that the object has in common with the study, absent ones empty (type 2) or left out. */
static const struct {
	enum attr attr;
	const char vr[3];
	bool always;
	bool (*allowed)(const char *s); /* NULL: any text */
} shared[] = {
	{ ATTR_PATIENT_NAME, "PN", true, NULL },
	{ ATTR_PATIENT_ID, "LO", true, NULL },
	{ ATTR_BIRTH_DATE, "DA", true, is_date },
	{ ATTR_SEX, "CS", true, is_sex },
	{ ATTR_STUDY_DATE, "DA", true, is_date },
	{ ATTR_STUDY_TIME, "TM", true, is_time },
	{ ATTR_STUDY_ID, "SH", true, NULL },
	{ ATTR_ACCESSION, "SH", true, NULL },
	{ ATTR_STUDY_DESC, "LO", false, NULL },
};

static void
put_shared(struct dicom_out *o, const struct header *study)
{
	char value[1024];

	for (size_t i = 0; i < MEM_COUNT(shared); i++) {
		const struct attr_info *a = &attr_table[shared[i].attr];

		str_copy(value, sizeof(value), header_text(study, shared[i].attr));
		if (shared[i].allowed != NULL && !shared[i].allowed(value))
			value[0] = '\0';
		if (value[0] != '\0' || shared[i].always)
			dicom_out_text(o, T(a->group, a->element), shared[i].vr, value);
	}
	dicom_out_text(o, T(0x0008, 0x0090), "PN", ""); /* who referred is nobody's business here */
}

/* ---- content items ---- */

static void
put_code(struct dicom_out *o, uint32_t tag, const struct kos_code *c)
{
	struct dicom_out item = { 0 };

	dicom_out_text(&item, T(0x0008, 0x0100), "SH", c->value);
	dicom_out_text(&item, T(0x0008, 0x0102), "SH", c->scheme);
	dicom_out_text(&item, T(0x0008, 0x0104), "LO", c->meaning);
	dicom_out_sequence(o, tag, &item);
	dicom_out_release(&item);
}

static void
begin_content(
	struct dicom_out *o, const char *relation, const char *type, const struct kos_code *name)
{
	dicom_out_clear(o);
	dicom_out_text(o, T(0x0040, 0xa010), "CS", relation);
	dicom_out_text(o, T(0x0040, 0xa040), "CS", type);
	if (name != NULL)
		put_code(o, T(0x0040, 0xa043), name);
}

static void
put_code_item(struct buf *items, const char *relation, const struct kos_code *name,
	const struct kos_code *value)
{
	struct dicom_out o = { 0 };

	begin_content(&o, relation, "CODE", name);
	put_code(&o, T(0x0040, 0xa168), value);
	dicom_out_item(items, &o);
	dicom_out_release(&o);
}

/* Each reason by its nearest code of CID 7011, each of those once, and by its own code where that is another. */
static void
put_modifiers(struct buf *items, const struct kos_verdict *v)
{
	static const struct kos_code name = { "113011", "DCM", "Document Title Modifier" };
	const struct kos_code *told[REASONS_MOST];
	size_t n = 0, k;

	for (size_t i = 0; i < v->reason_count; i++) {
		const struct reason *r = v->reasons[i];
		const struct kos_code *near = kos_nearest(r),
				      own = { r->code, r->scheme, r->meaning };

		for (k = 0; k < n && told[k] != near; k++)
			;
		if (k == n) {
			put_code_item(items, "HAS CONCEPT MOD", &name, near);
			told[n++] = near;
		}
		if (strcmp(near->value, r->code) != 0)
			put_code_item(items, "HAS CONCEPT MOD", &name, &own);
	}
}

/* TID 1002 and 1003: who says so. */
static void
put_observer(struct buf *items, const struct kos_verdict *v)
{
	static const struct kos_code type = { "121005", "DCM", "Observer Type" },
				     person = { "121006", "DCM", "Person" },
				     name = { "121008", "DCM", "Person Observer Name" };
	struct dicom_out o = { 0 };

	put_code_item(items, "HAS OBS CONTEXT", &type, &person);
	begin_content(&o, "HAS OBS CONTEXT", "PNAME", &name);
	dicom_out_text(&o, T(0x0040, 0xa123), "PN", v->signer);
	dicom_out_item(items, &o);
	dicom_out_release(&o);
}

/* What leads from the object back to the record. */
static void
put_description(struct buf *items, const struct kos_verdict *v)
{
	static const struct kos_code name = { "113012", "DCM", "Key Object Description" };
	struct dicom_out o = { 0 };
	struct buf text = { 0 };

	buf_format(&text, "wetread archive %s, signature %" PRId64 ", event sha256 %s", v->archive,
		v->number, v->hash);
	for (size_t i = 0; i < v->reason_count; i++)
		buf_format(&text, "%s %s (%s)", i > 0 ? ";" : ". Reasons:", v->reasons[i]->meaning,
			v->reasons[i]->code);
	begin_content(&o, "CONTAINS", "TEXT", &name);
	dicom_out_text(&o, T(0x0040, 0xa160), "UT", text.data);
	dicom_out_item(items, &o);
	dicom_out_release(&o);
	buf_release(&text);
}

/* ---- what is rejected ---- */

/* SOP classes that are no images, by how they begin (PS3.4 B.5); all other storage classes have pixels. */
static const struct {
	const char *begin, *type;
} no_images[] = {
	{ "1.2.840.10008.5.1.4.1.1.9.", "WAVEFORM" }, { "1.2.840.10008.5.1.4.1.1.11.", "COMPOSITE" },
	{ "1.2.840.10008.5.1.4.1.1.66.4", "IMAGE" }, /* segmentation */
	{ "1.2.840.10008.5.1.4.1.1.66", "COMPOSITE" }, { "1.2.840.10008.5.1.4.1.1.67", "COMPOSITE" },
	{ "1.2.840.10008.5.1.4.1.1.88.", "COMPOSITE" },
	{ "1.2.840.10008.5.1.4.1.1.104.", "COMPOSITE" },
	{ "1.2.840.10008.5.1.4.1.1.481.1", "IMAGE" }, /* RT image */
	{ "1.2.840.10008.5.1.4.1.1.481.2", "IMAGE" }, /* RT dose */
	{ "1.2.840.10008.5.1.4.1.1.481.", "COMPOSITE" },
	{ "1.2.840.10008.5.1.4.1.1.4.2", "COMPOSITE" }, /* spectroscopy */
};

static const char *
value_type(const char *sop_class)
{
	for (size_t i = 0; i < MEM_COUNT(no_images); i++)
		if (strncmp(sop_class, no_images[i].begin, strlen(no_images[i].begin)) == 0)
			return no_images[i].type;
	return "IMAGE";
}

static void
put_reference(struct dicom_out *o, const struct kos_image *im)
{
	dicom_out_clear(o);
	dicom_out_text(o, T(0x0008, 0x1150), "UI", im->sop_class);
	dicom_out_text(o, T(0x0008, 0x1155), "UI", im->sop_uid);
}

static void
put_images(struct buf *items, const struct kos_verdict *v)
{
	struct dicom_out o = { 0 }, reference = { 0 };

	for (size_t i = 0; i < v->image_count; i++) {
		put_reference(&reference, &v->images[i]);
		begin_content(&o, "CONTAINS", value_type(v->images[i].sop_class), NULL);
		dicom_out_sequence(&o, T(0x0008, 0x1199), &reference);
		dicom_out_item(items, &o);
	}
	dicom_out_release(&o);
	dicom_out_release(&reference);
}

/* Current Requested Procedure Evidence Sequence: the same instances once more, by study and series. */
static void
put_evidence(struct dicom_out *o, const struct kos_verdict *v)
{
	struct dicom_out study = { 0 }, series = { 0 }, reference = { 0 };
	struct buf items = { 0 };

	for (size_t i = 0; i < v->image_count; i++) {
		put_reference(&reference, &v->images[i]);
		dicom_out_item(&items, &reference);
	}
	dicom_out_text(&series, T(0x0020, 0x000e), "UI", v->series_uid);
	dicom_out_items(&series, T(0x0008, 0x1199), &items);
	dicom_out_sequence(&study, T(0x0008, 0x1115), &series);
	dicom_out_text(&study, T(0x0020, 0x000d), "UI", v->study_uid);
	dicom_out_sequence(o, T(0x0040, 0xa375), &study);
	buf_release(&items);
	dicom_out_release(&reference);
	dicom_out_release(&series);
	dicom_out_release(&study);
}

/* ---- the document ---- */

static void
put_content(struct dicom_out *o, const struct kos_verdict *v, enum kos_title title)
{
	struct dicom_out template = { 0 };
	struct buf items = { 0 };

	dicom_out_text(o, T(0x0040, 0xa040), "CS", "CONTAINER");
	put_code(o, T(0x0040, 0xa043), &kos_titles[title]);
	dicom_out_text(o, T(0x0040, 0xa050), "CS", "SEPARATE");
	dicom_out_text(&template, T(0x0008, 0x0105), "CS", "DCMR");
	dicom_out_text(&template, T(0x0040, 0xdb00), "CS", "2010");
	dicom_out_sequence(o, T(0x0040, 0xa504), &template);
	if (title == KOS_QUALITY) /* TID 2010 has modifiers for no other rejection */
		put_modifiers(&items, v);
	put_observer(&items, v);
	put_description(&items, v);
	put_images(&items, v);
	dicom_out_items(o, T(0x0040, 0xa730), &items);
	dicom_out_release(&template);
	buf_release(&items);
}

static void
put_document(struct dicom_out *o, const struct kos_document *d, const struct kos_verdict *v)
{
	struct moment m = moment_of(v->at);

	dicom_out_text(o, T(0x0008, 0x0005), "CS", "ISO_IR 192");
	dicom_out_text(o, T(0x0008, 0x0016), "UI", "1.2.840.10008.5.1.4.1.1.88.59");
	dicom_out_text(o, T(0x0008, 0x0018), "UI", d->uid);
	dicom_out_text(o, T(0x0008, 0x0023), "DA", m.date);
	dicom_out_text(o, T(0x0008, 0x0033), "TM", m.time);
	dicom_out_text(o, T(0x0008, 0x0060), "CS", "KO");
	dicom_out_text(o, T(0x0008, 0x0070), "LO", "wetread");
	dicom_out_text(o, T(0x0008, 0x0201), "SH", "+0000");
	dicom_out_items(o, T(0x0008, 0x1111), &(struct buf){ 0 }); /* no performed procedure step */
	dicom_out_text(o, T(0x0020, 0x000d), "UI", v->study_uid);
	dicom_out_text(o, T(0x0020, 0x000e), "UI", d->series_uid);
	dicom_out_text(o, T(0x0020, 0x0011), "IS", "1");
	dicom_out_text(o, T(0x0020, 0x0013), "IS", "1");
}

static enum rc
check(const struct kos_verdict *v, struct err *e)
{
	bool good = json_is_uid(v->study_uid) && json_is_uid(v->series_uid);

	if (v->image_count == 0)
		return err_set(e, RC_INVALID, "a key object has to name at least one image");
	if (v->image_count > KOS_IMAGES_MOST || v->reason_count > REASONS_MOST)
		return err_set(e, RC_LIMIT, "a key object names at most %d images and %d reasons",
			KOS_IMAGES_MOST, REASONS_MOST);
	for (size_t i = 0; i < v->image_count; i++)
		good = good && json_is_uid(v->images[i].sop_class) &&
			json_is_uid(v->images[i].sop_uid);
	return good ? RC_OK : err_set(e, RC_INVALID, "a UID of what is rejected is none");
}

enum rc
kos_make(struct kos_document *out, const struct kos_verdict *v, struct err *e)
{
	struct dicom_out o = { .maker = "WETREAD" };
	enum rc rc = check(v, e);

	memset(out, 0, sizeof(*out));
	if (rc != RC_OK)
		return rc;
	kos_uid(out->uid, "key object", v->archive, v->number);
	kos_uid(out->series_uid, KOS_SERIES_KIND, v->archive, v->number);
	out->title = kos_title_of(v->reasons, v->reason_count);
	put_shared(&o, v->study);
	put_document(&o, out, v);
	put_evidence(&o, v);
	put_content(&o, v, out->title);
	dicom_out_bytes(&o, &out->bytes);
	dicom_out_release(&o);
	return RC_OK;
}

void
kos_release(struct kos_document *d)
{
	buf_release(&d->bytes);
}
