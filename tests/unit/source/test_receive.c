/* Who calls, and what they are told; titles; the folders of a spool. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/source/receive_in.h"

/* A request of `called` and `calling`, its length as given. */
static void
request(unsigned char head[ASSOCIATE_HEAD], const char *called, const char *calling, unsigned length)
{
	memset(head, ' ', ASSOCIATE_HEAD);
	memcpy(head, "\1\0\0\0\0\0\0\1\0\0", 10);
	head[4] = (unsigned char)(length >> 8);
	head[5] = (unsigned char)length;
	memcpy(head + 10, called, strlen(called));
	memcpy(head + 26, calling, strlen(calling));
}

static void
test_reads_titles(void **state)
{
	unsigned char head[ASSOCIATE_HEAD];
	char called[17], calling[17];

	(void)state;
	request(head, "WETREAD", "SIXTEEN_LETTERS_", 200);
	assert_true(associate_read(head, called, calling));
	assert_string_equal(called, "WETREAD");
	assert_string_equal(calling, "SIXTEEN_LETTERS_");
	request(head, "", "  X Y", 200);
	assert_true(associate_read(head, called, calling));
	assert_string_equal(called, "");
	assert_string_equal(calling, "X Y");
}

static void
test_refuses_other_pdus(void **state)
{
	unsigned char head[ASSOCIATE_HEAD];
	char called[17], calling[17];

	(void)state;
	request(head, "A", "B", 67);
	assert_false(associate_read(head, called, calling));
	request(head, "A", "B", 200);
	head[0] = 4;
	assert_false(associate_read(head, called, calling));
	head[0] = 1;
	head[2] = 0x7f;
	assert_false(associate_read(head, called, calling));
}

/* PS3.8 table 9-21 */
static void
test_rejections(void **state)
{
	unsigned char pdu[ASSOCIATE_REJECT];

	(void)state;
	associate_reject(pdu, REFUSE_CALLING);
	assert_memory_equal(pdu, "\3\0\0\0\0\4\0\1\1\3", 10);
	associate_reject(pdu, REFUSE_CALLED);
	assert_memory_equal(pdu, "\3\0\0\0\0\4\0\1\1\7", 10);
	associate_reject(pdu, REFUSE_BUSY);
	assert_memory_equal(pdu, "\3\0\0\0\0\4\0\2\3\2", 10);
}

static void
judge(const char *called, const char *calling, bool room, bool good, enum refusal expected)
{
	static const char *const allow[] = { "SCANNER", "OTHER ONE", NULL };
	struct receive_config c = { .aet = "WETREAD", .allow = allow };
	unsigned char head[ASSOCIATE_HEAD];
	enum refusal why;
	struct line l;
	char who[17];
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	request(head, called, calling, 200);
	assert_int_equal(send(ends[1], head, sizeof(head), 0), sizeof(head));
	line_accept(&l, ends[0]);
	assert_int_equal(line_judge(&l, &c, room, who, &why), good);
	assert_int_equal(why, expected);
	assert_string_equal(who, calling);
	/* only looked at: it is storescp's to read */
	assert_int_equal(recv(l.fd, head, sizeof(head), MSG_DONTWAIT), sizeof(head));
	line_close(&l);
	close(ends[1]);
}

static void
test_judges(void **state)
{
	(void)state;
	judge("WETREAD", "SCANNER", true, true, REFUSE_BUSY);
	judge("WETREAD", "OTHER ONE", true, true, REFUSE_BUSY);
	judge("WETREAD", "SCANNER", false, false, REFUSE_BUSY);
	judge("WETREAD", "SCANNE", true, false, REFUSE_CALLING);
	judge("WETREAD", "scanner", true, false, REFUSE_CALLING);
	judge("WETREAD", "", true, false, REFUSE_CALLING);
	judge("ELSE", "SCANNER", true, false, REFUSE_CALLED);
}

static void
test_titles(void **state)
{
	(void)state;
	assert_true(receive_ae_valid("A"));
	assert_true(receive_ae_valid("SIXTEEN LETTERS_"));
	assert_false(receive_ae_valid(""));
	assert_false(receive_ae_valid("SEVENTEEN_LETTERS"));
	assert_false(receive_ae_valid("A\\B"));
	assert_false(receive_ae_valid("A\nB"));
	assert_false(receive_ae_valid("-od"));
	assert_false(receive_ae_valid(" A"));
}

/* ---- scratch folders ---- */

static int found;

static void
find(void *ctx, struct scratch *s)
{
	(void)ctx, (void)s;
	found++;
}

static void
test_scratch_is_swept_only_when_left(void **state)
{
	char parent[] = "/tmp/wetread-scratch-XXXXXX", path[PATH_MAX];
	struct scratch a, b;
	struct scratch_file *files;

	(void)state;
	assert_non_null(mkdtemp(parent));
	assert_int_equal(scratch_open(&a, parent, "in", NULL), RC_OK);
	assert_int_equal(scratch_open(&b, parent, "in", NULL), RC_OK);
	assert_true(scratch_path(&a, "one", path));
	close(open(path, O_WRONLY | O_CREAT, 0600));
	assert_int_equal(scratch_files(&a, &files, 10), 1);
	assert_string_equal(files[0].name, "one");
	free(files);
	scratch_sweep(parent, "in", find, NULL);
	assert_int_equal(found, 0); /* somebody works in both */
	scratch_leave(&a);
	scratch_sweep(parent, "other", find, NULL);
	assert_int_equal(found, 0);
	scratch_sweep(parent, "in", find, NULL);
	assert_int_equal(found, 1);
	scratch_sweep(parent, "in", NULL, NULL); /* takes it away */
	assert_int_equal(access(path, F_OK), -1);
	scratch_close(&b);
	assert_int_equal(rmdir(parent), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_titles),
		cmocka_unit_test(test_refuses_other_pdus),
		cmocka_unit_test(test_rejections),
		cmocka_unit_test(test_judges),
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_scratch_is_swept_only_when_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
