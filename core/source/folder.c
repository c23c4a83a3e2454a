/* Watched folders (see folder.h). */
#include "core/source/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/archive/walk.h"
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"

enum { KEY_HEX = 33, WATCHES_MOST = 8192, LINE_MOST = 160 };

/* What was known of a file when it was looked at.  Names may name somebody, so only their digest is kept. */
struct seen {
	char key[KEY_HEX];
	int64_t size, written; /* written: nanoseconds; -1 for what could not be read at all */
	uint64_t inode;
};

struct seen_list {
	struct seen *at;
	size_t n, room;
};

struct folder {
	char *path, *memory;
	struct seen_list seen; /* sorted by key */
	int watch;
	size_t pending;
	int64_t quiet; /* when what was pending may be whole, monotonic microseconds */
};

/* ---- what was seen ---- */

static void
key_of(const char *path, char key[KEY_HEX])
{
	char hex[DIGEST_HEX];
	struct digest d;

	digest_begin(&d);
	digest_add(&d, path, strlen(path));
	digest_end(&d, hex);
	str_copy(key, KEY_HEX, hex);
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct seen *)a)->key, ((const struct seen *)b)->key);
}

static void
remember(struct seen_list *l, const struct seen *s)
{
	if (l->n == l->room) {
		l->room = l->room > 0 ? l->room * 2 : 256;
		l->at = mem_grow(l->at, l->room, sizeof(*l->at));
	}
	l->at[l->n++] = *s;
}

static bool
is_known(const struct seen_list *l, const struct seen *s)
{
	const struct seen *at = l->n > 0 ? bsearch(s, l->at, l->n, sizeof(*s), by_key) : NULL;

	return at != NULL && at->size == s->size && at->written == s->written &&
		at->inode == s->inode;
}

static bool
read_line(const char *line, struct seen *s)
{
	int end = -1;

	return sscanf(line, "%32[0-9a-f] %" SCNd64 " %" SCNd64 " %" SCNu64 "%n", s->key, &s->size,
		       &s->written, &s->inode, &end) == 4 &&
		end > 0 && line[end] == '\n' && strlen(s->key) == KEY_HEX - 1;
}

static const char first_line[] = "wetread seen 1\n";

static enum rc
read_memory(struct folder *f, struct err *e)
{
	FILE *in = fopen(f->memory, "re");
	char line[LINE_MOST];
	struct seen s;
	bool good;

	if (in == NULL)
		return errno == ENOENT ? RC_OK
				       : err_errno(e, RC_FAILED, "the memory of a watched folder");
	good = fgets(line, sizeof(line), in) != NULL && strcmp(line, first_line) == 0;
	while (good && fgets(line, sizeof(line), in) != NULL) {
		good = read_line(line, &s) && f->seen.n < FOLDER_FILES_MOST;
		if (good)
			remember(&f->seen, &s);
	}
	fclose(in);
	if (!good)
		return err_set(e, RC_CORRUPT, "the memory of a watched folder cannot be read");
	if (f->seen.n > 0)
		qsort(f->seen.at, f->seen.n, sizeof(s), by_key);
	return RC_OK;
}

/* Whole or not at all. */
static enum rc
write_memory(const struct folder *f, const struct seen_list *l, struct err *e)
{
	char *temp = mem_format("%s.new", f->memory);
	int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
	bool good = out != NULL && fputs(first_line, out) >= 0;

	for (size_t i = 0; i < l->n && good; i++)
		good = fprintf(out, "%s %" PRId64 " %" PRId64 " %" PRIu64 "\n", l->at[i].key,
			       l->at[i].size, l->at[i].written, l->at[i].inode) > 0;
	good = good && fflush(out) == 0 && fsync(fd) == 0;
	if (out != NULL && fclose(out) != 0)
		good = false;
	if (!good || rename(temp, f->memory) != 0) {
		err_errno(e, RC_FAILED, "the memory of a watched folder");
		unlink(temp);
		free(temp);
		return RC_FAILED;
	}
	free(temp);
	return RC_OK;
}

/* ---- open, close ---- */

static enum rc
make_parent(const char *memory, struct err *e)
{
	char *folder = mem_string(memory), *slash = strrchr(folder, '/');
	enum rc rc = RC_OK;

	if (slash != NULL && slash != folder) {
		*slash = '\0';
		if (mkdir(folder, 0700) != 0 && errno != EEXIST)
			rc = err_errno(e, RC_FAILED, "the folder of a watched folder's memory");
	}
	free(folder);
	return rc;
}

enum rc
folder_open(struct folder **out, const char *path, const char *memory, struct err *e)
{
	struct folder *f;
	struct stat st;
	enum rc rc;

	*out = NULL;
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(e, RC_NOT_FOUND, "there is no such folder");
	rc = make_parent(memory, e);
	if (rc != RC_OK)
		return rc;
	f = mem_zero(1, sizeof(*f));
	f->path = mem_string(path);
	f->memory = mem_string(memory);
	f->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	rc = read_memory(f, e);
	if (rc != RC_OK) {
		folder_close(f);
		return rc;
	}
	*out = f;
	return RC_OK;
}

void
folder_close(struct folder *f)
{
	if (f == NULL)
		return;
	if (f->watch >= 0)
		close(f->watch);
	free(f->seen.at);
	free(f->path);
	free(f->memory);
	free(f);
}

/* ---- a look ---- */

struct look {
	struct folder *f;
	const struct import_config *ic;
	struct seen_list now;   /* what will be remembered when all went well */
	struct walk_list fresh; /* borrowed paths of files to import */
	size_t pending;
	bool changed;
};

