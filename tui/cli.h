/* The subcommands: the same core functions as the screens call, for scripts.  Main thread. */
#ifndef TUI_CLI_H
#define TUI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "core/archive/store.h"
#include "core/ledger/account.h"
#include "core/ledger/ledger.h"
#include "core/ledger/office.h"

/* Exit statuses; users' scripts rely on them. */
enum { EXIT_DONE, EXIT_REFUSED, EXIT_USAGE, EXIT_FAILED_ };

struct cli {
	const char *archive;       /* --archive or $WETREAD_ARCHIVE; NULL */
	const char *user;          /* --user; NULL */
	const char *password_file; /* --password-file; NULL */
	bool json, help;
	int protocol; /* --protocol of the workstation; -1 */

	struct { /* options of single commands; NULL or false where not given */
		const char *queue, *filter, *frame, *window, *size, *protocol, *levels, *step,
			*verdict, *note, *name, *evidence, *new_password_file, *officer, *series,
			*decision, *encoder, *why, *study, *site, *subject, *visit, *corrects,
			*because, *text, *slice, *at, *percent, *by, *action, *from, *to, *format,
			*limit, *check, *keep, *secret, *login, *modality, *patient, *label, *every,
			*aet, *bind, *port, *least_free, *set;
		const char **reasons, **roles, **allow, **keeps; /* NULL-terminated */
		bool plain, list_reasons, marks, ctp, force, temporary, csv, review, all, retry,
			changed, explain, clear, drop_conditions, verdicts, ask, mail, again;
	} opt;

	/* while a command runs */
	struct ledger *ledger;
	bool posts; /* what is anchored at the end is sent on, by another process */
	struct store *store;
	struct vault *vault; /* in use by the store; NULL where the archive has no sources */
};

enum cli_kind { CLI_VALUE, CLI_FLAG, CLI_LIST };

/* Where an option's value goes: an offset into struct cli. */
struct cli_option {
	const char *name; /* "--filter"; NULL ends a table */
	enum cli_kind kind;
	size_t offset;
};
#define CLI_OPTION(name_, kind_, field) \
	{ \
		.name = name_, .kind = kind_, .offset = offsetof(struct cli, field) \
	}

enum cli_needs { CLI_NOTHING, CLI_ARCHIVE_READ, CLI_ARCHIVE_WRITE };

struct cli_command {
	const char *name;
	const char *usage;    /* "import [--json] PATH...", an empty line, and what it does */
	int least, most;      /* words after the name; most -1: any number */
	enum cli_needs needs; /* opened before run and closed after it */
	const struct cli_option *options; /* beside those of every command; NULL none */
	int (*run)(struct cli *c, int argc, char **argv); /* argv[0] is the first word */
};

extern const struct cli_command cli_progress_command, cli_source_command, cli_discover_command,
	cli_fetch_command, cli_outbox_command, cli_watch_command, cli_init_command,
	cli_demo_command, cli_import_command, cli_worklist_command, cli_show_command,
	cli_render_command, cli_decide_command, cli_viewing_command, cli_marks_command,
	cli_history_command, cli_user_command, cli_role_command, cli_setting_command,
	cli_agreement_command, cli_check_command, cli_sentinel_command, cli_selftest_command,
	cli_receipt_command, cli_copy_command, cli_anchor_command, cli_letters_command,
	cli_receive_command, cli_classify_command, cli_study_command, cli_form_command, cli_quality_command, cli_todo_command, cli_query_command, cli_compliance_command, cli_calendar_command, cli_place_command, cli_export_command, cli_report_command, cli_tag_command, cli_entry_command;

/* ---- what they share (cli.c) ---- */

/* Options, --help, the number of words, the archive; then k->run.  argv[0] is the command's name.  Options may stand
 * before or after the words; "--" ends them. */
int cli_run(struct cli *c, const struct cli_command *k, int argc, char **argv);

/* Open the archive of --archive; on failure tells why and returns false. */
bool cli_open(struct cli *c, enum db_mode mode);
void cli_close(struct cli *c);
/* Tell on standard error where anchors do not get to a place that the site has set. */
void cli_warn_anchors(struct cli *c);

/* Print "wetread: ..." on stderr. */
void cli_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Tell an error and give its exit status: refused things are 1, the rest 3. */
int cli_error(const struct err *e);
int cli_usage(const struct cli_command *k);

/* A password: from --password-file (0600 or refused) or typed at the terminal without echo.  False (told) where
 * there is none.  Wipe it after use. */
bool cli_password(struct cli *c, const char *prompt, char *to, size_t size);
/* The same for a password that is new: typed twice, and refused where the two differ. */
bool cli_new_password(struct cli *c, const char *prompt, char *to, size_t size);
/* Log in as --user (asked for where it is missing).  False (told).  On a terminal, or where a try has failed since, the
 * login before this one is told on standard error. */
bool cli_login(struct cli *c, struct session *out, char *password, size_t size);

/* An officer's act: opens the archive for writing and logs in as --user, with --reason or --evidence as the reason.
 * The exit status; where it is not EXIT_DONE that was told, and there is nothing to end. */
struct cli_office {
	struct session session;
	char password[1024];
	struct office office;
};
int cli_office_begin(struct cli *c, struct cli_office *o, const char *reason);
/* Logs out, tells an error; the exit status. */
int cli_office_end(struct cli *c, struct cli_office *o, enum rc rc, const struct err *e);

/* Something came: exams that rules of the studies tell get their places (core/trial/assign.h), with a progress line.  How many
 * moved; 0 too where it could not be done, which is told, and which `wetread place` makes good. */
int64_t cli_place_rules(struct cli *c);

/* "12" or "#12".  False (told) where it is none. */
bool cli_number(const char *text, int64_t *out);

/* --encoder NAME, who makes grey sixel pictures: "own" (NULL too) or "libsixel".  `protocol` is how pictures are shown, an
 * enum picture_protocol, or -1 where the terminal is still to be asked; only sixel has a choice.  False (told). */
bool cli_encoder(const char *name, int protocol, bool *libsixel);

/* wetread user list --review; the archive is open. */
int cli_review(struct cli *c);

/* "USER@HOST tty" of this process, for the record. */
void cli_origin(char *to, size_t size);

#endif
