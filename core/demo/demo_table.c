/* What the demonstration holds: one row a series (see demo.h). */
#include "core/demo/demo.h"

#include <assert.h>

#include "core/base/mem.h"
#include "core/base/glyphs.h"

#define SERIES(trial_, site_, subject_, visit_, leaf, ...) \
	{ \
		.folder = trial_ "/" site_ "/" subject_ "/" visit_ "/" leaf, .trial = trial_, \
		.site = site_, .subject = subject_, .visit = visit_, __VA_ARGS__ \
	}
#define MR(site, subject, visit, leaf, what, ...) \
	SERIES("NEURO-01", site, subject, visit, leaf, .modality = "MR", .description = what, \
		.slices = 24, __VA_ARGS__)
#define LUNG(site, subject, visit, leaf, kind, what, count, ...) \
	SERIES("LUNG-02", site, subject, visit, leaf, .modality = kind, .description = what, \
		.slices = count, __VA_ARGS__)

/* What BurnedInAnnotation says, and the number of files. */
#define SAID(n)     .burned = "NO", .images = n
#define UNSAID(n)   .images = n
#define ADMITTED(n) .burned = "YES", .images = n

#define TEXT(kind, what, left, top, size) \
	.fault = kind, .text = what, .scale = size, .x0 = left, .y0 = top, \
	.x1 = GLYPH_RIGHT(left, (int)sizeof(what) - 1, size), .y1 = GLYPH_BOTTOM(top, size)
#define AT(from, to) .first = from, .last = to

