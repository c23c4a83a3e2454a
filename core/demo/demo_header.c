/* The attributes of the demonstration's images: complete for their SOP classes, plainly invented
 * (see demo_image.h). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/demo/demo_image.h"
#include "core/demo/noise.h"
#include "core/demo/phantom.h"

#define T(group, element) DICOM_TAG(0x##group, 0x##element)

/* 2.25 and a number that a hash of what the UID names gives. */
static void
put_uid(struct dicom_out *o, uint32_t tag, const char *kind, const char *of, int n)
{
	uint64_t h = noise_hash(noise_hash(noise_text(kind), noise_text(of)), (uint64_t)n);

	dicom_out_format(o, tag, "UI", "2.25.%" PRIu64 "%018" PRIu64,
		UINT64_C(1000000000000000000) + h / 4,
		noise_hash(h, 1) % UINT64_C(1000000000000000000));
}

static bool
is(const struct demo_series *s, const char *modality)
{
	return strcmp(s->modality, modality) == 0;
}

static bool
is_screen(const struct picture *p)
{
	return p->samples == 3 && !is(p->series, "US");
}

static bool
is_volume(const struct picture *p)
{
	return p->samples == 1 &&
		(is(p->series, "CT") || is(p->series, "MR") || is(p->series, "PT"));
}

static bool
is_head(const struct picture *p)
{
	return strcmp(p->series->trial, "NEURO-01") == 0;
}

static bool
lacks_tags(const struct picture *p)
{
	return p->series->fault == DEMO_TAGS;
}

/* trial/site/subject/visit: what an examination's UID is made from. */
static void
exam_of(const struct demo_series *s, char exam[64])
{
	snprintf(exam, 64, "%s/%s/%s", s->trial, s->subject, s->visit);
}

/* Spread over the spring; the second visit three months on, but for two that came too late. */
static void
date_of(const struct demo_series *s, char date[16])
{
	static const struct {
		const char *subject, *visit, *date;
	} others[] = { { "N01-0002", "V2", "20260717" }, { "N11-0005", "V2", "20260801" } };
	unsigned number = (unsigned)atoi(s->subject + 4) % 25;
	unsigned month = 2 + number % 3 + (strcmp(s->visit, "V2") == 0 ? 3 : 0);

	snprintf(date, 16, "2026%02u%02u", month, 3 + number);
	for (size_t i = 0; i < MEM_COUNT(others); i++)
		if (strcmp(others[i].subject, s->subject) == 0 &&
			strcmp(others[i].visit, s->visit) == 0)
			snprintf(date, 16, "%s", others[i].date);
}

static void
put_patient(struct dicom_out *o, const struct picture *p)
{
	const struct demo_series *s = p->series;

	dicom_out_text(o, T(0010, 0010), "PN", s->name ? s->name : s->subject);
	if (!lacks_tags(p))
		dicom_out_text(o, T(0010, 0020), "LO", s->subject);
	dicom_out_text(o, T(0010, 0030), "DA", "");
	dicom_out_text(o, T(0010, 0040), "CS", noise_text(s->subject) % 2 ? "F" : "M");
	dicom_out_format(o, T(0010, 1010), "AS", "%03dY", 50 + (int)(noise_text(s->subject) % 23));
	dicom_out_text(o, T(0012, 0062), "CS", s->name ? "NO" : "YES");
	if (!s->name)
		dicom_out_text(o, T(0012, 0063), "LO", "DEMONSTRATION: NO PERSON");
	dicom_out_text(o, T(0012, 0010), "LO", "EXAMPLE SPONSOR");
	dicom_out_text(o, T(0012, 0020), "LO", s->trial);
	dicom_out_text(o, T(0012, 0021), "LO",
		strcmp(s->trial, "NEURO-01") == 0 ? "Invented brain trial" : "Invented lung trial");
	dicom_out_text(o, T(0012, 0030), "LO", s->site);
	dicom_out_text(o, T(0012, 0040), "LO", s->subject);
	dicom_out_text(o, T(0012, 0050), "LO", s->visit);
}

