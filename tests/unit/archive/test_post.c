/* Anchors that are posted to an address, against a server of the test's own. */
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include "core/net/http.h"
#include "core/archive/post.h"
#include "core/ledger/anchor.h"
#include "core/ledger/office.h"
#include "core/ledger/setting.h"
#include "tests/unit/ledger/ledger_make.h"

/* One answer to one request, in a process of its own; what was asked comes back by a pipe. */
struct server {
	pid_t pid;
	int port, asked;
};

static void
answer_one(int listening, int out, const char *answer)
{
	int fd = accept(listening, NULL, NULL);
	char asked[4000];
	size_t n = 0;
	ssize_t got;
	char *body;

	do {
		got = read(fd, asked + n, sizeof(asked) - 1 - n);
		n += got > 0 ? (size_t)got : 0;
		asked[n] = '\0';
		body = strstr(asked, "\r\n\r\n");
	} while (got > 0 && (body == NULL || strchr(body + 4, '\n') == NULL));
	if (write(out, asked, n) != (ssize_t)n ||
		(*answer != '\0' && write(fd, answer, strlen(answer)) < 0))
		_exit(1);
	if (*answer == '\0')
		pause(); /* takes the request and says nothing */
	close(fd);
	_exit(0);
}

static struct server
serve(const char *answer)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), pipes[2];
	struct server s;

	assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	s.port = ntohs(at.sin_port);
	s.pid = fork();
	if (s.pid == 0)
		answer_one(fd, pipes[1], answer);
	close(fd);
	close(pipes[1]);
	s.asked = pipes[0];
	return s;
}

static void
served(struct server *s, char asked[4000])
{
	size_t n = 0;
	ssize_t got;

	kill(s->pid, *asked == '!' ? SIGKILL : 0);
	while ((got = read(s->asked, asked + n, 3999 - n)) > 0)
		n += (size_t)got;
	asked[n] = '\0';
	close(s->asked);
	waitpid(s->pid, NULL, 0);
}

static void
send_to(struct made *m, int port)
{
	struct session olga = made_login(m, "olga", OFFICER_PASSWORD);
	struct office o = {
		.who = &olga, .password = OFFICER_PASSWORD, .reason = "asked for by the site"
	};
	char url[64];

	snprintf(url, sizeof(url), "http://127.0.0.1:%d/anchors", port);
	assert_ok(office_set(m->l, &o, SETTING_ANCHOR_URL, url, e));
	session_close(m->l, &olga);
}

/* */
static void
the_last_anchor_is_posted_once(void **state)
{
	struct made *m = *state;
	struct server s = serve("HTTP/1.1 204 No Content\r\n\r\n");
	char asked[4000] = "", *own, *last;

	send_to(m, s.port);
	assert_true(post_waits(m->l));
	assert_ok(post_anchor(m->l, e));
	served(&s, asked);
	own = made_read(m->folder, "anchors/anchors.log", NULL);
	own[strlen(own) - 1] = '\0';
	last = strrchr(own, '\n') + 1;
	assert_memory_equal(asked, "POST /anchors HTTP/1.1\r\n", 24);
	assert_non_null(strstr(asked, last));
	assert_false(post_waits(m->l));
	free(own);
}

static void
refused(struct made *m, const char *answer, const char *why)
{
	struct server s = serve(answer);
	char asked[4000] = "", text[300];
	struct err e = { 0 };

	send_to(m, s.port);
	assert_int_equal(post_anchor(m->l, &e), RC_FAILED);
	served(&s, asked);
	assert_non_null(strstr(e.text, why));
	assert_true(anchor_warning(m->l, text, sizeof(text)));
	assert_non_null(strstr(text, why));
	assert_true(post_waits(m->l)); /* tried again later */
}

/* */
static void
an_answer_that_is_no_success_is_told(void **state)
{
	refused(*state, "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "the server answers 500");
}

/* */
static void
redirects_are_not_followed(void **state)
{
	refused(*state,
		"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
		"(302): not followed");
}

/* */
static void
nobody_there_is_told_and_counted(void **state)
{
	struct made *m = *state;
	struct server s = serve("HTTP/1.1 204 No Content\r\n\r\n");
	struct anchor_state a;
	char asked[4000] = "!";

	served(&s, asked); /* gone again: its port is free */
	send_to(m, s.port);
	assert_int_equal(post_anchor(m->l, NULL), RC_FAILED);
	assert_ok(ledger_anchor(m->l, e));
	assert_int_equal(post_anchor(m->l, NULL), RC_FAILED);
	assert_true(anchor_state(m->l, ANCHOR_URL, &a));
	assert_int_equal(a.missed, 2);
}

static void
a_server_that_says_nothing_is_given_up(void **state)
{
	struct server s = serve("");
	char url[64], asked[4000] = "!";
	struct http_post p = { .url = url,
		.type = "text/plain",
		.body = "x\n",
		.n = 2,
		.connect_ms = 1000,
		.total_ms = 300 };
	struct err why = { 0 };

	(void)state;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/", s.port);
	assert_int_equal(http_post(&p, &why), RC_FAILED);
	assert_non_null(strstr(why.text, "too long"));
	served(&s, asked);
}

static void
other_schemes_are_refused(void **state)
{
	struct http_post p = { .url = "file:///etc/hostname", .type = "text/plain", .body = "" };
	struct err why = { 0 };

	(void)state;
	assert_int_equal(http_post(&p, &why), RC_FAILED);
	assert_non_null(strstr(why.text, "nothing but http and https"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		made_test(the_last_anchor_is_posted_once),
		made_test(an_answer_that_is_no_success_is_told),
		made_test(redirects_are_not_followed),
		made_test(nobody_there_is_told_and_counted),
		cmocka_unit_test(a_server_that_says_nothing_is_given_up),
		cmocka_unit_test(other_schemes_are_refused),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, made_group_setup, made_group_teardown);
}
