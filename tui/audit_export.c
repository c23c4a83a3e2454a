/* Reading out the log from the audit screen, in two halves: wetread-verify and the events on a reader's thread, however long
 * they take, then the event `exported` and the last line on the ledger worker's, which alone writes. */
#include <stdlib.h>
#include <string.h>

#include "core/archive/export.h"
#include "core/base/outfile.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "tui/audit.h"

struct export_job {
	struct job job;
	struct export x;
	struct session session; /* of who asked */
	struct outfile out;
	const char *archive; /* the app's */
	char words[AUDIT_WORDS], path[1024];
};

static void
release(struct job *job)
{
	struct export_job *j = (struct export_job *)job;

	outfile_drop(&j->out);
	free(j);
}

static void
rows_run(struct job *job, struct ledger *l)
{
	struct export_job *j = (struct export_job *)job;

	job->rc = history_words(l, j->words, &j->x.filter, &job->err);
	if (job->rc == RC_OK)
		job->rc = outfile_open(&j->out, j->path, &job->err);
	if (job->rc != RC_OK)
		return;
	verifier_run(j->archive, j->x.stop, &j->x.verified);
	job->rc = export_rows(&j->x, l, j->out.f, &job->err);
}

static void
end_run(struct job *job, struct ledger *l)
{
	struct export_job *j = (struct export_job *)job;

	job->rc = export_record(&j->x, l, &job->err);
	if (job->rc == RC_OK)
		job->rc = export_end(&j->x, l, j->out.f, &job->err);
	if (job->rc == RC_OK)
		job->rc = outfile_keep(&j->out, &job->err);
}

static void
end_done(struct job *job, struct app *app)
{
	struct export_job *j = (struct export_job *)job;
	const struct verifier_told *v = &j->x.verified;
	bool good = strcmp(v->result, "good") == 0;

	if (job->rc != RC_OK)
		app_complain(app, &job->err);
	else
		app_say(app, good ? STYLE_GOOD : STYLE_WARN,
			"%lld events in %.100s; the record is %s%s%s", (long long)j->x.events,
			j->path, v->result, v->first[0] != '\0' ? ": " : "", v->first);
}

static void
rows_done(struct job *job, struct app *app)
{
	struct export_job *j = (struct export_job *)job, *end;

	if (!app->logged_in || strcmp(app->session.id, j->session.id) != 0)
		return; /* who asked has gone */
	if (job->rc != RC_OK) {
		app_complain(app, &job->err);
		return;
	}
	end = mem_zero(1, sizeof(*end));
	*end = *j;
	memset(&j->out, 0, sizeof(j->out)); /* handed over */
	end->session = app->session;
	end->x.who = &end->session;
	end->job = (struct job){ .run = end_run, .done = end_done, .release = release };
	app_post_take(app, &end->job);
}

static enum export_format
format_of(const char *path)
{
	const char *dot = strrchr(path, '.');
	enum export_format f = EXPORT_TEXT;

	if (dot != NULL && !export_format_of(dot + 1, &f))
		f = strcmp(dot, ".json") == 0 ? EXPORT_JSONL : EXPORT_TEXT;
	return f;
}

void
audit_export(struct app *app, const char *words, const char *path)
{
	struct export_job *j = mem_zero(1, sizeof(*j));

	j->job.run = rows_run;
	j->job.done = rows_done;
	j->job.release = release;
	j->archive = app->archive;
	j->session = app->session;
	memset(&j->session.key, 0, sizeof(j->session.key)); /* reading takes none */
	j->x.who = &j->session;
	j->x.stop = &app->leaving;
	j->x.format = format_of(path);
	str_copy(j->words, sizeof(j->words), words);
	str_copy(j->path, sizeof(j->path), path);
	app_say(app, STYLE_DIM, "checking the record and writing %.100s ...", path);
	app_read_take(app, READ_LONG, &j->job);
}
