/* Anchors that go to an address.  A process of its own does it: libcurl, its name lookups and the server's patience are
 * nobody's who signs. */
#include "core/archive/post.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/net/http.h"
#include "core/ledger/anchor.h"
#include "core/ledger/setting.h"

bool
post_waits(struct ledger *l)
{
	char line[ANCHOR_LINE];

	return anchor_for_url(l, line);
}

enum rc
post_anchor(struct ledger *l, struct err *e)
{
	char line[ANCHOR_LINE + 1] = "", url[SETTING_TEXT];
	struct http_post p = { .url = url,
		.type = "text/plain; charset=utf-8",
		.body = line,
		.connect_ms = 5000,
		.total_ms = 20000 };
	struct err why = { 0 };
	enum rc rc;

	if (!anchor_for_url(l, line) || !setting_text(l, SETTING_ANCHOR_URL, url))
		return RC_OK;
	p.n = strlen(line);
	line[p.n++] = '\n';
	rc = http_post(&p, &why);
	anchor_told(l, ANCHOR_URL, rc == RC_OK ? NULL : why.text, NULL);
	return rc == RC_OK ? RC_OK : err_set(e, rc, "the anchor was not posted: %s", why.text);
}

/* Between fork and exec only what may be called in a signal handler: the process has threads. */
void
post_apart(const char *archive)
{
	char *argv[] = { (char *)"wetread", (char *)"--archive", (char *)archive, (char *)"anchor",
		NULL };
	pid_t pid = fork();
	sigset_t none;
	int nowhere;

	if (pid == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		setsid();
		nowhere = open("/dev/null", O_RDWR);
		dup2(nowhere, 0);
		dup2(nowhere, 1);
		dup2(nowhere, 2);
		if (fork() == 0)
			execv("/proc/self/exe", argv);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}
