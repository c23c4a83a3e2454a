/* Running another program (see child.h).  The process has threads, so between fork and exec there are only calls that are safe in
 * a signal handler. */
#include "core/source/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"

enum {
	TICK_MS = 25,
	REAP_MS = 5,
	GATHER_MS = 3, /* programs that write many short lines would wake us for each of them */
};

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 002) == 0 &&
		access(path, X_OK) == 0;
}

/* Folders of PATH that depend on where we stand are passed over. */
static bool
find_program(char path[PATH_MAX], const char *name)
{
	const char *from = getenv("PATH");
	size_t n;

	if (from == NULL)
		from = "/usr/bin:/bin";
	for (; *from != '\0'; from += n + (from[n] == ':')) {
		n = strcspn(from, ":");
		if (n > 0 && from[0] == '/' && n + strlen(name) + 2 < PATH_MAX) {
			snprintf(path, PATH_MAX, "%.*s/%s", (int)n, from, name);
			if (is_program(path))
				return true;
		}
	}
	return false;
}

bool
child_installed(const char *name)
{
	char path[PATH_MAX];

	return find_program(path, name);
}

struct plan {
	const char *path, *folder;
	char *const *argv, *const *envp;
	int input, out;
	pid_t parent;
};

/* In the child. */
static void
become(const struct plan *p)
{
	struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t none;
	int in, out;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != p->parent)
		_exit(126); /* too late: nobody is there to be told by */
	sigemptyset(&none);
	for (int sig = 1; sig < NSIG; sig++)
		sigaction(sig, &usual, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	in = p->input >= 0 ? fcntl(p->input, F_DUPFD, 10) : open("/dev/null", O_RDONLY);
	out = fcntl(p->out, F_DUPFD, 10);
	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
		chdir(p->folder != NULL ? p->folder : "/") != 0)
		_exit(126);
	syscall(SYS_close_range, 3, ~0u, 0);
	execve(p->path, p->argv, p->envp);
	_exit(127);
}

enum rc
child_start(struct child *c, const struct child_config *config, struct err *e)
{
	const char *dictionary = getenv("DCMDICTPATH");
	char path[PATH_MAX],
		*dict = dictionary != NULL ? mem_format("DCMDICTPATH=%s", dictionary) : NULL;
	char *envp[] = { (char *)"PATH=/usr/bin:/bin", (char *)"LC_ALL=C", (char *)"TCP_NODELAY=1",
		dict, NULL };
	struct plan p = { .path = path,
		.folder = config->folder,
		.argv = (char *const *)(uintptr_t)config->argv,
		.envp = envp,
		.input = config->input,
		.parent = getpid() };
	enum rc rc = RC_OK;
	int ends[2] = { -1, -1 };

	*c = (struct child){ .out = -1 };
	if (!find_program(path, config->argv[0]))
		rc = err_set(e, RC_UNSUPPORTED, "the program %s is not installed (package dcmtk)",
			config->argv[0]);
	else if (pipe2(ends, O_CLOEXEC) != 0)
		rc = err_errno(e, RC_FAILED, "starting %s", config->argv[0]);
	if (rc == RC_OK) {
		p.out = ends[1];
		c->pid = fork();
		if (c->pid == 0)
			become(&p);
		if (c->pid < 0)
			rc = err_errno(e, RC_FAILED, "starting %s", config->argv[0]);
	}
	free(dict);
	if (ends[1] >= 0)
		close(ends[1]);
	if (rc != RC_OK) {
		if (ends[0] >= 0)
			close(ends[0]);
		c->pid = 0;
		return rc;
	}
	setpgid(c->pid, c->pid); /* whoever is first */
	c->out = ends[0];
	return RC_OK;
}

/* The last that it says matters most: errors come at the end. */
static void
keep(struct child *c, const char *bytes, size_t n)
{
	buf_add(&c->said, bytes, n);
	if (c->said.len <= CHILD_SAID_MOST)
		return;
	memmove(c->said.data, c->said.data + c->said.len - CHILD_SAID_MOST / 2, CHILD_SAID_MOST / 2);
	c->said.len = CHILD_SAID_MOST / 2;
	c->said.data[c->said.len] = '\0';
}

/* Takes something, or the other end is closed. */
static void
take(struct child *c)
{
	char chunk[65536];
	ssize_t n = read(c->out, chunk, sizeof(chunk));

	if (n > 0)
		keep(c, chunk, (size_t)n);
	if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) {
		close(c->out);
		c->out = -1;
	}
}

static bool
reap(struct child *c, int how)
{
	int status;
	pid_t got;

	do {
		got = waitpid(c->pid, &status, how);
	} while (got < 0 && errno == EINTR);
	if (got == 0)
		return false;
	c->code = got > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	c->pid = 0;
	return true;
}

bool
child_listen(struct child *c, int ms)
{
	struct pollfd p = { .fd = c->out, .events = POLLIN };

	if (c->pid == 0)
		return false;
	if (c->out < 0) /* it has said all: what is left is its status */
		ms = ms < REAP_MS ? ms : REAP_MS;
	if (poll(&p, 1, ms) > 0 && c->out >= 0) {
		take(c);
		return true;
	}
	if (!reap(c, WNOHANG))
		return true;
	while (c->out >= 0 && poll(&p, 1, 0) > 0) {
		take(c);
		p.fd = c->out;
	}
	return false;
}

void
child_end(struct child *c)
{
	if (c->pid > 0) {
		kill(-c->pid, SIGKILL);
		kill(c->pid, SIGKILL);
		reap(c, 0);
	}
	if (c->out > 0)
		close(c->out);
	c->out = -1;
	buf_release(&c->said);
}

enum rc
child_run(struct child *c, const struct child_config *config, const struct child_limits *limits,
	struct err *e)
{
	int64_t deadline = clock_mono_us() + (int64_t)limits->seconds * 1000000, looked = 0;
	enum rc rc = child_start(c, config, e);

	while (rc == RC_OK && child_listen(c, TICK_MS)) {
		int64_t now = clock_mono_us();

		if (c->out >= 0)
			poll(NULL, 0, GATHER_MS);
		if (limits->seconds > 0 && now > deadline)
			return err_set(e, RC_OFFLINE, "%s took longer than %u s", config->argv[0],
				limits->seconds);
		if (now - looked < (int64_t)TICK_MS * 1000)
			continue;
		looked = now;
		if (limits->stopped != NULL && limits->stopped(limits->ctx))
			return err_set(e, RC_CANCELLED, "stopped");
		if (limits->look != NULL)
			limits->look(limits->ctx);
	}
	return rc;
}

bool
child_says(const struct child *c, const char *text)
{
	return c->said.len > 0 && memmem(c->said.data, c->said.len, text, strlen(text)) != NULL;
}
