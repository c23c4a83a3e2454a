/* Messages from worker threads to one reader, who may sleep in poll meanwhile. */
#ifndef CORE_BASE_INBOX_H
#define CORE_BASE_INBOX_H

/* The first member of every message.  Exactly one of the two is called, by the reader:
 * `deliver` when the message is read, `drop` when the inbox is freed with it unread.
 * Both own the message and free it. */
struct msg {
	struct msg *next; /* the inbox's own */
	void (*deliver)(struct msg *m, void *reader);
	void (*drop)(struct msg *m);
};

struct inbox;

struct inbox *inbox_new(void);
void inbox_free(struct inbox *in); /* reader's thread, after every writer has ended */

/* Readable (POLLIN) while messages wait.  Lent. */
int inbox_fd(const struct inbox *in);

/* Any thread.  Swallows m. */
void inbox_post_take(struct inbox *in, struct msg *m);

/* Reader's thread: deliver everything that waits, in the order posted.  Returns how many. */
int inbox_deliver(struct inbox *in, void *reader);

#endif
