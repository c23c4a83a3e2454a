/* The tables of the study file: every key that it may have. */
#include "core/study/study.h"

const char *const study_types[] = { "integer", "float", "text", "date", "time", "datetime",
	"boolean", "partial-date", "code", NULL };
const char *const study_kinds[] = { "soft", "hard", NULL };
const char *const study_levels[] = { "visit", "exam", "series", NULL };
const char *const study_actions[] = { "flag", "query", "reject", NULL };
const char *const study_reason_levels[] = { "series", "image", "visit", NULL };
const char *const study_parts[] = { "site", "subject", "visit", NULL };
static const char *const classes[] = { "ACQ", "LOCALIZER", "DERIVED", "MPR", "SCREEN", "DOSEREPORT",
	"SEG", "REPORT", NULL };
static const char *const contrasts[] = { "PRE", "POST", "NA", NULL };
static const char *const planes[] = { "AXIAL", "CORONAL", "SAGITTAL", "OBLIQUE", "MULTI", NULL };
static const char *const dimensions[] = { "2D", "3D", "4D", NULL };
static const char *const fats[] = { "FS", "NONE", NULL };
static const char *const confidences[] = { "high", "medium", "low", NULL };

#define ROW(type_, key_, kind_, field_, needed_, least_, most_, help_) \
	.name = key_, .kind = kind_, .required = needed_, .at = offsetof(struct type_, field_), \
	.least = least_, .most = most_, .help = help_
#define TEXT(t, key, f, most, help) \
	{ \
		ROW(t, key, SHAPE_TEXT, f, false, 1, most, help) \
	}
#define NEED_TEXT(t, key, f, most, help) \
	{ \
		ROW(t, key, SHAPE_TEXT, f, true, 1, most, help) \
	}
#define ID(t, key, f, help) \
	{ \
		ROW(t, key, SHAPE_ID, f, false, 1, 64, help) \
	}
#define NEED_ID(t, key, f, help) \
	{ \
		ROW(t, key, SHAPE_ID, f, true, 1, 64, help) \
	}
#define RULE(t, key, f, needed, help) \
	{ \
		ROW(t, key, SHAPE_RULE, f, needed, 1, EXPR_TEXT, help) \
	}
#define WORD(t, key, f, w, help) \
	{ \
		ROW(t, key, SHAPE_WORD, f, false, 0, 0, help), .words = w, .otherwise = -1 \
	}
#define NEED_WORD(t, key, f, w, help) \
	{ \
		ROW(t, key, SHAPE_WORD, f, true, 0, 0, help), .words = w, .otherwise = -1 \
	}
#define INTEGER(t, key, f, least, most, else_, help) \
	{ \
		ROW(t, key, SHAPE_INTEGER, f, false, least, most, help), .otherwise = else_ \
	}
#define FLAG(t, key, f, else_, help) \
	{ \
		ROW(t, key, SHAPE_FLAG, f, false, 0, 0, help), .otherwise = else_ \
	}
#define SPAN(t, key, f, help) \
	{ \
		ROW(t, key, SHAPE_SPAN, f, false, 0, 0, help) \
	}
#define MANY(t, key, kind, f, n, least, most, help) \
	ROW(t, key, kind, f, (least) > 0, least, most, help), .count_at = offsetof(struct t, n)
#define TEXTS(t, key, f, n, least, most, help) \
	{ \
		MANY(t, key, SHAPE_TEXTS, f, n, least, most, help) \
	}
#define LIST(t, key, f, n, of_, least, most, help) \
	{ \
		MANY(t, key, SHAPE_LIST, f, n, least, most, help), .of = of_ \
	}
#define OBJECT(t, key, f, of_, help) \
	{ \
		ROW(t, key, SHAPE_OBJECT, f, false, 0, 0, help), .of = of_ \
	}
#define MAP(t, key, f, n, most, help) \
	{ \
		MANY(t, key, SHAPE_MAP, f, n, 0, most, help) \
	}
#define END \
	{ \
		.name = NULL \
	}
