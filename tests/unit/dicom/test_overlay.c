/* Overlay planes: where their bits come from, which frame they belong to, and what is left out. */
#include "tests/unit/dicom/dicom_make.h"

#include <stdlib.h>

#include "core/dicom/wire.h"

/* One group; zeros mean the usual. */
struct plane {
	unsigned group, rows, columns, allocated, position;
	int top, left; /* as in the file, from 1; 0, 0: no element */
	const char *type, *label, *description, *frames;
	unsigned origin_frame;
	const void *bits;
	size_t bytes;
};

static void
add_plane(struct maker *m, const struct plane *p)
{
	uint32_t g = (uint32_t)(p->group != 0 ? p->group : 0x6000) << 16;

	make_u16(m, g | 0x0010, p->rows);
	make_u16(m, g | 0x0011, p->columns);
	if (p->frames != NULL)
		make_text(m, g | 0x0015, "IS", p->frames);
	if (p->description != NULL)
		make_text(m, g | 0x0022, "LO", p->description);
	make_text(m, g | 0x0040, "CS", p->type != NULL ? p->type : "G");
	if (p->top != 0 || p->left != 0) {
		make_head(m, g | 0x0050, "SS", 4);
		put16(m, (unsigned)p->top & 0xffff);
		put16(m, (unsigned)p->left & 0xffff);
	}
	if (p->origin_frame != 0)
		make_u16(m, g | 0x0051, p->origin_frame);
	make_u16(m, g | 0x0100, p->allocated != 0 ? p->allocated : 1);
	make_u16(m, g | 0x0102, p->position);
	if (p->label != NULL)
		make_text(m, g | 0x1500, "LO", p->label);
	if (p->bits != NULL)
		make_bytes(m, g | 0x3000, "OW", p->bits, p->bytes);
}

/* The start of a file of 2 rows by 3 columns; planes come next, then finish() with the pixels. */
static void
start(struct maker *m, const char *syntax, unsigned allocated, unsigned stored, const char *frames)
{
	struct make_shape shape = {
		.rows = 2, .columns = 3, .allocated = allocated, .stored = stored, .frames = frames
	};

	make_start(m, syntax);
	make_identity(m);
	make_shape(m, &shape);
}

static void
finish(struct maker *m, const void *pixels, size_t n)
{
	make_bytes(m, 0x7fe00010, n > 6 ? "OW" : "OB", pixels, n);
}

static struct frame *
with_plane(struct decoder *d, const struct plane *p)
{
	struct maker m;

	start(&m, EXPLICIT_LE, 8, 8, NULL);
	add_plane(&m, p);
	finish(&m, "abcdef", 6);
	return good_frame(d, &m, 0);
}

/* The plane within the picture as text: "10.01." and so on, row by row. */
static const char *
drawn(const struct frame *f, unsigned n)
{
	static char text[8];

	for (uint32_t i = 0; i < 6; i++)
		text[i] = frame_overlay_at(f, n, i % 3, i / 3) ? '#' : '.';
	text[6] = '\0';
	return text;
}

static void
a_plane_comes_with_its_frame(void **state)
{
	struct frame *f = with_plane(*state,
		&(struct plane){
			.rows = 2, .columns = 3, .label = "ruler", .bits = "\x15", .bytes = 1 });

	assert_int_equal(f->overlays, 1);
	assert_int_equal(f->overlay[0].group, 0x6000);
	assert_int_equal(f->overlay[0].type, 'G');
	assert_string_equal(f->overlay[0].label, "ruler");
	assert_string_equal(drawn(f, 0), "#.#.#.");
	assert_memory_equal(f->pixels, ((uint16_t[]){ 'a', 'b', 'c', 'd', 'e', 'f' }), 12);
	frame_unref(f);
}

static void
bits_behind_the_last_pixel_are_cleared(void **state)
{
	struct frame *f = with_plane(
		*state, &(struct plane){ .rows = 2, .columns = 3, .bits = "\xff", .bytes = 1 });

	assert_int_equal(f->overlay[0].bits[0], 0x3f);
	frame_unref(f);
}