static void
put_study(struct dicom_out *o, const struct picture *p)
{
	const struct demo_series *s = p->series;
	char exam[64], date[16];

	exam_of(s, exam);
	date_of(s, date);
	put_uid(o, T(0020, 000d), "study", exam, 0);
	dicom_out_text(o, T(0008, 0020), "DA", date);
	dicom_out_text(o, T(0008, 0030), "TM", "091500");
	dicom_out_text(o, T(0008, 0050), "SH", "");
	dicom_out_text(o, T(0008, 0090), "PN", "");
	dicom_out_text(o, T(0020, 0010), "SH", s->visit);
	dicom_out_format(o, T(0008, 1030), "LO", "%s %s %s", s->trial, s->visit,
		is_head(p) ? "BRAIN" : "CHEST");
}

/* Machines nobody makes, one set a site. */
static void
put_equipment(struct dicom_out *o, const struct picture *p)
{
	static const struct {
		const char *site, *maker, *software;
	} makers[] = { { "01", "Example Medical", "EX5.2" },
		{ "03", "Fictive Imaging AG", "FI B17A" }, { "11", "Sample Systems", "9.1.4" } };
	static const struct {
		const char *modality, *model, *station;
	} models[] = { { "CT", "Exa CT 64", "CT1" }, { "MR", "Resona 3", "MR2" },
		{ "PT", "Tracer 400", "PET1" }, { "DX", "Flatline 43", "DX1" },
		{ "CR", "Platemaster", "CR1" }, { "US", "Echolot 7", "US4" },
		{ "OT", "Exa Console", "WS1" } };
	const struct demo_series *s = p->series;

	for (size_t i = 0; i < MEM_COUNT(makers); i++)
		if (strcmp(makers[i].site, s->site) == 0) {
			dicom_out_text(o, T(0008, 0070), "LO", makers[i].maker);
			dicom_out_text(o, T(0018, 1020), "LO", makers[i].software);
			dicom_out_format(o, T(0018, 1000), "LO", "%s%04d", s->site, 1100 + (int)i);
		}
	for (size_t i = 0; i < MEM_COUNT(models); i++)
		if (is(s, models[i].modality)) {
			dicom_out_text(o, T(0008, 1090), "LO", models[i].model);
			dicom_out_format(
				o, T(0008, 1010), "SH", "S%s%s", s->site, models[i].station);
		}
	if (s->name)
		dicom_out_text(o, T(0008, 0080), "LO", "Made-up Hospital");
}

/* Scanned once more. */
static bool
is_again(const struct demo_series *s)
{
	return strchr(strrchr(s->folder, '/'), '-') != NULL;
}

/* The place of a series in its examination. */
static int
series_number(const struct demo_series *s)
{
	static const char *const order[] = { "CT", "T1", "T2", "FLAIR", "PET", "DX", "CR", "US",
		"DOSE", "SCREEN" };

	for (size_t i = 0; i < MEM_COUNT(order); i++)
		if (series_is(s, order[i]))
			return (int)i < 8 ? (int)i + (is_again(s) ? 12 : 2) : 990 + (int)i;
	return 1;
}

/* After nine o'clock, when a series began. */
static int
minute_of(const struct demo_series *s)
{
	return 16 + series_number(s) % 40;
}

static void
put_series(struct dicom_out *o, const struct picture *p)
{
	const struct demo_series *s = p->series;
	char date[16], time[16];

	date_of(s, date);
	snprintf(time, sizeof(time), "09%02d00", minute_of(s));
	put_uid(o, T(0020, 000e), "series", s->folder, 0);
	dicom_out_text(o, T(0008, 0060), "CS", s->modality);
	dicom_out_text(o, T(0008, 0021), "DA", date);
	dicom_out_text(o, T(0008, 0031), "TM", time);
	dicom_out_format(o, T(0020, 0011), "IS", "%d", series_number(s));
	if (!lacks_tags(p)) {
		dicom_out_text(o, T(0008, 103e), "LO", s->description);
		dicom_out_text(o, T(0018, 1030), "LO", s->description);
	}
	if (!is_screen(p))
		dicom_out_text(o, T(0018, 0015), "CS",
			is_head(p)            ? "HEAD"
				: is(s, "US") ? "ABDOMEN"
					      : "CHEST");
}

