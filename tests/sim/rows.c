/* SPDX-License-Identifier: MPL-2.0 */
#include "rows.h"

#include <stddef.h>

#define ROWS_MAX 256

static unsigned long walked[ROWS_MAX];
static const struct transition *last;

static bool is_timed(enum event event)
{
	return event == EVENT_T1 || event == EVENT_T2 || event == EVENT_DUPLICATES ||
	       event == EVENT_ASK;
}

static void count(const struct transition *row)
{
	unsigned int i = 0;

	while (i < ROWS_MAX && machine_row(i) && machine_row(i) != row)
		i++;
	if (i < ROWS_MAX)
		walked[i]++;
}

const struct transition *__wrap_machine_find(enum lease_state lease, enum message_state message,
					     enum event event)
{
	const struct transition *row = __real_machine_find(lease, message, event);

	last = row && is_timed(event) ? row : NULL;
	if (row && !last)
		count(row);
	return row;
}

void rows_drawn(void)
{
	if (last)
		count(last);
	last = NULL;
}

unsigned long rows_walked(unsigned int index)
{
	return index < ROWS_MAX ? walked[index] : 0;
}
