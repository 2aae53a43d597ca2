/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/machine.h"

static const char *state_name(unsigned int lease, unsigned int message)
{
	static char name[64];

	snprintf(name, sizeof(name), "%s/%s", lease_state_name((enum lease_state)lease),
		 message_state_name((enum message_state)message));
	return name;
}

static bool answers(const struct transition *row, unsigned int lease, unsigned int message,
		    unsigned int event)
{
	return row->event == event && (row->lease & 1U << lease) != 0 &&
	       (row->message & 1U << message) != 0;
}

/* Legal in this client (section 6.1); the link, not the table, keeps INIT/Idle short. */
static bool legal(unsigned int lease, unsigned int message)
{
	switch ((enum message_state)message) {
	case IDLE:
	case REQUESTING:
	case INFORMING:
	case RELEASING:
	case DECLINING:
		return true;
	case SOLICITING:
		return lease == INIT;
	case CONFIRMING:
	case RENEWING:
	case REBINDING:
	case LINK_REBINDING:
		return lease == BOUND;
	case MESSAGE_STATES:
		break;
	}
	return false;
}

Test(machine, no_two_rows_answer_the_same_event)
{
	for (unsigned int lease = INIT; lease <= BOUND; lease++)
		for (unsigned int message = IDLE; message < MESSAGE_STATES; message++)
			for (unsigned int event = 0; event < EVENTS; event++) {
				unsigned int n = 0;

				for (unsigned int i = 0; machine_row(i); i++)
					n += answers(machine_row(i), lease, message, event);
				cr_expect_leq(n, 1, "%s, %s: %u rows", state_name(lease, message),
					      event_name((enum event)event), n);
			}
}

Test(machine, find_finds_the_row_and_nothing_else)
{
	for (unsigned int lease = INIT; lease <= BOUND; lease++)
		for (unsigned int message = IDLE; message < MESSAGE_STATES; message++)
			for (unsigned int event = 0; event < EVENTS; event++) {
				const struct transition *want = NULL;

				for (unsigned int i = 0; machine_row(i) && !want; i++)
					if (answers(machine_row(i), lease, message, event))
						want = machine_row(i);
				cr_expect_eq(machine_find((enum lease_state)lease,
							  (enum message_state)message,
							  (enum event)event),
					     want, "%s, %s", state_name(lease, message),
					     event_name((enum event)event));
			}
}

Test(machine, every_event_has_a_row_and_a_name)
{
	for (unsigned int event = 0; event < EVENTS; event++) {
		bool found = false;

		for (unsigned int i = 0; machine_row(i); i++)
			found |= machine_row(i)->event == event;
		cr_expect(found, "event %u", event);
		cr_assert_not_null(event_name((enum event)event), "event %u", event);
		cr_expect_gt(strlen(event_name((enum event)event)), 1, "event %u", event);
		for (unsigned int other = 0; other < event; other++)
			cr_expect_str_neq(event_name((enum event)event),
					  event_name((enum event)other));
	}
}

Test(machine, every_row_is_well_formed)
{
	unsigned int n;

	for (n = 0; machine_row(n); n++) {
		const struct transition *row = machine_row(n);

		cr_expect(row->lease != 0 && row->lease < 1U << (BOUND + 1), "row %u", n);
		cr_expect(row->message != 0 && row->message < 1U << MESSAGE_STATES, "row %u", n);
		cr_expect_lt(row->event, EVENTS, "row %u", n);
		cr_expect_leq(row->next, STAY, "row %u", n);
		cr_expect(row->row >= 1 && row->row <= 103, "row %u: %u", n, row->row);
		if (row->deed == DEED_TRANSMIT)
			cr_expect_eq(row->next, STAY, "row %u", n);
	}
	cr_expect_gt(n, 50);
	cr_expect_null(machine_row(n + 1));
	cr_expect_null(machine_row(UINT32_MAX));
}

/* Lease states that can follow, one bit each: what the deed does to the bindings. */
static unsigned int leases_after(const struct transition *row, unsigned int lease)
{
	switch (row->deed) {
	case DEED_DROP:
	case DEED_RELEASE:
		return 1U << INIT;
	case DEED_APPLY:
	case DEED_APPLY_PART:
	case DEED_APPLY_ASK:
		if (row->event == EVENT_REPLY_WITHDRAWN)
			return 1U << INIT;
		if (row->event == EVENT_REPLY_NO_BINDING)
			return 1U << lease;
		return 1U << BOUND;
	case DEED_NONE:
	case DEED_TRANSMIT:
	case DEED_TAKE_OFFER:
	case DEED_BARE:
	case DEED_BACK_OFF:
	case DEED_RECONFIGURE:
	case DEED_INFORM:
	case DEED_FOLLOW:
	case DEED_RELEASE_NEXT:
	case DEED_DOUBT:
	case DEED_KEEP:
	case DEED_DECLINED:
	case DEED_RELEASED:
	case DEED_STOP:
	case DEED_UNREPAIRED:
	case DEED_FILL:
		break;
	}
	return 1U << lease;
}