static void
put_image(struct dicom_out *o, const struct picture *p)
{
	static const struct {
		const char *leaf, *sop_class, *type;
	} kinds[] = {
		{ "CT", "1.2.840.10008.5.1.4.1.1.2", "ORIGINAL\\PRIMARY\\AXIAL" },
		{ "T1", "1.2.840.10008.5.1.4.1.1.4", "ORIGINAL\\PRIMARY\\M\\ND" },
		{ "T2", "1.2.840.10008.5.1.4.1.1.4", "ORIGINAL\\PRIMARY\\M\\ND" },
		{ "FLAIR", "1.2.840.10008.5.1.4.1.1.4", "ORIGINAL\\PRIMARY\\M\\ND" },
		{ "PET", "1.2.840.10008.5.1.4.1.1.128", "ORIGINAL\\PRIMARY" },
		{ "DX", "1.2.840.10008.5.1.4.1.1.1.1", "DERIVED\\PRIMARY\\" },
		{ "CR", "1.2.840.10008.5.1.4.1.1.1", "DERIVED\\PRIMARY" },
		{ "US", "1.2.840.10008.5.1.4.1.1.3.1", "ORIGINAL\\PRIMARY\\ABDOMINAL\\0001" },
		{ "DOSE", "1.2.840.10008.5.1.4.1.1.7", "DERIVED\\SECONDARY\\SCREEN SAVE" },
		{ "SCREEN", "1.2.840.10008.5.1.4.1.1.7", "DERIVED\\SECONDARY\\SCREEN SAVE" },
	};
	const struct demo_series *s = p->series;
	char date[16];

	date_of(s, date);
	for (size_t i = 0; i < MEM_COUNT(kinds); i++)
		if (series_is(s, kinds[i].leaf)) {
			dicom_out_text(o, T(0008, 0016), "UI", kinds[i].sop_class);
			dicom_out_text(o, T(0008, 0008), "CS", kinds[i].type);
		}
	dicom_out_text(o, T(0008, 0005), "CS", "ISO_IR 192");
	put_uid(o, T(0008, 0018), "image", s->folder, p->slice + 1);
	dicom_out_format(o, T(0020, 0013), "IS", "%d", p->slice + 1);
	dicom_out_text(o, T(0020, 0012), "IS", "1");
	dicom_out_text(o, T(0008, 0022), "DA", date);
	dicom_out_format(o, T(0008, 0032), "TM", "09%02d%02d", minute_of(s), p->slice % 60);
	dicom_out_text(o, T(0008, 0023), "DA", date);
	dicom_out_format(o, T(0008, 0033), "TM", "09%02d%02d", minute_of(s) + 3, p->slice % 60);
	dicom_out_text(o, T(0028, 0301), "CS", s->burned);
}

static double
slice_step(const struct demo_series *s)
{
	if (is(s, "PT"))
		return -300.0 / 47;
	if (strcmp(s->trial, "NEURO-01") != 0)
		return -5;
	return 128.0 / s->slices;
}

double
header_z(const struct demo_series *s, int slice)
{
	return (strcmp(s->trial, "NEURO-01") == 0 ? -54 : -110) + slice_step(s) * (slice + 0.5);
}

static void
put_plane(struct dicom_out *o, const struct picture *p)
{
	const struct demo_series *s = p->series;
	double mm = (double)p->mm, z = header_z(s, p->slice), step = slice_step(s);
	char exam[64];

	exam_of(s, exam);
	put_uid(o, T(0020, 0052), "frame of reference", exam, is(s, "CT"));
	dicom_out_text(o, T(0020, 1040), "LO", "");
	dicom_out_format(o, T(0020, 0032), "DS", "%.3f\\%.3f\\%.3f", -(p->w - 1) * mm / 2,
		-(p->h - 1) * mm / 2, z);
	dicom_out_text(o, T(0020, 0037), "DS", "1\\0\\0\\0\\1\\0");
	dicom_out_format(o, T(0020, 1041), "DS", "%.3f", z);
	dicom_out_text(o, T(0018, 5100), "CS", "HFS");
	dicom_out_format(o, T(0018, 0050), "DS", "%.3f",
		is(s, "MR")        ? 5.0
			: step < 0 ? -step
				   : step);
	if (!lacks_tags(p))
		dicom_out_format(o, T(0028, 0030), "DS", "%.4f\\%.4f", mm, mm);
}