static void
without_a_label_the_description_is_told(void **state)
{
	struct frame *f = with_plane(*state,
		&(struct plane){ .rows = 2,
			.columns = 3,
			.type = "R",
			.description = "a \033[31mregion",
			.bits = "\x01",
			.bytes = 1 });

	assert_int_equal(f->overlay[0].type, 'R');
	assert_string_equal(f->overlay[0].label, "a  [31mregion");
	frame_unref(f);
}

/* A plane of 3 x 3 that begins one row above and two columns left of the picture: its last pixel is the
 * first one of the picture's second row. */
static void
an_origin_may_be_negative(void **state)
{
	struct frame *f = with_plane(*state,
		&(struct plane){ .rows = 3,
			.columns = 3,
			.top = 0,
			.left = -1,
			.bits = "\x00\x01",
			.bytes = 2 });

	assert_int_equal(f->overlay[0].top, -1);
	assert_int_equal(f->overlay[0].left, -2);
	assert_string_equal(drawn(f, 0), "...#..");
	frame_unref(f);
}

static void
a_plane_may_lie_beside_the_picture(void **state)
{
	struct frame *f = with_plane(*state,
		&(struct plane){ .rows = 1,
			.columns = 8,
			.top = 100,
			.left = 200,
			.bits = "\xff",
			.bytes = 1 });

	assert_int_equal(f->overlays, 1);
	assert_int_equal(f->overlay[0].left, 199);
	assert_string_equal(drawn(f, 0), "......");
	frame_unref(f);
}

static void
the_words_of_a_big_endian_file_are_turned(void **state)
{
	struct maker m;
	struct frame *f;

	start(&m, EXPLICIT_BE, 8, 8, NULL);
	add_plane(&m, &(struct plane){ .rows = 2, .columns = 3, .bits = "\x00\x15", .bytes = 2 });
	finish(&m, "abcdef", 6);
	f = good_frame(*state, &m, 0);
	assert_string_equal(drawn(f, 0), "#.#.#.");
	frame_unref(f);
}

static void
other_groups_are_known_without_their_representations(void **state)
{
	struct maker m;
	struct frame *f;

	start(&m, IMPLICIT_LE, 8, 8, NULL);
	add_plane(&m,
		&(struct plane){ .group = 0x601e,
			.rows = 2,
			.columns = 3,
			.top = 2,
			.left = 1,
			.label = "last",
			.bits = "\x07",
			.bytes = 1 });
	finish(&m, "abcdef", 6);
	f = good_frame(*state, &m, 0);
	assert_int_equal(f->overlays, 1);
	assert_int_equal(f->overlay[0].group, 0x601e);
	assert_int_equal(f->overlay[0].top, 1);
	assert_string_equal(f->overlay[0].label, "last");
	assert_string_equal(drawn(f, 0), "...###");
	frame_unref(f);
}

/* Twelve bits stored of sixteen; bit 12 and bit 15 hold a plane each. */
static void
unused_bits_of_the_pixels_are_planes(void **state)
{
	static const uint8_t pixels[] = { 1, 0x10, 2, 0x80, 3, 0x90, 4, 0x0f, 5, 0, 6, 0x10 };
	struct maker m;
	struct frame *f;

	start(&m, EXPLICIT_LE, 16, 12, NULL);
	add_plane(&m, &(struct plane){ .rows = 2, .columns = 3, .allocated = 16, .position = 12 });
	add_plane(&m,
		&(struct plane){
			.group = 0x6002, .rows = 2, .columns = 3, .allocated = 16, .position = 15 });
	finish(&m, pixels, sizeof(pixels));
	f = good_frame(*state, &m, 0);
	assert_int_equal(f->overlays, 2);
	assert_string_equal(drawn(f, 0), "#.#..#");
	assert_string_equal(drawn(f, 1), ".##...");
	assert_int_equal(((uint16_t *)f->pixels)[1], 2);
	frame_unref(f);
}

