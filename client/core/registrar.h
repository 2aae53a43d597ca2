/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_REGISTRAR_H
#define DHCP6_REGISTRAR_H

/*
 * Registration of addresses that this host made itself (RFC 9686): which of them
 * are to be told to servers, and when. One small exchange an address, beside the one
 * of exchange.h: an ADDR-REG-INFORM is sent from the address that it is about.
 *
 * Events in, what is due out. It is not to be asked while the link cannot be used, and knows
 * nothing of leases: the caller keeps addresses from DHCPv6 away from it (C-REG-3).
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/duid.h"
#include "core/message.h"
#include "core/proto.h"

#define REGISTRAR_ADDRESSES 16

struct registration {
	struct in6_addr addr;
	uint32_t preferred; /* seconds from `since`; INFINITE_TIME */
	uint32_t valid;
	msec since;
	bool told;	 /* a message since the attachment has carried it … */
	msec told_until; /* … and said that it is valid until then; NEVER: for ever */
	msec refresh_by; /* what RFC 9686 calls NextAddrRegRefreshTime */
	bool running;	 /* retransmissions are to come */
	bool answered;
	uint32_t xid; /* of the last message, with all that follow here */
	uint8_t sent;
	msec first_sent;
	msec rt;
	msec deadline; /* of the next message; NEVER */
};

struct registrar {
	bool offered;	     /* a server of this attachment has sent option 148 (C-REG-1) */
	bool allowed;	     /* a router has said M or O (C-REG-3) */
	uint16_t multiplier; /* 1/1000: AddrRegDesyncMultiplier; 0: nothing was sent yet */
	uint8_t n;
	struct registration address[REGISTRAR_ADDRESSES];
};

/* What is to be sent now: one ADDR-REG-INFORM with source `addr`. */
struct registration_due {
	struct in6_addr addr;
	uint32_t xid;	    /* 24 bits */
	uint16_t elapsed;   /* 1/100 s */
	uint32_t preferred; /* seconds left; INFINITE_TIME */
	uint32_t valid;
	bool again; /* the first message of a refresh */
	bool last;  /* nothing more is sent without an answer */
};

/* Knows of no address and no server. */
void registrar_init(struct registrar *r);

/*
 * The link was (re-)established: what servers offered before counts no longer, and every known
 * address is to be registered anew when one offers it again (C-REG-1).
 */
void registrar_attach(struct registrar *r, msec now);

/* An Advertise or Reply of this attachment had option 148 (C-REG-1). */
void registrar_offer(struct registrar *r);

/* Does a router say M or O? Without, nothing begins; what has begun goes on (C-REG-1, C-REG-3). */
void registrar_allow(struct registrar *r, bool allowed);

/*
 * An address that this host made itself is usable (not tentative), or has the lifetimes of
 * `preferred` and `valid` seconds from now on. Of no effect for an address without global scope
 * (C-REG-3), and when there are REGISTRAR_ADDRESSES already.
 */
void registrar_address(struct registrar *r, const struct in6_addr *addr, uint32_t preferred,
		       uint32_t valid, msec now);

/*
 * The address is gone, no longer usable, or has become one from DHCPv6. Nothing is sent: a message
 * with lifetimes of 0 (C-REG-6, a MAY) would have to leave from an address that is not there.
 */
void registrar_forget(struct registrar *r, const struct in6_addr *addr);

/* When registrar_take() has something; NEVER. */
msec registrar_deadline(const struct registrar *r);

/*
 * The next message that is due, which counts as sent now; false when there is none.
 * `random` yields 32 unpredictable bits a call.
 */
bool registrar_take(struct registrar *r, msec now, uint32_t (*random)(void *context), void *context,
		    struct registration_due *due);

/* The ADDR-REG-INFORM for what is due (C-REG-2). */
void registrar_compose(struct message *message, const struct duid *client,
		       const struct registration_due *due);

/*
 * An ADDR-REG-REPLY that was sent to `destination` ends the retransmissions, and says nothing of
 * the address (C-REG-7). Why it was dropped (C-VAL-REG-1), or REFUSED_NOT.
 */
enum refusal registrar_reply(struct registrar *r, const struct message *reply,
			     const struct in6_addr *destination, msec now);

#endif
