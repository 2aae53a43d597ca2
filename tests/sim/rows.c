/* SPDX-License-Identifier: MPL-2.0 */
#include "rows.h"

#include <stddef.h>

#define ROWS_MAX     256
#define LEASE_STATES (BOUND + 1)

struct state {
	enum lease_state lease;
	enum message_state message;
};

struct step {
	const struct transition *row; /* NULL: none */
	struct state from;
};

static unsigned long begun[LEASE_STATES][MESSAGE_STATES];
static unsigned long rested[LEASE_STATES][MESSAGE_STATES];
static unsigned long ended[LEASE_STATES][MESSAGE_STATES][LEASE_STATES];
static unsigned long walked[ROWS_MAX][LEASE_STATES][MESSAGE_STATES][LEASE_STATES][MESSAGE_STATES];

static bool known;	    /* whether `at` holds */
static struct state at;	    /* after the last row, or at rest */
static struct step asked;   /* a timed event: looked up, perhaps not walked */
static struct step walking; /* where it leads is not seen yet */

static bool is_timed(enum event event)
{
	return event == EVENT_T1 || event == EVENT_T2 || event == EVENT_DUPLICATES ||
	       event == EVENT_ASK || event == EVENT_REFRESH;
}

static unsigned int index_of(const struct transition *row)
{
	unsigned int i = 0;

	while (i < ROWS_MAX && machine_row(i) && machine_row(i) != row)
		i++;
	return i;
}

/* The client's state is seen: that is where the last row has led. */
static void arrive(struct state now)
{
	unsigned int i;

	if (!walking.row)
		return;
	i = index_of(walking.row);
	if (i < ROWS_MAX)
		walked[i][walking.from.lease][walking.from.message][now.lease][now.message]++;
	walking.row = NULL;
	at = now;
}

/* The lease state follows from the bindings, and they end and are dropped also without a row. */
static void change(struct state now)
{
	if (known && (now.lease != at.lease || now.message != at.message))
		ended[at.lease][at.message][now.lease]++;
	known = true;
	at = now;
}

/* That the last binding has ended or was a duplicate is what these two events say themselves. */
static void walk(const struct step *step)
{
	if (step->row->event == EVENT_EXPIRED || step->row->event == EVENT_TAKEN)
		at = step->from;
	change(step->from);
	walking = *step;
}

const struct transition *__wrap_machine_find(enum lease_state lease, enum message_state message,
					     enum event event)
{
	struct step step = { __real_machine_find(lease, message, event), { lease, message } };

	arrive(step.from);
	asked.row = NULL;
	if (step.row && is_timed(event))
		asked = step;
	else if (step.row)
		walk(&step);
	return step.row;
}

void rows_drawn(void)
{
	if (asked.row)
		walk(&asked);
	asked.row = NULL;
}

void rows_restart(void)
{
	known = false;
	asked.row = NULL;
	walking.row = NULL;
}

void rows_rest(enum lease_state lease, enum message_state message)
{
	struct state now = { lease, message };

	arrive(now);
	if (!known)
		begun[lease][message]++;
	change(now);
	rested[lease][message]++;
	asked.row = NULL;
}

unsigned long rows_walked(unsigned int index)
{
	unsigned long sum = 0;

	for (unsigned int i = 0; index < ROWS_MAX && i < LEASE_STATES * MESSAGE_STATES; i++)
		for (unsigned int j = 0; j < LEASE_STATES * MESSAGE_STATES; j++)
			sum += walked[index][i / MESSAGE_STATES][i % MESSAGE_STATES]
				     [j / MESSAGE_STATES][j % MESSAGE_STATES];
	return sum;
}

static void print_row(FILE *out, unsigned int index, unsigned int lease, unsigned int message)
{
	for (unsigned int to = 0; to < LEASE_STATES * MESSAGE_STATES; to++) {
		unsigned int to_lease = to / MESSAGE_STATES;
		unsigned int to_message = to % MESSAGE_STATES;
		unsigned long n = walked[index][lease][message][to_lease][to_message];

		if (n > 0)
			fprintf(out, "row %u %u %u %u %u %lu\n", index, lease, message, to_lease,
				to_message, n);
	}
}

void rows_print(FILE *out)
{
	for (unsigned int lease = 0; lease < LEASE_STATES; lease++)
		for (unsigned int message = 0; message < MESSAGE_STATES; message++) {
			if (begun[lease][message] > 0)
				fprintf(out, "begin %u %u %lu\n", lease, message,
					begun[lease][message]);
			if (rested[lease][message] > 0)
				fprintf(out, "rest %u %u %lu\n", lease, message,
					rested[lease][message]);
			for (unsigned int to = 0; to < LEASE_STATES; to++)
				if (ended[lease][message][to] > 0)
					fprintf(out, "end %u %u %u %lu\n", lease, message, to,
						ended[lease][message][to]);
		}
	for (unsigned int i = 0; i < ROWS_MAX && machine_row(i); i++)
		for (unsigned int from = 0; from < LEASE_STATES * MESSAGE_STATES; from++)
			print_row(out, i, from / MESSAGE_STATES, from % MESSAGE_STATES);
}