static void
put_ct(struct dicom_out *o, const struct picture *p)
{
	bool head = is_head(p);

	dicom_out_text(o, T(0018, 0022), "CS", "HELICAL MODE");
	dicom_out_text(o, T(0018, 0060), "DS", "120");
	dicom_out_text(o, T(0018, 0090), "DS", head ? "250" : "500");
	dicom_out_text(o, T(0018, 1100), "DS", head ? "230.4" : "380");
	dicom_out_text(o, T(0018, 1120), "DS", "0");
	dicom_out_text(o, T(0018, 1150), "IS", "500");
	dicom_out_text(o, T(0018, 1151), "IS", head ? "280" : "190");
	dicom_out_text(o, T(0018, 1210), "SH", head ? "H30s" : "B60f");
	dicom_out_text(o, T(0028, 1050), "DS", head ? "40" : "-600\\40");
	dicom_out_text(o, T(0028, 1051), "DS", head ? "80" : "1500\\400");
	dicom_out_text(o, T(0028, 1055), "LO", head ? "BRAIN" : "LUNG\\MEDIASTINUM");
	dicom_out_text(o, T(0028, 1052), "DS", "-1024");
	dicom_out_text(o, T(0028, 1053), "DS", "1");
	dicom_out_text(o, T(0028, 1054), "LO", "HU");
	if (!head)
		dicom_out_ss(o, T(0028, 0120), -2000);
}

static void
put_mr(struct dicom_out *o, const struct picture *p)
{
	static const struct {
		const char *leaf, *sequence, *variant, *name, *tr, *te, *ti, *train;
	} looks[] = {
		{ "T1", "SE", "SP", "*se2d1", "600", "10", NULL, "1" },
		{ "T2", "SE", "SK\\SP", "*tse2d1_15", "4500", "98", NULL, "15" },
		{ "FLAIR", "SE\\IR", "SK\\SP\\MP", "*tir2d1_16", "9000", "120", "2500", "16" },
	};
	const struct demo_series *s = p->series;

	for (size_t i = 0; i < MEM_COUNT(looks); i++) {
		if (!series_is(s, looks[i].leaf))
			continue;
		dicom_out_text(o, T(0018, 0020), "CS", looks[i].sequence);
		dicom_out_text(o, T(0018, 0021), "CS", looks[i].variant);
		dicom_out_text(o, T(0018, 0024), "SH", looks[i].name);
		dicom_out_text(o, T(0018, 0080), "DS", looks[i].tr);
		dicom_out_text(o, T(0018, 0081), "DS", s->te != NULL ? s->te : looks[i].te);
		dicom_out_text(o, T(0018, 0082), "DS", s->ti != NULL ? s->ti : looks[i].ti);
		dicom_out_text(o, T(0018, 0091), "IS", looks[i].train);
	}
	dicom_out_text(o, T(0018, 0022), "CS", "");
	dicom_out_text(o, T(0018, 0023), "CS", "2D");
	dicom_out_text(o, T(0018, 0087), "DS", strcmp(s->site, "03") == 0 ? "1.5" : "3");
	dicom_out_format(o, T(0018, 0088), "DS", "%.3f", slice_step(s));
	dicom_out_text(o, T(0018, 1312), "CS", "COL");
	dicom_out_text(o, T(0018, 1314), "DS", "90");
	if (strstr(s->description, "POST") != NULL || strstr(s->description, "GD") != NULL) {
		dicom_out_text(o, T(0018, 0010), "LO", "EXAMPLE GADOLINIUM");
		dicom_out_format(o, T(0018, 1042), "TM", "09%02d00", minute_of(s) - 7);
	}
	dicom_out_text(o, T(0028, 1050), "DS", "450");
	dicom_out_text(o, T(0028, 1051), "DS", "900");
}

static void
put_pet(struct dicom_out *o, const struct picture *p)
{
	struct dicom_out item = { 0 };

	dicom_out_text(&item, T(0018, 0031), "LO", "FDG -- fluorodeoxyglucose");
	dicom_out_text(&item, T(0018, 1072), "TM", "081500");
	dicom_out_text(&item, T(0018, 1074), "DS", "296000000");
	dicom_out_text(&item, T(0018, 1075), "DS", "6586.2");
	dicom_out_sequence(o, T(0054, 0016), &item);
	dicom_out_release(&item);
	dicom_out_text(o, T(0028, 0051), "CS", "DECY\\ATTN\\SCAT\\NORM");
	dicom_out_text(o, T(0054, 1000), "CS", "STATIC\\IMAGE");
	dicom_out_text(o, T(0054, 1001), "CS", "BQML");
	dicom_out_text(o, T(0054, 1002), "CS", "EMISSION");
	dicom_out_text(o, T(0054, 1102), "CS", "START");
	dicom_out_text(o, T(0054, 1300), "DS", "90000");
	dicom_out_us(o, T(0054, 0081), (unsigned)p->series->slices);
	dicom_out_us(o, T(0054, 1330), (unsigned)p->slice + 1);
	dicom_out_text(o, T(0018, 1242), "IS", "180000");
	dicom_out_text(o, T(0010, 1030), "DS", "74");
	dicom_out_text(o, T(0028, 1050), "DS", "12000");
	dicom_out_text(o, T(0028, 1051), "DS", "24000");
	dicom_out_text(o, T(0028, 1052), "DS", "0");
	dicom_out_format(o, T(0028, 1053), "DS", "%.6f", p->slope);
}

