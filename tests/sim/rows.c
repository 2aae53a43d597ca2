/* SPDX-License-Identifier: MPL-2.0 */
#include "rows.h"

#include <stddef.h>

#define ROWS_MAX     256
#define LEASE_STATES (BOUND + 1)

static unsigned long begun[LEASE_STATES][MESSAGE_STATES];
static unsigned long rested[LEASE_STATES][MESSAGE_STATES];
static unsigned long ended[LEASE_STATES][MESSAGE_STATES][LEASE_STATES];
static unsigned long walked[ROWS_MAX][LEASE_STATES][MESSAGE_STATES][LEASE_STATES][MESSAGE_STATES];

static struct walk *walk; /* of the client that is at work */

/* Time brings these, or what was noted before: they are looked up also to see what is due. */
static const bool is_timed[EVENTS] = {
	[EVENT_T1] = true,
	[EVENT_T2] = true,
	[EVENT_DUPLICATES] = true,
	[EVENT_ASK] = true,
	[EVENT_REFRESH] = true,
	[EVENT_ROUTER_STATEFUL] = true,
	[EVENT_ROUTER_STATELESS] = true,
	[EVENT_ROUTER_NOTHING] = true,
	[EVENT_PREFIXES] = true,
	[EVENT_PREFIXES_HELD] = true,
	[EVENT_PREFIXES_DELEGATING] = true,
	[EVENT_PREFIXES_STATELESS] = true,
	[EVENT_LINK_LOCAL] = true,
};

static unsigned int index_of(const struct transition *row)
{
	unsigned int i = 0;

	while (i < ROWS_MAX && machine_row(i) && machine_row(i) != row)
		i++;
	return i;
}

/* The client's state is seen: that is where the last row has led. */
static void arrive(struct rows_state now)
{
	unsigned int i;

	if (!walk->walking.row)
		return;
	i = index_of(walk->walking.row);
	if (i < ROWS_MAX)
		walked[i][walk->walking.from.lease][walk->walking.from.message][now.lease]
		      [now.message]++;
	walk->walking.row = NULL;
	walk->at = now;
}

/* The lease state follows from the bindings, and they end and are dropped also without a row. */
static void change(struct rows_state now)
{
	if (walk->known && (now.lease != walk->at.lease || now.message != walk->at.message))
		ended[walk->at.lease][walk->at.message][now.lease]++;
	walk->known = true;
	walk->at = now;
}

/* That the last binding has ended or was a duplicate is what these two events say themselves. */
static void go(const struct rows_step *step)
{
	if (step->row->event == EVENT_EXPIRED || step->row->event == EVENT_TAKEN)
		walk->at = step->from;
	change(step->from);
	walk->walking = *step;
}

const struct transition *__wrap_machine_find(enum lease_state lease, enum message_state message,
					     enum event event)
{
	struct rows_step step = { __real_machine_find(lease, message, event), { lease, message } };

	if (!walk)
		return step.row;
	arrive(step.from);
	if (step.row && (!is_timed[event] || walk->asked == step.row))
		go(&step);
	walk->asked = is_timed[event] ? step.row : NULL;
	return step.row;
}

void rows_of(struct walk *of)
{
	walk = of;
}

void rows_restart(void)
{
	walk->known = false;
	walk->asked = NULL;
	walk->walking.row = NULL;
}

void rows_rest(enum lease_state lease, enum message_state message)
{
	struct rows_state now = { lease, message };

	arrive(now);
	if (!walk->known)
		begun[lease][message]++;
	change(now);
	rested[lease][message]++;
	walk->asked = NULL;
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