static void
bits_of_the_picture_are_no_plane(void **state)
{
	static const uint8_t pixels[12] = { 0 };
	struct maker m;
	struct frame *f;

	start(&m, EXPLICIT_LE, 16, 12, NULL);
	add_plane(&m, &(struct plane){ .rows = 2, .columns = 3, .allocated = 16, .position = 11 });
	add_plane(&m,
		&(struct plane){
			.group = 0x6002, .rows = 2, .columns = 3, .allocated = 16, .position = 16 });
	finish(&m, pixels, sizeof(pixels));
	f = good_frame(*state, &m, 0);
	assert_int_equal(f->overlays, 0);
	frame_unref(f);
}

/* Three frames of 2 x 3 pixels; a plane of two frames from frame 2 on, without a gap between them. */
static struct frame *
one_of_three(struct decoder *d, const struct plane *p, uint32_t index)
{
	struct maker m;

	start(&m, EXPLICIT_LE, 8, 8, "3");
	add_plane(&m, p);
	finish(&m, "abcdefghijklmnopqr", 18);
	return good_frame(d, &m, index);
}

static void
frames_of_a_plane_go_with_those_of_the_image(void **state)
{
	struct plane p = { .rows = 2,
		.columns = 3,
		.frames = "2",
		.origin_frame = 2,
		.bits = "\x41\x08",
		.bytes = 2 };
	static const char *const looks[] = { "", "#.....", "#....#" };

	for (uint32_t i = 0; i < 3; i++) {
		struct frame *f = one_of_three(*state, &p, i);

		assert_int_equal(f->overlays, i > 0);
		if (i > 0)
			assert_string_equal(drawn(f, 0), looks[i]);
		frame_unref(f);
	}
}

static void
a_plane_without_frames_goes_with_every_frame(void **state)
{
	struct plane p = { .rows = 2, .columns = 3, .bits = "\x02", .bytes = 1 };

	for (uint32_t i = 0; i < 3; i++) {
		struct frame *f = one_of_three(*state, &p, i);

		assert_int_equal(f->overlays, 1);
		assert_string_equal(drawn(f, 0), ".#....");
		frame_unref(f);
	}
}

/* Each is dropped; the picture and the good plane behind it come. */
static void
a_broken_plane_is_left_out(void **state)
{
	static const struct plane broken[] = {
		{ .rows = 0, .columns = 3, .bits = "\x15", .bytes = 1 },
		{ .rows = 2, .columns = 0, .bits = "\x15", .bytes = 1 },
		{ .rows = 65535, .columns = 65535, .bits = "\x15", .bytes = 1 },
		{ .rows = 4, .columns = 5, .bits = "ab", .bytes = 2 },
		{ .rows = 2,
			.columns = 3,
			.frames = "2147483647",
			.origin_frame = 65535,
			.bits = "",
			.bytes = 0 },
		{ .rows = 2, .columns = 3, .allocated = 8 },
		{ .rows = 2, .columns = 3, .allocated = 16, .position = 65535 },
		{ .rows = 2, .columns = 3 },
	};

	for (size_t i = 0; i < MEM_COUNT(broken); i++) {
		struct maker m;
		struct frame *f;

		start(&m, EXPLICIT_LE, 8, 8, NULL);
		add_plane(&m, &broken[i]);
		add_plane(&m,
			&(struct plane){ .group = 0x6002,
				.rows = 2,
				.columns = 3,
				.bits = "\x15",
				.bytes = 1 });
		finish(&m, "abcdef", 6);
		f = good_frame(*state, &m, 0);
		assert_int_equal(f->overlays, 1);
		assert_int_equal(f->overlay[0].group, 0x6002);
		assert_int_equal(((uint16_t *)f->pixels)[5], 'f');
		frame_unref(f);
	}
}