static void
put_film(struct dicom_out *o, const struct picture *p)
{
	bool digital = is(p->series, "DX");

	dicom_out_text(o, T(0018, 5101), "CS", "PA");
	dicom_out_text(o, T(0020, 0020), "CS", "L\\F");
	dicom_out_text(o, T(0018, 0060), "DS", "125");
	dicom_out_format(o, T(0018, 1164), "DS", "%.3f\\%.3f", (double)p->mm, (double)p->mm);
	dicom_out_text(o, T(0028, 1050), "DS", "2350");
	dicom_out_text(o, T(0028, 1051), "DS", "2300");
	if (!digital)
		return;
	dicom_out_text(o, T(0008, 0068), "CS", "FOR PRESENTATION");
	dicom_out_text(o, T(0020, 0062), "CS", "U");
	dicom_out_text(o, T(0018, 7004), "CS", "DIRECT");
	dicom_out_text(o, T(0028, 1040), "CS", "LOG");
	dicom_out_ss(o, T(0028, 1041), 1);
	dicom_out_text(o, T(0028, 1052), "DS", "0");
	dicom_out_text(o, T(0028, 1053), "DS", "1");
	dicom_out_text(o, T(0028, 1054), "LO", "US");
	dicom_out_text(o, T(2050, 0020), "CS", "INVERSE");
	dicom_out_text(o, T(0028, 2110), "CS", "00");
}

static void
put_sound(struct dicom_out *o, const struct picture *p)
{
	dicom_out_format(o, T(0028, 0008), "IS", "%d", p->frames);
	dicom_out_text(o, T(0018, 1063), "DS", "40");
	dicom_out_format(o, T(0008, 2144), "IS", "%d", 25);
	dicom_out_format(o, T(0018, 0040), "IS", "%d", 25);
	dicom_out_text(o, T(0028, 2110), "CS", "00");
	/* (0028,0009) points to FrameTime */
	dicom_out_tag(o, T(0028, 0009), T(0018, 1063));
}

static void
put_pixels(struct dicom_out *o, const struct picture *p)
{
	bool film = is(p->series, "CR") || is(p->series, "DX");

	dicom_out_us(o, T(0028, 0002), (unsigned)p->samples);
	dicom_out_text(o, T(0028, 0004), "CS",
		p->samples == 3 ? "RGB"
			: film  ? "MONOCHROME1"
				: "MONOCHROME2");
	if (p->samples == 3)
		dicom_out_us(o, T(0028, 0006), 0);
	dicom_out_us(o, T(0028, 0010), (unsigned)p->h);
	dicom_out_us(o, T(0028, 0011), (unsigned)p->w);
	dicom_out_us(o, T(0028, 0100), (unsigned)p->bits);
	dicom_out_us(o, T(0028, 0101), (unsigned)p->bits_stored);
	dicom_out_us(o, T(0028, 0102), (unsigned)p->bits_stored - 1);
	dicom_out_us(o, T(0028, 0103), p->is_signed);
	dicom_out_pixels(o, p->pixels, p->bytes, p->bits);
}

void
header_write(struct dicom_out *o, const struct picture *p)
{
	static const struct {
		const char *modality;
		void (*put)(struct dicom_out *o, const struct picture *p);
	} modules[] = { { "CT", put_ct }, { "MR", put_mr }, { "PT", put_pet }, { "DX", put_film },
		{ "CR", put_film }, { "US", put_sound } };

	dicom_out_clear(o);
	put_patient(o, p);
	put_study(o, p);
	put_equipment(o, p);
	put_series(o, p);
	put_image(o, p);
	put_pixels(o, p);
	if (is_volume(p))
		put_plane(o, p);
	if (is_screen(p)) {
		dicom_out_text(o, T(0008, 0064), "CS", "WSD");
		return;
	}
	for (size_t i = 0; i < MEM_COUNT(modules); i++)
		if (is(p->series, modules[i].modality))
			modules[i].put(o, p);
}
