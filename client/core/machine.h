/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_MACHINE_H
#define DHCP6_MACHINE_H

/*
 * The state machine as a table: (lease state, message state, event) -> (deed,
 * next message state). The next lease state is no column, because it follows
 * from the bindings. client.c finds out which event it is, looks up its row
 * here, does the deed and goes to the next state. The rows are in machine.c and
 * nowhere else; an event without a row means nothing in that state.
 */

#include "core/exchange.h"
#include "core/lease.h"

enum event {
	EVENT_LINK_READY,	    /* usable; nothing is held, or only addresses */
	EVENT_LINK_READY_PREFIX,    /* usable; a delegated prefix is held */
	EVENT_LINK_READY_STATELESS, /* usable; only options are wanted */
	EVENT_LINK_LOST,
	EVENT_ASK,		 /* something wanted is missing, and the time to ask has come */
	EVENT_SEND,		 /* the random delay or an RT is over */
	EVENT_COLLECTED,	 /* the first RT of Solicit is over, and there are offers */
	EVENT_EXHAUSTED,	 /* MRC; no other offer is left */
	EVENT_EXHAUSTED_NEXT,	 /* MRC; another offer is left */
	EVENT_OUT_OF_TIME,	 /* MRD */
	EVENT_ADVERTISE,	 /* usable, to be kept */
	EVENT_ADVERTISE_TAKEN,	 /* usable, and to be taken at once */
	EVENT_ADVERTISE_IGNORED, /* nothing usable in it */
	EVENT_REPLY_GRANTED, /* something usable, and every IA that holds something was extended */
	EVENT_REPLY_PARTIAL, /* something usable, but an IA that holds something was not extended */
	EVENT_REPLY_HOLE,    /* what a Decline left empty was asked for, and is still empty */
	EVENT_REPLY_NO_BINDING,	       /* an IA has status NoBinding */
	EVENT_REPLY_WITHDRAWN,	       /* everything that was held came with a lifetime of 0 */
	EVENT_REPLY_EMPTY,	       /* nothing usable; no other offer is left */
	EVENT_REPLY_EMPTY_NEXT,	       /* nothing usable; another offer is left */
	EVENT_REPLY_SUCCESS,	       /* to Confirm */
	EVENT_REPLY_NOT_ON_LINK,       /* to Solicit, Request or Confirm */
	EVENT_REPLY_NOT_ON_LINK_AGAIN, /* though the Request named no address */
	EVENT_REPLY_FAILED,	       /* UnspecFail and the like: as if no Reply had come */
	EVENT_REPLY_INFORMATION,       /* to Information-request */
	EVENT_REPLY_ANY_NEXT,	       /* to Release; another server has leases to be given back */
	EVENT_REPLY_ANY,	       /* to Release or Decline, whatever it says */
	EVENT_REFUTED,		       /* Confirm: NotOnLink, and nobody says otherwise */
	EVENT_RECONFIGURE_RENEW,       /* a server wants it, authenticated */
	EVENT_RECONFIGURE_REBIND,
	EVENT_RECONFIGURE_INFORM,
	EVENT_REFRESH, /* the information is to be refreshed */
	EVENT_T1,
	EVENT_T2,
	EVENT_EXPIRED,		   /* the last binding ended */
	EVENT_TAKEN,		   /* the last binding turned out to be a duplicate */
	EVENT_DUPLICATES,	   /* there are addresses to decline */
	EVENT_ROUTER_STATEFUL,	   /* a router says so, or none has spoken in time */
	EVENT_ROUTER_STATELESS,	   /* a router says: options only */
	EVENT_ROUTER_NOTHING,	   /* a router says: no DHCPv6 */
	EVENT_PREFIXES,		   /* those on the link are others; only addresses are held */
	EVENT_PREFIXES_HELD,	   /* the same; a delegated prefix is held */
	EVENT_PREFIXES_DELEGATING, /* those with the flag P are others; a prefix is held */
	EVENT_PREFIXES_STATELESS,  /* those on the link are others; only options are wanted */
	EVENT_LINK_LOCAL,	   /* ours is another, and servers may want to reach us */
	EVENT_RELEASE,		   /* the administrator wants it */
	EVENT_STOP,
	EVENTS,
};

/* "link ready" */
const char *event_name(enum event event);

enum deed {
	DEED_NONE,
	DEED_TRANSMIT,	   /* the first message or a retransmission */
	DEED_TAKE_OFFER,   /* the best offer's server is asked */
	DEED_BARE,	   /* the same server is asked, without addresses */
	DEED_BACK_OFF,	   /* what comes next waits, longer each time */
	DEED_APPLY,	   /* merge the Reply into the lease */
	DEED_APPLY_PART,   /* merge it; another Rebind for the rest waits, longer each time */
	DEED_APPLY_ASK,	   /* merge it, and ask the server that sent it */
	DEED_RECONFIGURE,  /* what comes next answers a Reconfigure */
	DEED_INFORM,	   /* take over the options of the Reply */
	DEED_DOUBT,	   /* it may not: wait for the end of the RT */
	DEED_DROP,	   /* it does not: everything goes */
	DEED_KEEP,	   /* nobody answered: everything stays */
	DEED_UNREPAIRED,   /* Rebind and the Request after it led to nothing */
	DEED_FILL,	   /* what comes next is to fill what a Decline left empty */
	DEED_FOLLOW,	   /* what changed on the link is being followed, once in 30 s */
	DEED_DECLINED,	   /* the Decline is over */
	DEED_RELEASE,	   /* everything goes, and its server is told */
	DEED_RELEASE_NEXT, /* and so is the next server */
	DEED_RELEASED,	   /* that is over */
	DEED_STOP,
};

#define STAY MESSAGE_STATES /* the running exchange goes on */

struct transition {
	unsigned int row;     /* of section 6.2 of the requirements that this table is built from */
	unsigned int lease;   /* lease states, one bit each */
	unsigned int message; /* message states, one bit each */
	enum event event;
	enum deed deed;
	enum message_state next; /* IDLE, STAY, or a new exchange, also of the same kind */
};

/* The row for this state and event; NULL when the event means nothing in it. */
const struct transition *machine_find(enum lease_state lease, enum message_state message,
				      enum event event);

/* The rows in order, for tests and the diagram; NULL past the last. */
const struct transition *machine_row(unsigned int index);

#endif
