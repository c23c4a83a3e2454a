/* wetread study from-...: forms that were made elsewhere, as a study file to go on from. */
#include "tui/cli_study_from.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/study/csv.h"
#include "core/study/odm_read.h"
#include "core/study/redcap.h"
#include "core/study/xml.h"

bool
cli_study_from_file(const char *path, size_t most, struct buf *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && out->len <= most) {
		n = read(fd, buf_room(out, 1 << 16), 1 << 16);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			out->len += (size_t)n;
	}
	if (n < 0)
		cli_complain("%.200s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	buf_char(out, '\0'); /* it becomes a row of text */
	out->len--;
	return n >= 0;
}

static enum rc
read_redcap(struct cli *c, const struct buf *text, char **out, struct mistakes *wrong,
	struct mistakes *notes)
{
	const char *id = c->opt.name != NULL ? c->opt.name : "REDCAP";

	return redcap_read(out, text->data, text->len, id, wrong, notes);
}

static enum rc
read_odm(struct cli *c, const struct buf *text, char **out, struct mistakes *wrong,
	struct mistakes *notes)
{
	struct odm_options options = { c->opt.name, c->opt.text, c->opt.drop_conditions };

	return odm_read(out, text->data, text->len, &options, wrong, notes);
}

static const struct format {
	const char *name;
	size_t most;
	enum rc (*read)(struct cli *c, const struct buf *text, char **out, struct mistakes *wrong,
		struct mistakes *notes);
	const char *place; /* where a mistake is */
} formats[] = {
	{ "from-redcap", CSV_BYTES, read_redcap, ": row " },
	{ "from-odm", XML_BYTES, read_odm, ":" },
};

static void
tell(const char *path, const struct format *f, const char *kind, const struct mistakes *m)
{
	char *name = mem_string(path);

	str_clean(name);
	for (size_t i = 0; i < m->n; i++) {
		const struct mistake *one = &m->one[i];

		fputs(name, stderr);
		if (one->line > 0)
			fprintf(stderr, "%s%u", f->place, one->line);
		fprintf(stderr, ": %s%s%s%s\n", kind, one->path, one->path[0] != '\0' ? ": " : "",
			one->text);
	}
	if (m->more > 0)
		fprintf(stderr, "%s: %sand %zu more\n", name, kind, m->more);
	free(name);
}

static int
convert(struct cli *c, const struct format *f, const char *path, const struct buf *text)
{
	struct mistakes wrong, notes;
	char *out;
	enum rc rc = f->read(c, text, &out, &wrong, &notes);

	tell(path, f, "", &wrong);
	tell(path, f, "note: ", &notes);
	if (rc == RC_OK)
		puts(out);
	free(out);
	mistakes_free(&wrong);
	mistakes_free(&notes);
	return rc == RC_OK ? EXIT_DONE : EXIT_REFUSED;
}

int
cli_study_from(struct cli *c, const char *what, const char *path)
{
	struct buf text = { 0 };
	int status;

	for (size_t i = 0; i < MEM_COUNT(formats); i++) {
		if (strcmp(formats[i].name, what) != 0)
			continue;
		status = cli_study_from_file(path, formats[i].most, &text)
			? convert(c, &formats[i], path, &text)
			: EXIT_FAILED_;
		buf_release(&text);
		return status;
	}
	return cli_usage(&cli_study_command);
}