static void
there_are_sixteen_planes_at_most(void **state)
{
	struct maker m;
	struct frame *f;

	start(&m, EXPLICIT_LE, 8, 8, NULL);
	for (unsigned i = 0; i < 20; i++)
		add_plane(&m,
			&(struct plane){ .group = 0x6000 + 2 * i,
				.rows = 2,
				.columns = 3,
				.bits = "\x15",
				.bytes = 1 });
	finish(&m, "abcdef", 6);
	f = good_frame(*state, &m, 0);
	assert_int_equal(f->overlays, 16);
	assert_int_equal(f->overlay[15].group, 0x601e);
	frame_unref(f);
}

/* Nine planes of 64 Mi pixels are 72 MiB of bits: eight have room in the answer at most. */
static void
planes_that_have_no_room_are_left_out(void **state)
{
	size_t bytes = (size_t)8192 * 8192 / 8;
	uint8_t *bits = mem_zero(bytes, 1);
	struct maker m;
	struct frame *f;

	bits[bytes - 1] = 0x80;
	start(&m, EXPLICIT_LE, 8, 8, NULL);
	for (unsigned i = 0; i < 9; i++)
		add_plane(&m,
			&(struct plane){ .group = 0x6000 + 2 * i,
				.rows = 8192,
				.columns = 8192,
				.bits = bits,
				.bytes = bytes });
	finish(&m, "abcdef", 6);
	f = good_frame(*state, &m, 0);
	assert_int_equal(f->overlays, WIRE_OVERLAY_ROOM / bytes - 1);
	assert_int_equal(f->overlay[f->overlays - 1].bits[bytes - 1], 0x80);
	assert_int_equal(f->overlay[f->overlays - 1].bits[0], 0);
	frame_unref(f);
	free(bits);
}

static void
the_header_tells_how_many_there_are(void **state)
{
	struct header *h;
	struct maker m;

	start(&m, EXPLICIT_LE, 16, 12, NULL);
	add_plane(&m, &(struct plane){ .rows = 2, .columns = 3, .allocated = 16, .position = 12 });
	finish(&m, "abcdefabcdef", 12);
	h = good_header(*state, &m);
	assert_int_equal(h->overlays, 1);
	assert_true(h->flags & HEADER_OVERLAY);
	header_free(h);

	start(&m, EXPLICIT_LE, 8, 8, NULL);
	add_plane(&m, &(struct plane){ .rows = 2, .columns = 3 }); /* described, but nowhere */
	add_plane(&m, &(struct plane){ .group = 0x6004, .rows = 999, .bits = "a", .bytes = 1 });
	finish(&m, "abcdef", 6);
	h = good_header(*state, &m);
	assert_int_equal(h->overlays, 1);
	header_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plane_comes_with_its_frame),
		cmocka_unit_test(bits_behind_the_last_pixel_are_cleared),
		cmocka_unit_test(without_a_label_the_description_is_told),
		cmocka_unit_test(an_origin_may_be_negative),
		cmocka_unit_test(a_plane_may_lie_beside_the_picture),
		cmocka_unit_test(the_words_of_a_big_endian_file_are_turned),
		cmocka_unit_test(other_groups_are_known_without_their_representations),
		cmocka_unit_test(unused_bits_of_the_pixels_are_planes),
		cmocka_unit_test(bits_of_the_picture_are_no_plane),
		cmocka_unit_test(frames_of_a_plane_go_with_those_of_the_image),
		cmocka_unit_test(a_plane_without_frames_goes_with_every_frame),
		cmocka_unit_test(a_broken_plane_is_left_out),
		cmocka_unit_test(there_are_sixteen_planes_at_most),
		cmocka_unit_test(planes_that_have_no_room_are_left_out),
		cmocka_unit_test(the_header_tells_how_many_there_are),
	};

	return cmocka_run_group_tests(tests, decoder_setup, decoder_teardown);
}
