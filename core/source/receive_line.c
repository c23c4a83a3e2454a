/* Who calls, and the storescp that takes the line over (see receive_in.h). */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/source/receive_in.h"

enum { CALL_S = 10, LEAVE_S = 5 };

static const struct {
	unsigned char result, source, reason;
} rejects[REFUSALS] = {
	[REFUSE_CALLED] = { 1, 1, 7 },
	[REFUSE_CALLING] = { 1, 1, 3 },
	[REFUSE_BUSY] = { 2, 3, 2 },
};

const char *const refusal_texts[REFUSALS] = {
	[REFUSE_CALLED] = "it called another AE title than ours",
	[REFUSE_CALLING] = "its AE title is not allowed",
	[REFUSE_BUSY] = "there is no room now",
};

/* ---- PDUs ---- */

static void
title_copy(char to[17], const unsigned char *from)
{
	size_t n = 16;

	while (n > 0 && (from[n - 1] == ' ' || from[n - 1] == '\0'))
		n--;
	while (n > 0 && *from == ' ') {
		from++;
		n--;
	}
	memcpy(to, from, n);
	to[n] = '\0';
}

bool
associate_read(const unsigned char head[ASSOCIATE_HEAD], char called[17], char calling[17])
{
	uint32_t length = (uint32_t)head[2] << 24 | (uint32_t)head[3] << 16 |
		(uint32_t)head[4] << 8 | head[5];

	if (head[0] != 1 || length < 68 || length > 1 << 20)
		return false;
	title_copy(called, head + 10);
	title_copy(calling, head + 26);
	return true;
}

void
associate_reject(unsigned char pdu[ASSOCIATE_REJECT], enum refusal why)
{
	memset(pdu, 0, ASSOCIATE_REJECT);
	pdu[0] = 3;
	pdu[5] = 4; /* length */
	pdu[7] = rejects[why].result;
	pdu[8] = rejects[why].source;
	pdu[9] = rejects[why].reason;
}

bool
receive_ae_valid(const char *ae)
{
	size_t n = strlen(ae);

	if (n == 0 || n > 16 || ae[0] == '-' || ae[0] == ' ' || ae[n - 1] == ' ')
		return false;
	for (size_t i = 0; i < n; i++)
		if (ae[i] < 0x20 || ae[i] > 0x7e || ae[i] == '\\')
			return false;
	return true;
}

/* ---- lines ---- */

static void
wait_for(struct line *l, enum line_state state, int seconds)
{
	l->state = state;
	l->deadline = clock_mono_us() + (int64_t)seconds * 1000000;
}

static void
set(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

void
line_accept(struct line *l, int fd)
{
	memset(l, 0, sizeof(*l));
	l->fd = fd;
	l->child.out = -1;
	l->spool.fd = -1;
	set(fd, SOL_SOCKET, SO_RCVLOWAT, ASSOCIATE_HEAD); /* poll wakes us when that much is there */
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1); /* or each answer waits 40 ms */
	wait_for(l, LINE_CALLING, CALL_S);
}

static bool
is_allowed(const struct receive_config *c, const char *calling)
{
	if (c->allow == NULL || c->allow[0] == NULL)
		return true;
	for (size_t i = 0; c->allow[i] != NULL; i++)
		if (strcmp(c->allow[i], calling) == 0)
			return true;
	return false;
}

bool
line_judge(struct line *l, const struct receive_config *c, bool room, char calling[17],
	enum refusal *why)
{
	unsigned char head[ASSOCIATE_HEAD];
	char called[17];
	bool good;

	calling[0] = '\0';
	*why = REFUSALS; /* not even that */
	if (recv(l->fd, head, sizeof(head), MSG_PEEK | MSG_DONTWAIT) != (ssize_t)sizeof(head) ||
		!associate_read(head, called, calling))
		return false;
	set(l->fd, SOL_SOCKET, SO_RCVLOWAT, 1);
	good = strcmp(called, c->aet) == 0;
	*why = !good ? REFUSE_CALLED : !is_allowed(c, calling) ? REFUSE_CALLING : REFUSE_BUSY;
	return good && *why == REFUSE_BUSY && room;
}

void
line_refuse(struct line *l, enum refusal why)
{
	unsigned char pdu[ASSOCIATE_REJECT];

	associate_reject(pdu, why);
	if (send(l->fd, pdu, sizeof(pdu), MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)sizeof(pdu)) {
		line_close(l);
		return;
	}
	shutdown(l->fd, SHUT_WR);
	wait_for(l, LINE_LEAVING,
		LEAVE_S); /* closed at once, unread bytes would take the answer away */
}

enum rc
line_serve(struct line *l, const struct receive_config *c, const char *spool, struct err *e)
{
	struct child_config config = { .input = l->fd };
	enum rc rc = scratch_open(&l->spool, spool, "in", e);
	/* as they are sent, under names of their own; classes and syntaxes of any kind; an association may rest for 5 min */
	const char *argv[] = { "storescp", "--inetd", "-q", "-aet", c->aet, "+B", "+uf", "-pm",
		"+xa", "-dhl", "-ta", "30", "-td", "300", "-ts", "60", "-od", l->spool.path, NULL };

	if (rc != RC_OK)
		return rc;
	config.argv = argv;
	config.folder = l->spool.path;
	rc = child_start(&l->child, &config, e);
	if (rc != RC_OK) {
		scratch_close(&l->spool);
		return rc;
	}
	close(l->fd); /* storescp's now */
	l->fd = -1;
	l->state = LINE_SERVED;
	return RC_OK;
}

static bool
has_left(struct line *l)
{
	char chunk[4096];
	ssize_t n = recv(l->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) ||
		clock_mono_us() > l->deadline;
}

bool
line_step(struct line *l)
{
	if (l->state == LINE_LEAVING && has_left(l))
		line_close(l);
	if (l->state == LINE_CALLING && clock_mono_us() > l->deadline)
		line_close(l);
	if (l->state == LINE_SERVED && !child_listen(&l->child, 0)) {
		l->broken = l->child.code != 0;
		l->state = LINE_OVER;
		child_end(&l->child);
	}
	return l->state == LINE_NONE || l->state == LINE_OVER;
}

void
line_cut(struct line *l)
{
	if (l->state == LINE_SERVED) {
		child_end(&l->child);
		l->broken = true;
		l->state = LINE_OVER;
	} else if (l->state != LINE_OVER) {
		line_close(l);
	}
}

void
line_close(struct line *l)
{
	child_end(&l->child);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
	scratch_leave(&l->spool);
	l->state = LINE_NONE;
}
