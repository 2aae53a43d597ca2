/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_ROWS_H
#define DHCP6_SIM_ROWS_H

/*
 * Which rows of the state table were walked. The linker puts __wrap_machine_find()
 * in the place of machine_find() (--wrap=machine_find).
 */

#include "core/machine.h"

const struct transition *__real_machine_find(enum lease_state lease, enum message_state message,
					     enum event event);
const struct transition *__wrap_machine_find(enum lease_state lease, enum message_state message,
					     enum event event);

/*
 * The client has drawn a random number. Rows of timed events are looked up also
 * to see what is due; they are walked when the new exchange draws its transaction id.
 */
void rows_drawn(void);

/* How often the row at `index` of the table was walked. */
unsigned long rows_walked(unsigned int index);

#endif