/* An event whose raising means that the lease has just become INIT. */
static bool empties(unsigned int event)
{
	return event == EVENT_EXPIRED || event == EVENT_TAKEN;
}

/* Section 6.1: (BOUND, Soliciting), (INIT, Renewing) and the like are never entered (C-GEN-6). */
Test(machine, no_row_leads_to_an_illegal_pair)
{
	for (unsigned int lease = INIT; lease <= BOUND; lease++)
		for (unsigned int message = IDLE; message < MESSAGE_STATES; message++)
			for (unsigned int event = 0; event < EVENTS; event++) {
				const struct transition *row = machine_find(
					(enum lease_state)lease, (enum message_state)message,
					(enum event)event);
				unsigned int next, after;

				if (!row || (!legal(lease, message) && !empties(event)))
					continue;
				next = row->next == STAY ? message : row->next;
				after = leases_after(row, lease);
				for (unsigned int to = INIT; to <= BOUND; to++)
					if ((after & 1U << to) != 0)
						cr_expect(legal(to, next), "%s, %s: next is %s",
							  state_name(lease, message),
							  event_name((enum event)event),
							  message_state_name(
								  (enum message_state)next));
			}
}

/* What empties the lease has an answer wherever the pair would be illegal afterwards. */
Test(machine, a_lease_that_ends_leaves_no_illegal_pair)
{
	for (unsigned int message = IDLE; message < MESSAGE_STATES; message++) {
		if (!legal(BOUND, message) || legal(INIT, message))
			continue;
		cr_expect_not_null(machine_find(INIT, (enum message_state)message, EVENT_EXPIRED),
				   "%s", message_state_name((enum message_state)message));
		cr_expect_not_null(machine_find(INIT, (enum message_state)message, EVENT_TAKEN),
				   "%s", message_state_name((enum message_state)message));
	}
	/* Row 53: discovery, also where a Request was to repair an IA. */
	cr_expect_eq(machine_find(INIT, IDLE, EVENT_EXPIRED)->next, SOLICITING);
	cr_expect_eq(machine_find(INIT, REQUESTING, EVENT_EXPIRED)->next, SOLICITING);
}

/* A running exchange has an answer to each thing its time can bring (C-RTX-4, C-RTX-6). */
Test(machine, every_exchange_can_send_and_can_end)
{
	for (unsigned int lease = INIT; lease <= BOUND; lease++)
		for (unsigned int message = IDLE + 1; message < MESSAGE_STATES; message++) {
			enum message_state state = (enum message_state)message;
			const struct exchange_timing *timing = exchange_timing(state);

			if (!legal(lease, message) || message == INFORMING)
				continue;
			cr_expect_not_null(machine_find((enum lease_state)lease, state, EVENT_SEND),
					   "%s", state_name(lease, message));
			if (timing->mrc != 0)
				cr_expect_not_null(machine_find((enum lease_state)lease, state,
								EVENT_EXHAUSTED),
						   "%s", state_name(lease, message));
			if (timing->mrd != 0)
				cr_expect_not_null(machine_find((enum lease_state)lease, state,
								EVENT_OUT_OF_TIME),
						   "%s", state_name(lease, message));
			cr_expect_not_null(
				machine_find((enum lease_state)lease, state, EVENT_STOP));
			if (message != RELEASING) {
				cr_expect_not_null(machine_find((enum lease_state)lease, state,
								EVENT_RELEASE));
				cr_expect_eq(machine_find((enum lease_state)lease, state,
							  EVENT_LINK_LOST)
						     ->next,
					     IDLE, "%s", state_name(lease, message));
			}
		}
}

