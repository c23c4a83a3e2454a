/* wetread-verify ARCHIVE: is the record what was written?  A separate program that shares no code with the one
 * that writes: it reads a copy of the ledger, links SQLite, libsodium and jansson, and has no write path.
 * Exit status: 0 good, 1 altered, 2 cannot tell, 3 usage. */
#include <getopt.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/verify/verify.h"

static const char usage[] =
	"usage: wetread-verify [--json] [--objects] [--anchors FILE] ARCHIVE\n"
	"       wetread-verify [--json] --log --officer officer.pub FILE...\n"
	"\n"
	"Checks the record of an archive without changing it: the chain of events, every signature "
	"and\n"
	"whose key made it, the order of times, the anchors, and that decisions with what their "
	"signers\n"
	"saw and marked, signatures, tasks and images in the tables are those that the events tell "
	"of.\n"
	"\n"
	"  --objects   also hash every stored file, and check the list of a copy\n"
	"  --anchors   also check the anchors that were kept elsewhere: a file, or a system's log\n"
	"  --json      print the result as JSON\n"
	"  --log       check a log that was written out by wetread history --format jsonl, in one "
	"file\n"
	"              or several that follow each other: chain, signatures, keys\n"
	"  --officer   the file with the public key of the first officer, which vouches for the "
	"rest\n"
	"\n"
	"Exit status: 0 good, 1 altered, 2 cannot tell (something needed is missing), 3 usage\n";

static const char *const verdicts[] = {
	[VERIFY_GOOD] = "good",
	[VERIFY_ALTERED] = "altered",
	[VERIFY_CANNOT_TELL] = "cannot tell",
};

static void
print_json(const struct verify *v, enum verify_result result)
{
	json_t *findings = json_array(), *o;

	for (size_t i = 0; i < v->findings; i++)
		json_array_append_new(findings, json_string(v->finding[i]));
	o = json_pack("{s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:s, s:o}", "result",
		verdicts[result], "events", (json_int_t)v->events, "head", v->head, "signatures",
		(json_int_t)v->signatures, "anchors", (json_int_t)v->anchors, "objects",
		(json_int_t)v->objects, "elsewhere", (json_int_t)v->elsewhere, "left_out",
		(json_int_t)v->left_out, "copy_of", verify_text(v->copy, "study"), "findings",
		findings);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

static void
print_text(const struct verify *v, enum verify_result result)
{
	for (size_t i = 0; i < v->findings; i++)
		printf("%s\n", v->finding[i]);
	if (v->findings_more > 0)
		printf("... and %zu more\n", v->findings_more);
	printf("%s: %lld events, %lld signatures, %lld anchors", verdicts[result],
		(long long)v->events, (long long)v->signatures, (long long)v->anchors);
	if (v->objects > 0)
		printf(", %lld files", (long long)v->objects);
	if (v->elsewhere > 0)
		printf(", %lld files lie at sources and were not read", (long long)v->elsewhere);
	if (v->left_out > 0)
		printf(", %lld files of other studies were left out by the copy",
			(long long)v->left_out);
	printf(", head %.16s\n", v->head);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "objects", no_argument, NULL, 'o' },
		{ "log", no_argument, NULL, 'l' },
		{ "officer", required_argument, NULL, 'p' },
		{ "anchors", required_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct verify v = { 0 };
	enum verify_result result;
	const char *pin = NULL;
	int json = 0, log = 0, c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (c == '?') {
			fputs(usage, stderr);
			return 3;
		}
		json |= c == 'j';
		v.check_objects |= c == 'o';
		log |= c == 'l';
		if (c == 'p')
			pin = optarg;
		if (c == 'a')
			v.copies = optarg;
	}
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS,
		0); /* threads need not meet over a number that nobody asks for */
	if (argc - optind < 1 || (!log && argc - optind != 1) || sodium_init() < 0) {
		fputs(usage, stderr);
		return 3;
	}
	v.progress = isatty(STDERR_FILENO) == 1;
	result = log ? verify_segments(&v, pin, argv + optind, argc - optind)
		     : verify_archive(&v, argv[optind]);
	(json ? print_json : print_text)(&v, result);
	verify_release(&v);
	return (int)result;
}
