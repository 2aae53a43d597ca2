/* SPDX-License-Identifier: MPL-2.0 */
#include "core/machine.h"

#include <stddef.h>

#define L(state) (1U << (state))
#define M(state) (1U << (state))
#define EITHER	 (L(INIT) | L(BOUND))

/* Every exchange that can run while something is held, or be asked to hold something. */
#define EXTENDING (M(RENEWING) | M(REBINDING) | M(LINK_REBINDING))
#define LOOKING	  (M(SOLICITING) | M(REQUESTING))
#define CHECKING  (M(CONFIRMING) | M(LINK_REBINDING))
#define RUNNING                                                                       \
	(M(SOLICITING) | M(REQUESTING) | M(CONFIRMING) | M(RENEWING) | M(REBINDING) | \
	 M(LINK_REBINDING) | M(INFORMING) | M(RELEASING) | M(DECLINING))

/* clang-format off */
static const struct transition rows[] = {
	/* The link. */
	{  1, L(INIT),  M(IDLE),                    EVENT_LINK_READY,        DEED_NONE,       SOLICITING },
	{  3, L(BOUND), M(IDLE),                    EVENT_LINK_READY,        DEED_NONE,       CONFIRMING },
	{  4, L(BOUND), M(IDLE),                    EVENT_LINK_READY_PREFIX, DEED_NONE,       LINK_REBINDING },
	{  5, L(INIT),  M(IDLE),                 EVENT_LINK_READY_STATELESS, DEED_NONE,       INFORMING },
	{  9, EITHER,   RUNNING & ~M(RELEASING),    EVENT_LINK_LOST,         DEED_NONE,       IDLE },

	/* What routers say (section 18.2.12). */
	{ 13, L(BOUND), M(IDLE),                    EVENT_PREFIXES,          DEED_FOLLOW,     CONFIRMING },
	{ 13, L(BOUND), M(IDLE),                    EVENT_PREFIXES_HELD,     DEED_FOLLOW,     RENEWING },
	{ 13, L(BOUND), M(IDLE),                 EVENT_PREFIXES_DELEGATING,  DEED_FOLLOW,     LINK_REBINDING },
	{ 14, L(INIT),  M(IDLE),                 EVENT_PREFIXES_STATELESS,   DEED_FOLLOW,     INFORMING },
	{ 16, L(BOUND), M(IDLE),                    EVENT_LINK_LOCAL,        DEED_FOLLOW,     RENEWING },
	{ 17, L(INIT),  M(IDLE) | M(INFORMING) | LOOKING, EVENT_ROUTER_STATEFUL, DEED_NONE,         SOLICITING },
	{ 17, L(INIT),  M(IDLE) | LOOKING,          EVENT_ROUTER_STATELESS,  DEED_NONE,       INFORMING },
	{ 18, L(INIT),  LOOKING | M(INFORMING),     EVENT_ROUTER_NOTHING,    DEED_NONE,       IDLE },

	/* Solicit. */
	{ 20, L(INIT),  M(SOLICITING),              EVENT_SEND,              DEED_TRANSMIT,   STAY },
	{ 21, L(INIT),  M(SOLICITING),              EVENT_ADVERTISE,         DEED_NONE,       STAY },
	{ 22, L(INIT),  M(SOLICITING),              EVENT_ADVERTISE_TAKEN,   DEED_TAKE_OFFER, REQUESTING },
	{ 23, L(INIT),  M(SOLICITING),              EVENT_ADVERTISE_IGNORED, DEED_NONE,       STAY },
	{ 24, L(INIT),  M(SOLICITING),              EVENT_COLLECTED,         DEED_TAKE_OFFER, REQUESTING },
	{ 26, L(INIT),  M(SOLICITING),              EVENT_REPLY_GRANTED,     DEED_APPLY,      IDLE },
	{ 27, L(INIT),  M(SOLICITING),              EVENT_REPLY_EMPTY,       DEED_NONE,       STAY },
	{ 27, L(INIT),  M(SOLICITING),              EVENT_REPLY_EMPTY_NEXT,  DEED_NONE,       STAY },
	{ 27, L(INIT),  M(SOLICITING),              EVENT_REPLY_FAILED,      DEED_NONE,       STAY },
	{ 28, L(INIT),  M(SOLICITING),              EVENT_REPLY_NOT_ON_LINK, DEED_BACK_OFF,   SOLICITING },

	/* Request. */
	{ 43, EITHER,   M(REQUESTING),              EVENT_SEND,              DEED_TRANSMIT,   STAY },
	{ 36, EITHER,   M(REQUESTING),              EVENT_REPLY_GRANTED,     DEED_APPLY,      IDLE },
	{ 37, L(BOUND), M(REQUESTING),              EVENT_REPLY_PARTIAL,     DEED_APPLY_PART, IDLE },
	{ 38, EITHER,   M(REQUESTING),              EVENT_REPLY_FAILED,      DEED_NONE,       STAY },
	{ 39, L(INIT),  M(REQUESTING),              EVENT_REPLY_NOT_ON_LINK, DEED_BARE,       REQUESTING },
	{ 39, L(INIT),  M(REQUESTING),        EVENT_REPLY_NOT_ON_LINK_AGAIN, DEED_BACK_OFF,   SOLICITING },
	{ 40, L(INIT),  M(REQUESTING),              EVENT_REPLY_EMPTY_NEXT,  DEED_TAKE_OFFER, REQUESTING },
	{ 40, L(INIT),  M(REQUESTING),              EVENT_REPLY_EMPTY,       DEED_BACK_OFF,   SOLICITING },
	{ 41, L(INIT),  M(REQUESTING),              EVENT_EXHAUSTED_NEXT,    DEED_TAKE_OFFER, REQUESTING },
	{ 41, L(INIT),  M(REQUESTING),              EVENT_EXHAUSTED,         DEED_BACK_OFF,   SOLICITING },
	{ 42, L(BOUND), M(REQUESTING),              EVENT_REPLY_EMPTY,       DEED_UNREPAIRED, IDLE },
	{ 42, L(BOUND), M(REQUESTING),              EVENT_REPLY_NOT_ON_LINK, DEED_DROP,       SOLICITING },
	{ 42, L(BOUND), M(REQUESTING),              EVENT_EXHAUSTED,         DEED_UNREPAIRED, IDLE },
	{ 42, L(BOUND), M(REQUESTING),              EVENT_REPLY_WITHDRAWN,   DEED_APPLY,      SOLICITING },
	{ 45, L(BOUND), M(REQUESTING),              EVENT_T2,                DEED_NONE,       REBINDING },

	/* Bound and idle, and the end of what is held. */
	{ 50, L(BOUND), M(IDLE),                    EVENT_T1,                DEED_NONE,       RENEWING },
	{ 51, L(BOUND), M(IDLE),                    EVENT_T2,                DEED_NONE,       REBINDING },
	{ 53, L(INIT),  M(IDLE),                    EVENT_EXPIRED,           DEED_NONE,       SOLICITING },
	{ 53, L(INIT),  M(REQUESTING),              EVENT_EXPIRED,           DEED_NONE,       SOLICITING },
	{ 53, L(INIT),  EXTENDING | M(CONFIRMING) | M(INFORMING), EVENT_EXPIRED, DEED_NONE,      SOLICITING },
	{ 55, EITHER,   M(IDLE),                    EVENT_DUPLICATES,        DEED_NONE,       DECLINING },
	{ 56, L(INIT),  M(REQUESTING),              EVENT_TAKEN,             DEED_NONE,       IDLE },
	{ 56, L(INIT),  EXTENDING | M(CONFIRMING) | M(INFORMING), EVENT_TAKEN,   DEED_NONE,      IDLE },

	/* Renew. */
	{ 61, L(BOUND), M(RENEWING),                EVENT_SEND,              DEED_TRANSMIT,   STAY },
	{ 62, L(BOUND), M(RENEWING),                EVENT_REPLY_GRANTED,     DEED_APPLY,      IDLE },
	/* Some servers fill an empty IA for a Request only, not for a Renew (dnsmasq 2.90). */
	{ 62, L(BOUND), M(RENEWING),                EVENT_REPLY_HOLE,        DEED_APPLY_ASK,  REQUESTING },
	{ 63, L(BOUND), M(RENEWING),                EVENT_REPLY_NO_BINDING,  DEED_APPLY_ASK,  REQUESTING },
	{ 64, L(BOUND), M(RENEWING),                EVENT_REPLY_PARTIAL,     DEED_APPLY,      STAY },
	{ 65, L(BOUND), M(RENEWING),                EVENT_REPLY_FAILED,      DEED_NONE,       STAY },
	{ 65, L(BOUND), M(RENEWING),                EVENT_REPLY_EMPTY,       DEED_NONE,       STAY },
	{ 66, L(BOUND), M(RENEWING),                EVENT_REPLY_WITHDRAWN,   DEED_APPLY,      SOLICITING },
	{ 67, L(BOUND), M(RENEWING),                EVENT_T2,                DEED_NONE,       REBINDING },

	/* Rebind. */
	{ 70, L(BOUND), M(REBINDING),               EVENT_SEND,              DEED_TRANSMIT,   STAY },
	{ 71, L(BOUND), M(REBINDING),               EVENT_REPLY_GRANTED,     DEED_APPLY,      IDLE },
	{ 72, L(BOUND), M(REBINDING),               EVENT_REPLY_NO_BINDING,  DEED_APPLY_ASK,  REQUESTING },
	{ 73, L(BOUND), M(REBINDING),               EVENT_REPLY_PARTIAL,     DEED_APPLY,      STAY },
	{ 73, L(BOUND), M(REBINDING),               EVENT_REPLY_FAILED,      DEED_NONE,       STAY },
	{ 73, L(BOUND), M(REBINDING),               EVENT_REPLY_EMPTY,       DEED_NONE,       STAY },
	{ 74, L(BOUND), M(REBINDING),               EVENT_REPLY_WITHDRAWN,   DEED_APPLY,      SOLICITING },

	/* Confirm, and Rebind with its timing. */
	{ 80, L(BOUND), CHECKING,                   EVENT_SEND,              DEED_TRANSMIT,   STAY },
	{ 81, L(BOUND), M(CONFIRMING),              EVENT_REPLY_SUCCESS,     DEED_NONE,       IDLE },
	{ 82, L(BOUND), M(CONFIRMING),              EVENT_REPLY_NOT_ON_LINK, DEED_DOUBT,      STAY },
	{ 82, L(BOUND), M(CONFIRMING),              EVENT_REPLY_FAILED,      DEED_NONE,       STAY },
	{ 83, L(BOUND), M(CONFIRMING),              EVENT_REFUTED,           DEED_DROP,       SOLICITING },
	{ 85, L(BOUND), M(CONFIRMING),              EVENT_OUT_OF_TIME,       DEED_KEEP,       IDLE },
	{ 87, L(BOUND), M(LINK_REBINDING),          EVENT_REPLY_GRANTED,     DEED_APPLY,      IDLE },
	{ 87, L(BOUND), M(LINK_REBINDING),          EVENT_REPLY_NO_BINDING,  DEED_APPLY_ASK,  REQUESTING },
	{ 87, L(BOUND), M(LINK_REBINDING),          EVENT_REPLY_PARTIAL,     DEED_APPLY,      STAY },
	{ 87, L(BOUND), M(LINK_REBINDING),          EVENT_REPLY_FAILED,      DEED_NONE,       STAY },
	{ 87, L(BOUND), M(LINK_REBINDING),          EVENT_REPLY_EMPTY,       DEED_NONE,       STAY },
	{ 89, L(BOUND), M(LINK_REBINDING),          EVENT_REPLY_WITHDRAWN,   DEED_APPLY,      SOLICITING },
	{ 90, L(BOUND), M(LINK_REBINDING),          EVENT_OUT_OF_TIME,       DEED_KEEP,       IDLE },

	/* Information-request. */
	{ 91, EITHER,   M(INFORMING),               EVENT_SEND,              DEED_TRANSMIT,   STAY },
	{ 93, EITHER,   M(INFORMING),               EVENT_REPLY_INFORMATION, DEED_INFORM,     IDLE },
	{ 94, EITHER,   M(INFORMING),               EVENT_REPLY_FAILED,      DEED_NONE,       STAY },
	{ 60, L(INIT),  M(IDLE),                    EVENT_REFRESH,           DEED_NONE,       INFORMING },

	{ 95, L(BOUND), M(INFORMING),               EVENT_T1,                DEED_NONE,       RENEWING },
	{ 95, L(BOUND), M(INFORMING),               EVENT_T2,                DEED_NONE,       REBINDING },

	/* Reconfigure: only while nothing else is being said (C-REC-5, C-REC-6). */
	{ 57, L(BOUND), M(IDLE),                    EVENT_RECONFIGURE_RENEW, DEED_RECONFIGURE, RENEWING },
	{ 57, L(BOUND), M(IDLE),                   EVENT_RECONFIGURE_REBIND, DEED_RECONFIGURE, REBINDING },
	{ 57, L(BOUND), M(IDLE),                   EVENT_RECONFIGURE_INFORM, DEED_RECONFIGURE, INFORMING },
	{ 58, L(INIT),  M(IDLE),                   EVENT_RECONFIGURE_INFORM, DEED_RECONFIGURE, INFORMING },

	/* Release and Decline: any Reply ends them (C-REL-4, C-DEC-4). */
	{ 96, EITHER,   M(RELEASING),               EVENT_SEND,              DEED_TRANSMIT,   STAY },
	{ 97, L(INIT),  M(RELEASING),               EVENT_REPLY_ANY_NEXT,    DEED_RELEASE_NEXT, RELEASING },
	{ 97, L(INIT),  M(RELEASING),               EVENT_EXHAUSTED_NEXT,    DEED_RELEASE_NEXT, RELEASING },
	{ 97, EITHER,   M(RELEASING),               EVENT_REPLY_ANY,         DEED_RELEASED,   IDLE },
	{ 97, EITHER,   M(RELEASING),               EVENT_EXHAUSTED,         DEED_RELEASED,   IDLE },
	{ 98, EITHER,   M(DECLINING),               EVENT_SEND,              DEED_TRANSMIT,   STAY },
	{ 99, EITHER,   M(DECLINING),               EVENT_REPLY_ANY,         DEED_DECLINED,   IDLE },
	{ 99, EITHER,   M(DECLINING),               EVENT_EXHAUSTED,         DEED_DECLINED,   IDLE },
	{102, L(BOUND), M(DECLINING),               EVENT_T2,                DEED_DECLINED,   REBINDING },

	/* After a Decline the hold-off ends here. */
	{ 99, L(BOUND), M(IDLE),                    EVENT_ASK,               DEED_FILL,       RENEWING },
	{100, L(INIT),  M(IDLE),                    EVENT_ASK,               DEED_NONE,       SOLICITING },

	/* The administrator. */
	{  7, L(BOUND), M(IDLE) | RUNNING,          EVENT_RELEASE,           DEED_RELEASE,    RELEASING },
	{  8, L(INIT),  M(IDLE) | (RUNNING & ~M(RELEASING)), EVENT_RELEASE,  DEED_RELEASED,   IDLE },
	{  6, EITHER,   M(IDLE) | RUNNING,          EVENT_STOP,              DEED_STOP,       IDLE },
};
/* clang-format on */

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const char *const names[EVENTS] = {
	[EVENT_LINK_READY] = "link ready",
	[EVENT_LINK_READY_PREFIX] = "link ready, prefix held",
	[EVENT_LINK_READY_STATELESS] = "link ready, stateless",
	[EVENT_LINK_LOST] = "link lost",
	[EVENT_ASK] = "time to ask",
	[EVENT_SEND] = "time to send",
	[EVENT_COLLECTED] = "Advertises collected",
	[EVENT_EXHAUSTED] = "MRC",
	[EVENT_EXHAUSTED_NEXT] = "MRC, another offer",
	[EVENT_OUT_OF_TIME] = "MRD",
	[EVENT_ADVERTISE] = "Advertise",
	[EVENT_ADVERTISE_TAKEN] = "Advertise, to be taken",
	[EVENT_ADVERTISE_IGNORED] = "Advertise of no use",
	[EVENT_REPLY_GRANTED] = "Reply",
	[EVENT_REPLY_PARTIAL] = "Reply without one of our IAs",
	[EVENT_REPLY_HOLE] = "Reply, IA still empty",
	[EVENT_REPLY_NO_BINDING] = "Reply: NoBinding",
	[EVENT_REPLY_WITHDRAWN] = "Reply: all withdrawn",
	[EVENT_REPLY_EMPTY] = "Reply of no use",
	[EVENT_REPLY_EMPTY_NEXT] = "Reply of no use, another offer",
	[EVENT_REPLY_SUCCESS] = "Reply: Success",
	[EVENT_REPLY_NOT_ON_LINK] = "Reply: NotOnLink",
	[EVENT_REPLY_NOT_ON_LINK_AGAIN] = "Reply: NotOnLink again",
	[EVENT_REPLY_FAILED] = "Reply: UnspecFail",
	[EVENT_REPLY_INFORMATION] = "Reply: information",
	[EVENT_REPLY_ANY_NEXT] = "any Reply, another server",
	[EVENT_REPLY_ANY] = "any Reply",
	[EVENT_REFUTED] = "NotOnLink and nothing else",
	[EVENT_RECONFIGURE_RENEW] = "Reconfigure: Renew",
	[EVENT_RECONFIGURE_REBIND] = "Reconfigure: Rebind",
	[EVENT_RECONFIGURE_INFORM] = "Reconfigure: Information-request",
	[EVENT_REFRESH] = "time to refresh",
	[EVENT_T1] = "T1",
	[EVENT_T2] = "T2",
	[EVENT_EXPIRED] = "all expired",
	[EVENT_TAKEN] = "all duplicate",
	[EVENT_DUPLICATES] = "duplicates to decline",
	[EVENT_ROUTER_STATEFUL] = "router: stateful",
	[EVENT_ROUTER_STATELESS] = "router: stateless",
	[EVENT_ROUTER_NOTHING] = "router: no DHCPv6",
	[EVENT_PREFIXES] = "on-link prefixes changed",
	[EVENT_PREFIXES_HELD] = "on-link prefixes changed, prefix held",
	[EVENT_PREFIXES_DELEGATING] = "delegating prefixes changed",
	[EVENT_PREFIXES_STATELESS] = "on-link prefixes changed, stateless",
	[EVENT_LINK_LOCAL] = "link-local address changed",
	[EVENT_RELEASE] = "release",
	[EVENT_STOP] = "stop",
};

const char *event_name(enum event event)
{
	return names[event];
}

const struct transition *machine_find(enum lease_state lease, enum message_state message,
				      enum event event)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].event == event && (rows[i].lease & L(lease)) != 0 &&
		    (rows[i].message & M(message)) != 0)
			return &rows[i];
	return NULL;
}

const struct transition *machine_row(unsigned int index)
{
	return index < ROWS ? &rows[index] : NULL;
}
