/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_ROWS_H
#define DHCP6_SIM_ROWS_H

/*
 * Which rows of the state table were walked, and from which state to which. The linker
 * puts __wrap_machine_find() in the place of machine_find() (--wrap=machine_find).
 */

#include <stdbool.h>
#include <stdio.h>

#include "core/machine.h"

const struct transition *__real_machine_find(enum lease_state lease, enum message_state message,
					     enum event event);
const struct transition *__wrap_machine_find(enum lease_state lease, enum message_state message,
					     enum event event);

struct rows_state {
	enum lease_state lease;
	enum message_state message;
};

struct rows_step {
	const struct transition *row; /* NULL: none */
	struct rows_state from;
};

/* The way of one client. */
struct walk {
	bool known;			/* whether `at` holds */
	struct rows_state at;		/* after the last row, or at rest */
	const struct transition *asked; /* a timed event: looked up, perhaps not walked */
	struct rows_step walking;	/* where it leads is not seen yet */
};

/*
 * What follows is about the client that goes this way; NULL: nobody goes, what is
 * looked up is not walked. Rows of timed events are looked up also to see what is due; where one
 * is walked it is looked up a second time at once.
 */
void rows_of(struct walk *walk);

/* Another client starts: the next state does not follow from the last. */
void rows_restart(void);

/* The client has dealt with an event, and this is its state now. */
void rows_rest(enum lease_state lease, enum message_state message);

/* How often the row at `index` of the table was walked. */
unsigned long rows_walked(unsigned int index);

/*
 * Lines of numbers for doc/diagram, sorted, each with its count at the end:
 *   begin LEASE MESSAGE		a client starts in this state
 *   rest LEASE MESSAGE			it is in this state between two events
 *   end LEASE MESSAGE LEASE		the lease state changes without a row
 *   row INDEX LEASE MESSAGE LEASE MESSAGE	a row, from one state to the next
 */
void rows_print(FILE *out);

#endif
