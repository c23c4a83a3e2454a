/* Where sources are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/source/address.h"
#include "core/source/driver.h"

static void
addresses_of_web_servers_become_their_url(void **state)
{
	static const struct {
		const char *text, *url, *host;
		unsigned port;
		enum address_kind kind;
	} rows[] = {
		{ "dicomweb+https://pacs.example/dicom-web/", "https://pacs.example/dicom-web",
			"pacs.example", 443, ADDRESS_DICOMWEB },
		{ "dicomweb+http://127.0.0.1:8042/dicom-web", "http://127.0.0.1:8042/dicom-web",
			"127.0.0.1", 8042, ADDRESS_DICOMWEB },
		{ "orthanc+https://[::1]:8443", "https://[::1]:8443", "[::1]", 8443,
			ADDRESS_ORTHANC },
		{ "orthanc+http://[fe80::1]/", "http://[fe80::1]", "[fe80::1]", 80,
			ADDRESS_ORTHANC },
		{ "dicomweb+https://h/dcm4chee-arc/aets/A%20B/rs//",
			"https://h/dcm4chee-arc/aets/A%20B/rs", "h", 443, ADDRESS_DICOMWEB },
	};
	struct address a;

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		assert_int_equal(address_parse(&a, rows[i].text, NULL), RC_OK);
		assert_string_equal(a.url, rows[i].url);
		assert_string_equal(a.host, rows[i].host);
		assert_int_equal(a.port, rows[i].port);
		assert_int_equal(a.kind, rows[i].kind);
		assert_string_equal(a.text, rows[i].text);
		assert_int_equal(a.tls, strstr(rows[i].text, "https") != NULL);
	}
}

static void
a_node_has_two_titles_and_a_port(void **state)
{
	struct address a;

	(void)state;
	assert_int_equal(address_parse(&a, "dimse://WET READ@pacs:11112/QR SCP", NULL), RC_OK);
	assert_string_equal(a.our_ae, "WET READ");
	assert_string_equal(a.their_ae, "QR SCP");
	assert_string_equal(a.host, "pacs");
	assert_int_equal(a.port, 11112);
	assert_string_equal(a.url, "");
	assert_int_equal(address_parse(&a, "folder:///in/box", NULL), RC_OK);
	assert_string_equal(a.path, "/in/box");
	assert_int_equal(a.kind, ADDRESS_FOLDER);
}

static void
what_is_wrong_is_told_with_the_right_form(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "https://pacs/", "begins with dicomweb+https://" },
		{ "dicomweb+https://user:secret@pacs/", "secret; it is written dicomweb+https://" },
		{ "orthanc+http://user@pacs", "user in it" },
		{ "dicomweb+https:///path", "no host" },
		{ "dicomweb+https://h:0/", "port" },
		{ "dicomweb+https://h:65536/", "port" },
		{ "dicomweb+https://h: 80/", "port" },
		{ "dicomweb+https://h:/", "port" },
		{ "dicomweb+https://h o/", "host" },
		{ "dicomweb+https://[::1/", "host" },
		{ "dicomweb+https://h/?a=b", "query" },
		{ "dicomweb+https://h/a b", "characters" },
		{ "dicomweb+https://h/a\"b", "characters" },
		{ "dicomweb+https://h/\x1b[2J", "control" },
		{ "dimse://pacs:104/QR", "AE title" },
		{ "dimse://ME@pacs:104", "AE title" },
		{ "dimse://ME@pacs:104/", "AE title" },
		{ "dimse://ME@pacs/QR", "no port" },
		{ "dimse://SEVENTEEN-LETTERS@pacs:104/QR", "AE title" },
		{ "dimse://ME@pacs:104/A\\B", "AE title" },
		{ "dimse://ME@pacs:104/   ", "AE title" },
		{ "folder://in", "root" },
	};

	(void)state;
	for (size_t i = 0; i < MEM_COUNT(rows); i++) {
		struct address a = { .port = 7 };
		struct err e = { 0 };

		assert_int_equal(address_parse(&a, rows[i].text, &e), RC_INVALID);
		if (strstr(e.text, rows[i].said) == NULL)
			fail_msg("%s: %s", rows[i].text, e.text);
		assert_null(strstr(e.text, "user:"));
		assert_int_equal(a.port, 7);
	}
}

static void
a_long_address_is_refused_whole(void **state)
{
	char text[1000] = "orthanc+http://host/";
	struct address a;

	(void)state;
	memset(text + 20, 'a', sizeof(text) - 21);
	assert_int_equal(address_parse(&a, text, NULL), RC_INVALID);
}

static void
every_quirk_has_its_word(void **state)
{
	(void)state;
	for (int i = 0; i < QUIRK_COUNT; i++) {
		assert_true(quirk_table[i].word[0] != '\0' && quirk_table[i].help[0] != '\0');
		for (int k = 0; k < i; k++)
			assert_string_not_equal(quirk_table[i].word, quirk_table[k].word);
	}
	assert_null(driver_of(ADDRESS_FOLDER));
	assert_string_equal(address_kind_name(ADDRESS_DIMSE), "dimse");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_of_web_servers_become_their_url),
		cmocka_unit_test(a_node_has_two_titles_and_a_port),
		cmocka_unit_test(what_is_wrong_is_told_with_the_right_form),
		cmocka_unit_test(a_long_address_is_refused_whole),
		cmocka_unit_test(every_quirk_has_its_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