static const struct demo_series table[] = {
	MR("01", "N01-0001", "BL", "T1", "AX T1 PRE", SAID(24)),
	MR("01", "N01-0001", "BL", "T2", "AX T2 TSE", SAID(24)),
	MR("01", "N01-0001", "BL", "FLAIR", "AX FLAIR", SAID(24)),
	SERIES("NEURO-01", "01", "N01-0001", "BL", "CT", .modality = "CT",
		.description = "HEAD 2.5 H30S", .slices = 60, SAID(60),
		TEXT(DEMO_TEXT_CORNER, "INVENTED, PETRA 12.04.61", 12, 488, 2)),
	MR("01", "N01-0001", "V2", "T1", "AX T1 POST", SAID(24)),
	MR("01", "N01-0001", "V2", "T2", "AX T2 TSE", SAID(24), .te = "125"),
	MR("01", "N01-0001", "V2", "FLAIR", "AX FLAIR", SAID(24)),
	MR("01", "N01-0002", "BL", "T1", "AX T1 PRE", SAID(24)),
	MR("01", "N01-0002", "BL", "T2", "AX T2 TSE", SAID(24)),
	MR("01", "N01-0002", "BL", "FLAIR", "AX FLAIR", SAID(24)),
	MR("01", "N01-0002", "V2", "T1", "AX T1 POST", SAID(24)),
	MR("01", "N01-0002", "V2", "T2", "AX T2 TSE", SAID(23), .fault = DEMO_GAP, AT(10, 10)),
	MR("01", "N01-0002", "V2", "FLAIR", "AX FLAIR", SAID(24)),
	MR("03", "N03-0003", "BL", "T1", "T1 SE TRA", UNSAID(24)),
	MR("03", "N03-0003", "BL", "T2", "T2 TSE TRA", UNSAID(24)),
	MR("03", "N03-0003", "BL", "FLAIR", "FLAIR TRA", UNSAID(24), .fault = DEMO_GHOST),
	MR("03", "N03-0003", "V2", "T1", "T1 SE TRA", UNSAID(24), .fault = DEMO_COPY,
		.of = "NEURO-01/03/N03-0003/BL/T1"),
	MR("03", "N03-0003", "V2", "T2", "T2 TSE TRA", UNSAID(24)),
	MR("03", "N03-0003", "V2", "FLAIR", "FLAIR TRA", UNSAID(24)),
	MR("03", "N03-0004", "BL", "T1", "T1 SE TRA", SAID(24), .fault = DEMO_MATRIX, AT(12, 12)),
	MR("03", "N03-0004", "BL", "T2", "T2 TSE TRA", SAID(24)),
	MR("03", "N03-0004", "BL", "FLAIR", "FLAIR TRA", SAID(24), .ti = "2850"),
	MR("03", "N03-0004", "V2", "T1", "T1 SE TRA GD", SAID(24)),
	MR("03", "N03-0004", "V2", "T2", "T2 TSE TRA", SAID(24), .fault = DEMO_TAGS),
	MR("03", "N03-0004", "V2", "FLAIR", "FLAIR TRA", SAID(24)),
	MR("11", "N11-0005", "BL", "T1", "AX T1", SAID(24)),
	MR("11", "N11-0005", "BL", "T2", "AX T2 FSE", SAID(24), .fault = DEMO_TRUNCATED, AT(24, 24)),
	MR("11", "N11-0005", "BL", "FLAIR", "AX FLAIR FS", SAID(24)),
	SERIES("NEURO-01", "11", "N11-0005", "BL", "CT", .modality = "CT",
		.description = "HEAD 2.5 H30S", .slices = 60, SAID(60)),
	MR("11", "N11-0005", "V2", "T1", "AX T1 POST", SAID(24)),
	MR("11", "N11-0005", "V2", "T2", "AX T2 FSE", SAID(24)),
	MR("11", "N11-0005", "V2", "FLAIR", "AX FLAIR FS", SAID(24)),
	MR("11", "N11-0006", "BL", "T1", "AX T1", SAID(24), .name = "MADEUP^INGRID",
		TEXT(DEMO_TEXT_PLAIN, "MADEUP, INGRID", 6, 6, 1)),
	MR("11", "N11-0006", "BL", "T2", "AX T2 FSE", SAID(24)),
	MR("11", "N11-0006", "BL", "FLAIR", "AX FLAIR FS", SAID(24)),
	MR("11", "N11-0006", "V2", "T1", "AX T1 POST", SAID(24)),
	MR("11", "N11-0006", "V2", "T2", "AX T2 FSE", SAID(24)),
	MR("11", "N11-0006", "V2", "FLAIR", "AX FLAIR FS", SAID(24), .fault = DEMO_CONFLICT, AT(5, 5)),

	LUNG("01", "L01-0007", "BL", "CT", "CT", "CHEST 5.0 B60F", 60, SAID(60)),
	LUNG("01", "L01-0007", "BL", "PET", "PT", "PET AC THORAX", 47, SAID(47)),
	LUNG("01", "L01-0007", "BL", "DOSE", "OT", "DOSE REPORT", 1, UNSAID(1), .name = "IMAGINARY^OLE",
		TEXT(DEMO_TEXT_PLAIN, "PATIENT: IMAGINARY, OLE  02.11.1954", 40, 92, 3)),
	LUNG("01", "L01-0007", "V2", "CT", "CT", "CHEST 5.0 B60F", 60, SAID(60),
		TEXT(DEMO_TEXT_ONE_SLICE, "IMAGINARY, OLE", 150, 24, 2), AT(37, 37)),
	LUNG("01", "L01-0007", "V2", "PET", "PT", "PET AC THORAX", 47, SAID(47)),
	LUNG("01", "L01-0008", "BL", "DX", "DX", "CHEST PA", 1, SAID(1)),
	LUNG("01", "L01-0008", "V2", "DX", "DX", "CHEST PA", 1, SAID(1),
		TEXT(DEMO_TEXT_FAINT, "NOTREAL, JONAS 30.07.1949", 560, 2330, 6)),
	LUNG("03", "L03-0009", "BL", "CT", "CT", "THORAX 5.0 B60F", 60, UNSAID(60)),
	LUNG("03", "L03-0009", "BL", "DOSE", "CT", "PATIENT PROTOCOL", 1, UNSAID(1), .name = "PRETEND^ASTA",
		TEXT(DEMO_TEXT_PLAIN, "PATIENT: PRETEND, ASTA  19.01.1960", 40, 92, 3)),
	LUNG("03", "L03-0009", "V2", "CT", "CT", "THORAX 5.0 B60F", 60, UNSAID(57),
		.fault = DEMO_GAP, AT(14, 16)),
	LUNG("03", "L03-0009", "V2", "DOSE", "CT", "PATIENT PROTOCOL", 1, UNSAID(1), .name = "PRETEND^ASTA",
		TEXT(DEMO_TEXT_PLAIN, "PATIENT: PRETEND, ASTA  19.01.1960", 40, 92, 3)),
	LUNG("03", "L03-0010", "BL", "CR", "CR", "THORAX PA", 1, SAID(1)),
	LUNG("03", "L03-0010", "V2", "CR", "CR", "THORAX PA", 1, UNSAID(1), .name = "FABLE^RUNA",
		TEXT(DEMO_TEXT_PLAIN, "FABLE, RUNA  08.08.1957", 140, 2380, 6)),
	LUNG("11", "L11-0011", "BL", "PET", "PT", "WB AC", 47, SAID(47)),
	LUNG("11", "L11-0011", "BL", "US", "US", "ABDOMEN LIVER", 30, ADMITTED(1),
		.name = "TALE^MARTIN", TEXT(DEMO_TEXT_PLAIN, "TALE, MARTIN", 230, 8, 2)),
	LUNG("11", "L11-0011", "V2", "PET", "PT", "WB AC", 47, SAID(47)),
	LUNG("11", "L11-0011", "V2", "US", "US", "ABDOMEN DOPPLER", 20, UNSAID(1),
		.name = "TALE^MARTIN", TEXT(DEMO_TEXT_PLAIN, "TALE, MARTIN", 230, 8, 2)),
	LUNG("11", "L11-0012", "BL", "US", "US", "ABDOMEN", 20, UNSAID(1), .name = "LEGEND^FRIDA",
		TEXT(DEMO_TEXT_PLAIN, "LEGEND, FRIDA", 230, 8, 2)),
	LUNG("11", "L11-0012", "V2", "SCREEN", "OT", "SCREEN SAVE", 1, ADMITTED(1), .name = "LEGEND^FRIDA",
		TEXT(DEMO_TEXT_PLAIN, "PATIENT: LEGEND, FRIDA  23.03.1966", 40, 92, 3)),

	/* a visit that lacks one series and has another twice; the second visit never came */
	MR("11", "N11-0013", "BL", "T1", "AX T1 PRE", SAID(24)),
	MR("11", "N11-0013", "BL", "T2", "AX T2 FSE", SAID(24)),
	MR("11", "N11-0013", "BL", "T2-AGAIN", "AX T2 FSE", SAID(24)),
};

size_t
demo_series_count(void)
{
	return MEM_COUNT(table);
}

const struct demo_series *
demo_series_at(size_t i)
{
	assert(i < MEM_COUNT(table));
	return &table[i];
}
