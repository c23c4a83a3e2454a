/* Where screen tests begin. */
#include "tests/support/desk.h"

static const struct lab_series series[] = {
	{ .modality = "CT",
		.description = "CHEST ALPHA",
		.subject = "L02-0001",
		.visit = "BL",
		.slices = 5,
		.burned_in = "YES",
		.number = 11 },
	{ .modality = "CT",
		.description = "CHEST BETA",
		.subject = "L02-0002",
		.visit = "BL",
		.slices = 4,
		.burned_in = "NO",
		.number = 12 },
	{ .modality = "CT",
		.description = "HEAD GAMMA",
		.subject = "L02-0003",
		.visit = "V2",
		.slices = 3,
		.burned_in = "NO",
		.number = 13 },
};

int
setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	char name[8];

	*state = b;
	assert_true(lab_make(&b->lab));
	for (size_t i = 0; i < sizeof(series) / sizeof(series[0]); i++) {
		snprintf(name, sizeof(name), "s%zu", i);
		assert_true(lab_write(&b->lab, name, &series[i]));
		assert_true(lab_import(&b->lab, name));
	}
	return 0;
}

int
teardown(void **state)
{
	struct bench *b = *state;

	glass_free(b->g);
	lab_free(&b->lab);
	free(b);
	return 0;
}

void
start(struct bench *b, enum glass_kind kind, int columns, int rows)
{
	char *argv[] = { b->lab.program, b->lab.archive, NULL };

	b->g = glass_start(kind, columns, rows, NULL, argv);
}

void
login(struct bench *b, const char *user)
{
	assert_true(glass_expect(b->g, "Login", SOON));
	assert_true(glass_expect(b->g, "Password", SOON));
	glass_keys(b->g, user);
	glass_keys(b->g, "<Enter>" LAB_PASSWORD "<Enter>");
	assert_true(glass_expect(b->g, "Worklist", SOON));
}

void
open_first(struct bench *b)
{
	int before = glass_picture_count(b->g);

	assert_true(glass_expect(b->g, "row 1 of", SOON));
	glass_keys(b->g, "<Enter>");
	assert_true(glass_expect(b->g, "Viewer", SOON));
	assert_true(glass_pictures(b->g, before + 1, SOON));
}

void
see_worklist(struct bench *b)
{
	start(b, GLASS_SIXEL, 120, 40);
	login(b, "rosa");
	assert_true(glass_expect(b->g, "row 1 of 3", SOON));
}

void
view_first(struct bench *b)
{
	see_worklist(b);
	open_first(b);
	assert_true(glass_expect(b->g, "slice 1/5", SOON));
}

void
expect_seen(struct bench *b, int seen, int slices)
{
	char text[32];

	snprintf(text, sizeof(text), "%s %d/%d", seen == slices ? "█" : "░", seen, slices);
	assert_true(glass_expect(b->g, text, SOON));
}

void
look_through(struct bench *b, int slices)
{
	char text[32];

	for (int i = 1; i <= slices; i++) {
		snprintf(text, sizeof(text), "slice %d/%d", i, slices);
		assert_true(glass_expect(b->g, text, SOON));
		expect_seen(b, i, slices);
		glass_keys(b->g, "j");
	}
}
