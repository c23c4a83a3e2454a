/* wetread report missing --to, --mail: letters as messages, into a folder or to a mail server. */
#include "tui/cli_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/outfile.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ledger/setting.h"
#include "core/net/mail.h"
#include "core/net/smtp.h"
#include "core/source/secret.h"

/* A letter, ready to go. */
struct letter {
	const struct report *report;
	const struct report_site *site;
	const char *to;
	char from[SETTING_TEXT], digest[DIGEST_HEX];
	struct buf text, message;
	int64_t lines;
};

static void
letter_release(struct letter *l)
{
	buf_release(&l->text);
	buf_release(&l->message);
}

static const char *
study_of(const struct letter *l)
{
	return l->report->survey->version.study;
}

/* The same letter has the same id, whatever became of a try before: mail servers and readers know it again. */
static void
letter_id(struct ledger *ledger, const struct letter *l, char id[48])
{
	char hex[DIGEST_HEX];
	struct digest d;

	digest_begin(&d);
	digest_add(&d, ledger_id(ledger), strlen(ledger_id(ledger)));
	digest_add(&d, l->text.data, l->text.len);
	digest_end(&d, hex);
	snprintf(id, 48, "wetread.%.32s", hex);
}

static enum rc
letter_make(struct cli *c, struct letter *l, struct err *e)
{
	const struct study_contact *to = l->site->site != NULL ? l->site->site->contact : NULL;
	char subject[200], id[48], name[300];
	struct mail m = { .from = l->from, .id = id, .subject = subject, .date = l->report->now };
	struct digest d;

	if (to == NULL || str_empty(to->email))
		return err_set(
			e, RC_INVALID, "the study's file names no contact with an e-mail address");
	l->to = m.to = to->email;
	m.to_name = to->name;
	snprintf(name, sizeof(name), "Study %.64s", study_of(l));
	m.from_name = name;
	report_letter(l->report, l->site, &l->text);
	report_subject(l->report, l->site, subject, sizeof(subject));
	m.text = l->text.data;
	digest_begin(&d);
	digest_add(&d, l->text.data, l->text.len);
	digest_end(&d, l->digest);
	for (const char *p = l->text.data; *p != '\0'; p++)
		l->lines += *p == '\n';
	letter_id(c->ledger, l, id);
	return mail_build(&m, &l->message, e);
}

static void
put_json(struct cli_report *r, const struct letter *l, const char *how, const char *text)
{
	json_array_append_new(r->all,
		json_pack("{s:s, s:s, s:I, s:s, s:s, s:s}", "study", study_of(l), "site",
			l->site->id, "items", (json_int_t)l->site->items, "result", how, "to",
			l->to != NULL ? l->to : "", "text", text));
}

static void
fail(struct cli_report *r, const struct letter *l, const char *text, int status)
{
	cli_complain("%.64s, site %.64s: %s", study_of(l), l->site->id, text);
	put_json(r, l, "failed", text);
	r->status = status > r->status ? status : r->status;
}

/* Refusals are 1, what may go better another time 3. */
static int
status_of(enum rc rc)
{
	return rc == RC_OFFLINE || rc == RC_BUSY || rc == RC_FAILED ? EXIT_FAILED_ : EXIT_REFUSED;
}

static void
each_letter(struct cli_report *r, const struct report *report,
	enum rc (*send)(struct cli_report *r, struct letter *l, struct err *e))
{
	for (size_t i = 0; i < report->sites; i++) {
		struct letter l = { .report = report, .site = &report->site[i] };
		struct err e = { 0 };
		enum rc rc;

		if (report->site[i].items == 0)
			continue;
		setting_text(r->c->ledger, SETTING_MAIL_FROM, l.from);
		rc = letter_make(r->c, &l, &e);
		if (rc == RC_OK)
			rc = send(r, &l, &e);
		if (rc != RC_OK)
			fail(r, &l, e.text, status_of(rc));
		letter_release(&l);
	}
}

bool
cli_report_ready(struct cli *c)
{
	char address[SETTING_TEXT], from[SETTING_TEXT];

	if (!setting_text(c->ledger, SETTING_MAIL_FROM, from) || !mail_address_valid(from)) {
		cli_complain("setting mail-from does not say from whom letters come");
		return false;
	}
	if (c->opt.mail &&
		(!setting_text(c->ledger, SETTING_MAIL_ADDRESS, address) ||
			!smtp_address_valid(address))) {
		cli_complain("setting mail-address does not say which server takes them");
		return false;
	}
	return true;
}