#define SHAPE(name_, type_, ...) \
	static const struct shape_key name_##_keys[] = { __VA_ARGS__, END }; \
	static const struct shape name_ = { sizeof(struct type_), name_##_keys }

/* clang-format off */
SHAPE(contact_shape, study_contact,
	NEED_TEXT(study_contact, "name", name, 200, "who is asked"),
	NEED_TEXT(study_contact, "email", email, 254, "where reports of missing data go"));

SHAPE(site_shape, study_site,
	NEED_TEXT(study_site, "id", id, 64, "as headers and grants name the site"),
	NEED_TEXT(study_site, "name", name, 200, "for people"),
	NEED_TEXT(study_site, "time_zone", time_zone, 64, "of dates and times there, as Europe/Berlin"),
	OBJECT(study_site, "contact", contact, &contact_shape, "who answers for the site"));

SHAPE(scanner_shape, study_scanner,
	TEXT(study_scanner, "manufacturer", manufacturer, 64, "as in the header"),
	TEXT(study_scanner, "model", model, 64, "as in the header"),
	TEXT(study_scanner, "station", station, 64, "as in the header"),
	TEXT(study_scanner, "device_serial", device_serial, 64, "as in the header"),
	SPAN(study_scanner, "field_strength", field_strength, "tesla, lowest and highest"));

SHAPE(parameter_shape, study_parameter,
	NEED_TEXT(study_parameter, "attribute", attribute, 64, "a number of the header, or slices, spacing, coverage"),
	SPAN(study_parameter, "soft", soft, "lowest and highest; outside somebody is asked"),
	SPAN(study_parameter, "hard", hard, "lowest and highest; outside the series is not as planned"),
	OBJECT(study_parameter, "scanner", scanner, &scanner_shape, "only for this scanner"));

SHAPE(series_shape, study_series,
	NEED_ID(study_series, "id", id, "of the series within its visit"),
	TEXT(study_series, "title", title, 200, "for people"),
	TEXT(study_series, "label", label, 64, "what the classifier must call it, as AX T1 POST 3D"),
	TEXT(study_series, "modality", modality, 16, "where there is no label, as CT"),
	FLAG(study_series, "required", required, 1, "whether it is missed, true unless said"),
	INTEGER(study_series, "least", least, 0, 1000, 1, "how many at least, 1 unless said"),
	INTEGER(study_series, "most", most, 1, 1000, 1, "how many at most, 1 unless said"),
	SPAN(study_series, "after_contrast", after_contrast, "minutes after the injection"),
	ID(study_series, "same_frame_as", same_frame_as, "a series of the visit with the same frame of reference"),
	LIST(study_series, "parameters", parameter, parameters, &parameter_shape, 0, 200, "what must hold of its header"));

SHAPE(visit_shape, study_visit,
	NEED_ID(study_visit, "id", id, "of the visit"),
	NEED_TEXT(study_visit, "title", title, 200, "for people"),
	ID(study_visit, "after", after, "the visit from which days are counted"),
	INTEGER(study_visit, "day", day, 0, 36500, 0, "planned, after that visit"),
	INTEGER(study_visit, "early", early, 0, 3650, 0, "days before that need no question"),
	INTEGER(study_visit, "late", late, 0, 3650, 0, "days after that need no question"),
	INTEGER(study_visit, "hard_early", hard_early, 0, 3650, -1, "days before; more are refused"),
	INTEGER(study_visit, "hard_late", hard_late, 0, 3650, -1, "days after; more are refused"),
	LIST(study_visit, "series", series, series_n, &series_shape, 0, 200, "what is expected"));

SHAPE(reach_shape, study_reach,
	NEED_ID(study_reach, "id", id, "kept with what it gave"),
	NEED_TEXT(study_reach, "attribute", attribute, 64, "of the exam or its first series"),
	NEED_TEXT(study_reach, "matches", matches, PATTERN_TEXT, "an extended regular expression"),
	TEXTS(study_reach, "gives", gives, gives_n, 1, STUDY_PARTS, "site, subject, visit: what each group is"),
	MAP(study_reach, "as", as, as_n, 500, "what is meant by what was found, capital letters or not"));

SHAPE(mapping_shape, study_mapping,
	LIST(study_mapping, "rules", rule, rules, &reach_shape, 0, 200, "all are asked, and must agree"),
	FLAG(study_mapping, "visit_by_date", visit_by_date, 0, "whether a visit that nothing else tells is the one whose window holds the date"));

SHAPE(rule_shape, study_rule,
	NEED_ID(study_rule, "id", id, "kept with each label that it gave"),
	RULE(study_rule, "when", when, true, "a condition on header.NAME"),
	WORD(study_rule, "class", klass, classes, "what the series is"),
	TEXT(study_rule, "base", base, 32, "T1, T2, FLAIR, CT, ..."),
	WORD(study_rule, "contrast", contrast, contrasts, "before or after contrast agent"),
	WORD(study_rule, "plane", plane, planes, "of its slices"),
	WORD(study_rule, "dimension", dimension, dimensions, "of the acquisition"),
	WORD(study_rule, "fat", fat, fats, "fat saturation"),
	WORD(study_rule, "confidence", confidence, confidences, "low asks a person"));

SHAPE(code_shape, study_code,
	NEED_TEXT(study_code, "code", code, 64, "what is kept"),
	NEED_TEXT(study_code, "label", label, 200, "what people see"));

SHAPE(codes_shape, study_codes,
	NEED_ID(study_codes, "id", id, "of the list"),
	TEXT(study_codes, "title", title, 200, "for people"),
	LIST(study_codes, "codes", code, codes, &code_shape, 1, 2000, "the choices"));

SHAPE(range_shape, study_range,
	NEED_WORD(study_range, "comparator", comparator, comparator_names, "how the entered value stands to `value`"),
	{ ROW(study_range, "value", SHAPE_VALUE, given, true, 0, 0, "one, of the field's type; an array for IN and NOTIN") },
	NEED_WORD(study_range, "kind", kind, study_kinds, "soft: can be kept with a reason; hard: refused"),
	TEXT(study_range, "message", message, 200, "told where it does not hold"));

SHAPE(field_shape, study_field,
	NEED_ID(study_field, "id", id, "of the field within its form"),
	NEED_TEXT(study_field, "label", label, 200, "what people see"),
	NEED_WORD(study_field, "type", type, study_types, "of what is entered"),
	FLAG(study_field, "required", required, 0, "whether it must be filled in"),
	INTEGER(study_field, "length", length, 1, 4000, 0, "characters of a text"),
	INTEGER(study_field, "digits", digits, 0, 15, -1, "after the point"),
	TEXT(study_field, "unit", unit, 32, "of a number"),
	ID(study_field, "codes", codes, "the list of a field of type code"),
	TEXT(study_field, "help", help, 400, "a line for who fills in"),
	LIST(study_field, "ranges", range, ranges, &range_shape, 0, 20, "all must hold"),
	RULE(study_field, "skip", skip, false, "where this is true it is not asked"),
	TEXT(study_field, "header", header, 64, "the header attribute that it is prefilled from"),
	{ ROW(study_field, "tolerance", SHAPE_NUMBER, tolerance, false, 0, 1e9, "how far a number may be from the header") });

SHAPE(group_shape, study_group,
	NEED_ID(study_group, "id", id, "of the group within its form"),
	TEXT(study_group, "title", title, 200, "for people"),
	RULE(study_group, "skip", skip, false, "where this is true none of it is asked"),
	LIST(study_group, "fields", field, fields, &field_shape, 1, STUDY_FIELDS, "in their order"));

SHAPE(check_shape, study_check,
	NEED_ID(study_check, "id", id, "of the check within its form"),
	RULE(study_check, "that", that, true, "what must be true"),
	NEED_WORD(study_check, "kind", kind, study_kinds, "soft: can be kept with a reason; hard: refused"),
	NEED_TEXT(study_check, "message", message, 200, "told where it does not hold"));

SHAPE(form_shape, study_form,
	NEED_ID(study_form, "id", id, "of the form; header, quality and tag are in every study"),
	NEED_TEXT(study_form, "title", title, 200, "for people"),
	NEED_WORD(study_form, "level", level, study_levels, "what it is filled in for"),
	FLAG(study_form, "double_entry", double_entry, 0, "whether two people fill it in"),
	TEXTS(study_form, "visits", visit, visits, 0, 200, "only at these visits"),
	LIST(study_form, "groups", group, groups, &group_shape, 1, 200, "in their order"),
	LIST(study_form, "checks", check, checks, &check_shape, 0, 500, "across fields and forms"));

SHAPE(reason_shape, study_reason,
	NEED_TEXT(study_reason, "code", code, 16, "capital letters, digits and -, none of the program's"),
	NEED_TEXT(study_reason, "meaning", meaning, 64, "what it says; never changes"),
	NEED_TEXT(study_reason, "group", group, 32, "as the program's: motion, artifact, protocol, ..."),
	TEXTS(study_reason, "modalities", modality, modalities, 0, 50, "only of these"),
	WORD(study_reason, "level", level, study_reason_levels, "what it is said of"),
	NEED_WORD(study_reason, "action", action, study_actions, "what it asks for"),
	FLAG(study_reason, "phi", phi, 0, "whether it names identifying data"));

SHAPE(step_shape, study_step,
	NEED_ID(study_step, "id", id, "of the step, as phi and quality"),
	NEED_TEXT(study_step, "title", title, 200, "for people"),
	TEXTS(study_step, "roles", role, roles, 1, 8, "who may do it"),
	TEXTS(study_step, "needs", needs, needs_n, 0, 20, "steps that must have passed before"),
	{ ROW(study_step, "double_read_percent", SHAPE_NUMBER, double_read_percent, false, 0, 100, "how many are read twice") });

SHAPE(blinding_shape, study_blinding,
	NEED_TEXT(study_blinding, "role", role, 15, "that does not see them"),
	TEXTS(study_blinding, "fields", field, fields, 1, 50, "site, subject, visit or header attributes"));

SHAPE(grade_shape, study_grade,
	NEED_TEXT(study_grade, "code", code, 16, "as RID12"),
	NEED_TEXT(study_grade, "scheme", scheme, 16, "as RADLEX or DCM"),
	NEED_TEXT(study_grade, "meaning", meaning, 64, "what people see"));

SHAPE(rating_shape, study_rating,
	NEED_TEXT(study_rating, "title", title, 200, "for people"),
	LIST(study_rating, "grades", grade, grades, &grade_shape, 2, 10, "best first"));

SHAPE(terminal_shape, study_terminal,
	INTEGER(study_terminal, "columns", columns, 20, 1000, 0, "of text, at least"),
	INTEGER(study_terminal, "rows", rows, 10, 1000, 0, "of text, at least"),
	INTEGER(study_terminal, "greys", greys, 2, 256, 0, "that it can show, at least"));

static const struct shape_key study_keys[] = {
	{ ROW(study, "wetread_study", SHAPE_INTEGER, format, true, STUDY_FORMAT, STUDY_FORMAT, "version of this format, 1") },
	NEED_TEXT(study, "id", id, 64, "as headers and grants name the study"),
	{ ROW(study, "version", SHAPE_INTEGER, version, true, 1, 1000000, "rises with each change") },
	NEED_TEXT(study, "title", title, 200, "for people"),
	TEXT(study, "note", note, 400, "what changed in this version"),
	LIST(study, "sites", site, sites, &site_shape, 0, 2000, "where subjects are seen"),
	LIST(study, "visits", visit, visits, &visit_shape, 1, 200, "in their order"),
	OBJECT(study, "mapping", mapping, &mapping_shape, "from headers to site, subject and visit"),
	LIST(study, "series_rules", rule, rules, &rule_shape, 0, 1000, "go before those of the program"),
	LIST(study, "lists", list, lists, &codes_shape, 0, 500, "code lists"),
	LIST(study, "forms", form, forms, &form_shape, 0, 200, "what is filled in"),
	LIST(study, "reasons", reason, reasons, &reason_shape, 0, 200, "reject reasons beside those of the program"),
	LIST(study, "steps", step, steps, &step_shape, 0, 20, "the workflow"),
	LIST(study, "blinding", blinding, blindings, &blinding_shape, 0, 8, "what roles do not see"),
	OBJECT(study, "rating", rating, &rating_shape, "the scale of overall quality"),
	OBJECT(study, "terminal", terminal, &terminal_shape, "what a workstation must have"),
	END,
};
/* clang-format on */

const struct shape study_shape = { sizeof(struct study), study_keys };

json_t *
study_schema(void)
{
	return shape_schema(&study_shape, "wetread study file, format 1");
}