/* Names of files on their way, as those who write them have it. */
static bool
is_on_its_way(const char *path)
{
	static const char *const ends[] = { ".part", ".partial", ".filepart", ".tmp", ".temp",
		".crdownload", "~" };
	const char *name = strrchr(path, '/');
	size_t n;

	name = name != NULL ? name + 1 : path;
	n = strlen(name);
	if (name[0] == '.')
		return true;
	for (size_t i = 0; i < MEM_COUNT(ends); i++) {
		size_t m = strlen(ends[i]);

		if (n > m && strcmp(name + n - m, ends[i]) == 0)
			return true;
	}
	return false;
}

static int64_t
nanoseconds(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

/* Neither its bytes nor its name or times were changed lately.  Times of the future are those of another clock. */
static bool
is_quiet(const struct stat *st)
{
	struct timespec now;
	int64_t age, changed = nanoseconds(&st->st_ctim);

	clock_gettime(CLOCK_REALTIME, &now);
	if (nanoseconds(&st->st_mtim) > changed && nanoseconds(&st->st_mtim) <= nanoseconds(&now))
		changed = nanoseconds(&st->st_mtim);
	age = nanoseconds(&now) - changed;
	return age >= (int64_t)FOLDER_QUIET_S * 1000000000 || age < -(int64_t)60 * 1000000000;
}

/* A path that cannot be read is told once. */
static void
on_refused(void *ctx, const char *path, const char *reason)
{
	struct look *l = ctx;
	struct seen s = { .size = -1, .written = -1 };

	key_of(path, s.key);
	remember(&l->now, &s);
	if (is_known(&l->f->seen, &s))
		return;
	l->changed = true;
	if (l->ic->rejected != NULL)
		l->ic->rejected(l->ic->ctx, path, reason);
}

static void
sort_out(struct look *l, char *path)
{
	struct stat st;
	struct seen s;

	if (is_on_its_way(path) || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return;
	key_of(path, s.key);
	s.size = (int64_t)st.st_size;
	s.written = nanoseconds(&st.st_mtim);
	s.inode = (uint64_t)st.st_ino;
	if (is_known(&l->f->seen, &s)) {
		remember(&l->now, &s);
	} else if (is_quiet(&st)) {
		remember(&l->now, &s);
		l->fresh.path[l->fresh.n++] = path;
	} else {
		l->pending++;
	}
}

/* Every folder below, before the files are listed, so that nothing falls between. */
static void
watch_all(struct folder *f)
{
	char *roots[] = { f->path, NULL };
	FTS *tree = f->watch >= 0 ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL)
				  : NULL;
	int watches = 0;
	FTSENT *entry;

	while (tree != NULL && watches < WATCHES_MOST && (entry = fts_read(tree)) != NULL)
		if (entry->fts_info == FTS_D) {
			watches++;
			inotify_add_watch(f->watch, entry->fts_accpath,
				IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR);
		}
	if (tree != NULL)
		fts_close(tree);
}

static enum rc
import_fresh(struct look *l, struct import_counts *n, struct err *e)
{
	struct folder *f = l->f;
	enum rc rc = RC_OK;

	if (l->fresh.n > 0)
		rc = import_run(l->ic, l->fresh.path, (int)l->fresh.n, n, e);
	if (rc != RC_OK)
		return rc;
	if (l->now.n > 0)
		qsort(l->now.at, l->now.n, sizeof(*l->now.at), by_key);
	if (l->fresh.n > 0 || l->changed || l->now.n != f->seen.n)
		rc = write_memory(f, &l->now, e);
	if (rc == RC_OK) {
		free(f->seen.at);
		f->seen = l->now;
		l->now = (struct seen_list){ 0 };
	}
	return rc;
}

enum rc
folder_look(struct folder *f, const struct import_config *ic, struct import_counts *n, struct err *e)
{
	struct look l = { .f = f, .ic = ic };
	struct walk_list files = { 0 };
	enum rc rc = RC_OK;

	memset(n, 0, sizeof(*n));
	if (access(f->path, R_OK | X_OK) != 0)
		return err_set(e, RC_OFFLINE, "the folder is not there");
	watch_all(f);
	walk(&files, f->path, on_refused, &l);
	if (files.n > FOLDER_FILES_MOST)
		rc = err_set(
			e, RC_LIMIT, "more than %d files in a watched folder", FOLDER_FILES_MOST);
	l.fresh.path = mem_zero(files.n + 1, sizeof(char *));
	for (size_t i = 0; i < files.n && rc == RC_OK; i++)
		sort_out(&l, files.path[i]);
	f->pending = l.pending;
	f->quiet = clock_mono_us() + (int64_t)FOLDER_QUIET_S * 1000000;
	if (rc == RC_OK)
		rc = import_fresh(&l, n, e);
	free(l.fresh.path);
	free(l.now.at);
	walk_free(&files);
	return rc;
}

/* ---- waiting ---- */

size_t
folder_pending(const struct folder *f)
{
	return f->pending;
}

int
folder_fd(const struct folder *f)
{
	return f->watch;
}

bool
folder_wait(struct folder *f, int ms)
{
	struct pollfd p = { .fd = f->watch, .events = POLLIN };
	int64_t left = (f->quiet - clock_mono_us()) / 1000 + 1;
	char events[8192];

	if (f->pending > 0 && left < ms)
		ms = left > 0 ? (int)left : 0;
	if (poll(&p, 1, ms) <= 0)
		return f->pending > 0 && clock_mono_us() >= f->quiet;
	while (read(f->watch, events, sizeof(events)) > 0)
		;
	return true;
}