/* ---- into a folder ---- */

/* Fit for any file system, whatever the study's file calls its sites. */
static char *
file_name(const struct cli *c, const struct letter *l)
{
	char now[CLOCK_TEXT];
	char *name;

	clock_format(l->report->now, now);
	name = c->opt.again ? mem_format("%.64s-%.64s-%.19sZ", study_of(l), l->site->id, now)
			    : mem_format("%.64s-%.64s-%.10s", study_of(l), l->site->id, now);
	for (char *p = name; *p != '\0'; p++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.",
			    *p) == NULL ||
			(*p == '.' && p == name))
			*p = '_';
	return name;
}

static enum rc
write_letter(struct cli_report *r, struct letter *l, struct err *e)
{
	char *name = file_name(r->c, l), *path = mem_format("%s/%s.eml", r->c->opt.to, name);
	struct outfile o;
	enum rc rc = outfile_open(&o, path, e);

	if (rc == RC_OK) {
		fwrite(l->message.data, 1, l->message.len, o.f);
		rc = outfile_keep(&o, e);
	}
	if (rc == RC_OK) {
		put_json(r, l, "written", name);
		if (!r->c->json)
			printf("%s.eml: %zu items for site %s\n", name, l->site->items, l->site->id);
	}
	free(path);
	free(name);
	return rc;
}

void
cli_report_write(struct cli_report *r, const struct report *report)
{
	each_letter(r, report, write_letter);
}

/* ---- to a server ---- */

/* None is fine: there are servers that ask for nothing. */
static enum rc
read_secret(const struct cli *c, struct secret *s, struct err *e)
{
	char *path = c->opt.secret != NULL ? mem_string(c->opt.secret)
					   : mem_format("%s/mail.secret", c->archive);
	struct err why = { 0 };
	enum rc rc = secret_read(s, path, &why);

	free(path);
	if (rc == RC_NOT_FOUND && c->opt.secret == NULL)
		return RC_OK;
	return rc == RC_OK ? RC_OK : err_set(e, rc, "%s", why.text);
}

static enum rc
give(const struct cli *c, const struct letter *l, struct err *e)
{
	char address[SETTING_TEXT];
	struct smtp_message m = { l->from, l->to, l->message.data, l->message.len };
	struct smtp_config config = { .address = address };
	struct secret s;
	enum rc rc = read_secret(c, &s, e);

	if (rc != RC_OK)
		return rc;
	setting_text(c->ledger, SETTING_MAIL_ADDRESS, address);
	config.user = s.user;
	config.password = s.password;
	config.token = s.token;
	config.ca = s.ca;
	config.pin = s.pin;
	config.certificate = s.certificate;
	config.key = s.key;
	config.key_password = s.key_password;
	rc = smtp_send(&config, &m, e);
	secret_forget(&s);
	return rc;
}

static enum rc
mail_letter(struct cli_report *r, struct letter *l, struct err *e)
{
	struct report_sent sent = { study_of(l), l->site->id, l->to, l->digest, l->lines };
	char when[CLOCK_TEXT];
	enum rc rc = report_may_send(r->c->ledger, &r->who, sent.study, sent.site, e);

	if (rc != RC_OK)
		return rc;
	if (report_sent_today(r->c->ledger, sent.study, sent.site, when) && !r->c->opt.again) {
		put_json(r, l, "sent-before", when);
		if (!r->c->json)
			printf("%s, site %s: got a letter at %.16sZ; --again sends another one\n",
				sent.study, sent.site, when);
		return RC_OK;
	}
	rc = give(r->c, l, e);
	if (rc == RC_OK)
		rc = report_was_sent(r->c->ledger, &r->who, &sent, e);
	if (rc == RC_OK) {
		put_json(r, l, "sent", l->digest);
		if (!r->c->json)
			printf("%s, site %s: %zu items sent\n", sent.study, sent.site,
				l->site->items);
	}
	return rc;
}

void
cli_report_mail(struct cli_report *r, const struct report *report)
{
	each_letter(r, report, mail_letter);
}
