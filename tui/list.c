/* One list for every list screen. */
#include "tui/list.h"

static void
scroll(struct list *l)
{
	if (l->at < l->first)
		l->first = l->at;
	if (l->rows > 0 && l->at >= l->first + l->rows)
		l->first = l->at - l->rows + 1;
	if (l->rows > 0 && l->total >= 0 && l->first > l->total - l->rows)
		l->first = l->total > l->rows ? l->total - l->rows : 0;
	if (l->first < 0)
		l->first = 0;
}

void
list_go(struct list *l, int64_t at)
{
	if (l->total >= 0 && at >= l->total)
		at = l->total - 1;
	l->at = at < 0 ? 0 : at;
	scroll(l);
}

void
list_set_total(struct list *l, int64_t total)
{
	l->total = total;
	list_go(l, l->at);
}

void
list_set_rows(struct list *l, int rows)
{
	l->rows = rows > 1 ? rows : 1;
	scroll(l);
}

bool
list_command(struct list *l, enum command c)
{
	switch (c) {
	case CMD_NEXT:
		list_go(l, l->at + 1);
		return true;
	case CMD_PREVIOUS:
		list_go(l, l->at - 1);
		return true;
	case CMD_PAGE_DOWN:
		list_go(l, l->at + l->rows);
		return true;
	case CMD_PAGE_UP:
		list_go(l, l->at - l->rows);
		return true;
	case CMD_FIRST:
		list_go(l, 0);
		return true;
	case CMD_LAST:
		list_go(l, l->total - 1);
		return true;
	default:
		return false;
	}
}
