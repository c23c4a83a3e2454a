/* wetread receipt NUMBER: for the signer to keep. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/ledger/receipt.h"
#include "tui/cli.h"

static int
print(struct cli *c, const char *number)
{
	struct receipt r = { 0 };
	struct err e = { 0 };
	int64_t n;

	if (!cli_number(number, &n))
		return EXIT_USAGE;
	if (!cli_open(c, DB_READ))
		return EXIT_FAILED_;
	if (receipt_make(c->ledger, n, &r, &e) != RC_OK)
		return cli_error(&e);
	if (c->json) {
		json_t *o = json_pack("{s:b, s:s}", "signed", r.is_signed, "receipt", r.text.data);

		json_dumpf(o, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(o);
	} else {
		fputs(r.text.data, stdout);
	}
	buf_release(&r.text);
	if (!r.is_signed)
		cli_complain("not signed: the archive's system key cannot be read here");
	return r.is_signed ? EXIT_DONE : EXIT_REFUSED;
}

static char *
read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = mem_zero(RECEIPT_MOST + 1, 1);

	if (f == NULL || fread(text, 1, RECEIPT_MOST, f) == 0) {
		cli_complain("%s: %s", path, f == NULL ? strerror(errno) : "is empty");
		free(text);
		text = NULL;
	}
	if (f != NULL)
		fclose(f);
	return text;
}

static void
print_facts(const struct cli *c, const struct receipt_facts *f)
{
	json_t *o;

	if (!c->json) {
		printf("good: event %lld, head %lld, signed by %s%s\n", (long long)f->event,
			(long long)f->head_event, f->key,
			c->ledger != NULL ? ", the system key of this archive"
					  : "; compare it with the archive's, or give --archive");
		return;
	}
	o = json_pack("{s:s, s:b, s:s, s:s, s:I, s:s, s:I, s:s}", "result", "good", "compared",
		c->ledger != NULL, "key", f->key, "db", f->db, "event", (json_int_t)f->event,
		"hash", f->hash, "head_event", (json_int_t)f->head_event, "head", f->head);
	json_dumpf(o, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(o);
}

/* With an archive also whether its log still holds what the receipt tells. */
static int
check(struct cli *c)
{
	char *text = read_file(c->opt.check);
	struct receipt_facts f;
	struct err e = { 0 };
	enum rc rc;

	if (text == NULL)
		return EXIT_FAILED_;
	rc = receipt_read(text, &f, &e);
	free(text);
	if (rc == RC_OK && c->archive != NULL && !cli_open(c, DB_READ))
		return EXIT_FAILED_;
	if (rc == RC_OK && c->ledger != NULL)
		rc = receipt_compare(c->ledger, &f, &e);
	if (rc != RC_OK) {
		cli_error(&e);
		return EXIT_REFUSED;
	}
	print_facts(c, &f);
	return EXIT_DONE;
}

static int
receipt_run(struct cli *c, int argc, char **argv)
{
	if ((argc == 1) == (c->opt.check != NULL))
		return cli_usage(&cli_receipt_command);
	return argc == 1 ? print(c, argv[0]) : check(c);
}

static const struct cli_option receipt_options[] = {
	CLI_OPTION("--check", CLI_VALUE, opt.check),
	{ .name = NULL },
};

const struct cli_command cli_receipt_command = {
	.name = "receipt",
	.usage =
		"receipt NUMBER [--json] | receipt --check FILE [--json]\n"
		"\n"
		"A receipt of decision NUMBER as text, signed by the archive's system key: what "
		"was "
		"decided, by whom,\n"
		"when and as what, its event, and the head of the chain now.  --check says whether "
		"FILE is a receipt\n"
		"as it was printed, and with --archive whether that archive still holds its event "
		"and "
		"head; exit\n"
		"status 1 where not.\n",
	.most = 1,
	.needs = CLI_NOTHING,
	.options = receipt_options,
	.run = receipt_run,
};