/* The pairs of section 6.2 that a reader looks for first. */
Test(machine, rows_of_the_standard)
{
	static const struct {
		enum lease_state lease;
		enum message_state message;
		enum event event;
		unsigned int row;
		enum message_state next;
	} rows[] = {
		{ INIT, IDLE, EVENT_LINK_READY, 1, SOLICITING },
		{ BOUND, IDLE, EVENT_LINK_READY, 3, CONFIRMING },
		{ BOUND, IDLE, EVENT_LINK_READY_PREFIX, 4, LINK_REBINDING },
		{ INIT, SOLICITING, EVENT_ADVERTISE, 21, STAY },
		{ INIT, SOLICITING, EVENT_ADVERTISE_TAKEN, 22, REQUESTING },
		{ INIT, SOLICITING, EVENT_ADVERTISE_IGNORED, 23, STAY },
		{ INIT, SOLICITING, EVENT_COLLECTED, 24, REQUESTING },
		{ INIT, SOLICITING, EVENT_REPLY_GRANTED, 26, IDLE },
		{ INIT, REQUESTING, EVENT_REPLY_GRANTED, 36, IDLE },
		{ INIT, REQUESTING, EVENT_REPLY_FAILED, 38, STAY },
		{ INIT, REQUESTING, EVENT_REPLY_NOT_ON_LINK, 39, REQUESTING },
		{ INIT, REQUESTING, EVENT_REPLY_NOT_ON_LINK_AGAIN, 39, SOLICITING },
		{ INIT, REQUESTING, EVENT_REPLY_EMPTY_NEXT, 40, REQUESTING },
		{ INIT, REQUESTING, EVENT_REPLY_EMPTY, 40, SOLICITING },
		{ INIT, REQUESTING, EVENT_EXHAUSTED_NEXT, 41, REQUESTING },
		{ INIT, REQUESTING, EVENT_EXHAUSTED, 41, SOLICITING },
		{ BOUND, REQUESTING, EVENT_EXHAUSTED, 42, IDLE },
		{ BOUND, REQUESTING, EVENT_T2, 45, REBINDING },
		{ BOUND, IDLE, EVENT_T1, 50, RENEWING },
		{ BOUND, IDLE, EVENT_T2, 51, REBINDING },
		{ BOUND, IDLE, EVENT_DUPLICATES, 55, DECLINING },
		{ INIT, IDLE, EVENT_DUPLICATES, 55, DECLINING },
		{ BOUND, RENEWING, EVENT_REPLY_GRANTED, 62, IDLE },
		{ BOUND, RENEWING, EVENT_REPLY_NO_BINDING, 63, REQUESTING },
		{ BOUND, RENEWING, EVENT_REPLY_PARTIAL, 64, STAY },
		{ BOUND, RENEWING, EVENT_REPLY_FAILED, 65, STAY },
		{ BOUND, RENEWING, EVENT_REPLY_WITHDRAWN, 66, SOLICITING },
		{ BOUND, RENEWING, EVENT_T2, 67, REBINDING },
		{ BOUND, REBINDING, EVENT_REPLY_GRANTED, 71, IDLE },
		{ BOUND, REBINDING, EVENT_REPLY_NO_BINDING, 72, REQUESTING },
		{ BOUND, CONFIRMING, EVENT_REPLY_SUCCESS, 81, IDLE },
		{ BOUND, CONFIRMING, EVENT_REPLY_NOT_ON_LINK, 82, STAY },
		{ BOUND, CONFIRMING, EVENT_REFUTED, 83, SOLICITING },
		{ BOUND, CONFIRMING, EVENT_OUT_OF_TIME, 85, IDLE },
		{ BOUND, LINK_REBINDING, EVENT_REPLY_GRANTED, 87, IDLE },
		{ BOUND, LINK_REBINDING, EVENT_OUT_OF_TIME, 90, IDLE },
		{ INIT, RELEASING, EVENT_REPLY_ANY, 97, IDLE },
		{ BOUND, DECLINING, EVENT_REPLY_ANY, 99, IDLE },
		{ BOUND, DECLINING, EVENT_T2, 102, REBINDING },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct transition *row =
			machine_find(rows[i].lease, rows[i].message, rows[i].event);

		cr_assert_not_null(row, "%s, %s", state_name(rows[i].lease, rows[i].message),
				   event_name(rows[i].event));
		cr_expect_eq(row->row, rows[i].row, "%s, %s: row %u",
			     state_name(rows[i].lease, rows[i].message), event_name(rows[i].event),
			     row->row);
		cr_expect_eq(row->next, rows[i].next, "%s, %s",
			     state_name(rows[i].lease, rows[i].message), event_name(rows[i].event));
	}
}

/* Rows 86, 101, C-CNF-9: postponed, never acted on in the middle. */
Test(machine, t1_and_t2_wait_for_confirm_and_t1_for_decline)
{
	cr_expect_null(machine_find(BOUND, CONFIRMING, EVENT_T1));
	cr_expect_null(machine_find(BOUND, CONFIRMING, EVENT_T2));
	cr_expect_null(machine_find(BOUND, LINK_REBINDING, EVENT_T1));
	cr_expect_null(machine_find(BOUND, LINK_REBINDING, EVENT_T2));
	cr_expect_null(machine_find(BOUND, DECLINING, EVENT_T1));
	cr_expect_null(machine_find(BOUND, REQUESTING, EVENT_T1), "row 44");
}
