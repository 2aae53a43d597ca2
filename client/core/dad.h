/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_DAD_H
#define DHCP6_DAD_H

/*
 * Duplicate address detection, the part that needs no kernel: what is known of
 * each address, which duplicates are still to be declined, and how long to wait
 * when conflicts repeat. Evidence only: an address that is merely missing is
 * never a duplicate.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/duid.h"
#include "core/proto.h"

/* How addresses are tested: `dad ...;` */
enum dad_method {
	DAD_BY_KERNEL,	/* it tests what is added, and the client waits for its verdict */
	DAD_OPTIMISTIC, /* the same, but an address is used before the verdict (RFC 4429) */
	DAD_BY_PROBE,	/* the client asks the link before an address is added */
	DAD_OFF,	/* nobody does */
};

/* What follows when somebody else claims an address in use: `late-conflict ...;` */
enum late_conflict {
	LATE_HOOK, /* a line in the log, and the script is called with CONFLICT6 */
	LATE_LOG,
	LATE_DECLINE, /* it is given up and declined */
};

#define MAC_MAX 32

/* A hardware address; size 0: not known. */
struct mac {
	uint8_t size;
	uint8_t octets[MAC_MAX];
};

/* Somebody else on the link speaks of an address. */
struct claim {
	struct in6_addr addr;
	bool probe; /* wants it, and is testing it; else has it */
	struct mac mac;
};

enum dad_state {
	DAD_WAITING,   /* not on the interface: no carrier, or removed by somebody */
	DAD_PROBING,   /* not on the interface yet: the client is probing */
	DAD_TENTATIVE, /* on the interface, the kernel is probing */
	DAD_UNIQUE,    /* usable. Delegated prefixes are so from the start */
};

/* What the host saw of an address (C-KRN-2). */
enum address_event {
	ADDRESS_UNIQUE,	   /* on the interface, neither tentative nor dadfailed */
	ADDRESS_TENTATIVE, /* on the interface, tentative */
	ADDRESS_DUPLICATE, /* dadfailed, in RTM_NEWADDR, RTM_DELADDR or a dump */
	ADDRESS_GONE, /* RTM_DELADDR without dadfailed: removed by somebody or a link going down */
	ADDRESS_MISSING, /* not in a dump made after events were lost: nothing is known */
	ADDRESS_KEPT,	 /* was there from an earlier run of ours */
	ADDRESS_FOREIGN, /* was there before us and is not ours (K15): in use, left alone */
	ADDRESS_REFUSED, /* the kernel would not take it */
	ADDRESS_UNASKED, /* no question about it could be sent: silence means nothing */
};

/* Who found out that an address is taken. */
enum dad_finder {
	FOUND_BY_KERNEL,
	FOUND_BY_PROBE,	 /* of our own */
	FOUND_BY_SCRIPT, /* exit status 3 */
};

/* "kernel" */
const char *dad_finder_name(enum dad_finder finder);

struct dad {
	enum dad_state state;
	bool ours;	   /* put on by us, or by an earlier run: ours to refresh and to take off */
	bool passed;	   /* was found unique once: may be in the lease file */
	uint8_t readded;   /* how often it was put back after somebody removed it */
	msec since;	   /* when it was given to the kernel */
	msec took;	   /* how long the verdict took; 0 where there was none to wait for */
	bool optimistic;   /* in use though the verdict is awaited */
	bool asking;	   /* TENTATIVE6 is running: a hook may veto it … */
	msec asking_until; /* … for so long */
	bool proving;	   /* held, and the link is being asked whether somebody else has it … */
	bool late;	   /* … because somebody claimed it */
	bool unasked;	   /* a question could not be sent */
	uint8_t probes;	   /* of our own, still to be sent */
	msec probe_at;	   /* the next one, or the end of waiting for answers */
	bool claimed;	   /* by somebody, while it was in use … */
	msec claimed_at;   /* … the last time */
	msec told_until;   /* that was told, and is not told again before this */
	struct mac mac;	   /* of who claims it */
};

/* An address can be put back this often before that is left to the administrator. */
#define DAD_READD_MAX 2

#define DAD_COALESCE	 50	 /* ms: verdicts this close are announced together */
#define DAD_DECLINE_WAIT 250	 /* ms from the first duplicate to the Decline at the latest */
#define DAD_MEMORY	 3600000 /* ms for which a declined address is refused (C-DEC-7) */
#define DAD_CALM	 1800000 /* ms without a conflict after which the hold-off starts anew */
#define DAD_HOLD_FIRST	 10000	 /* ms: hold-off after the third conflict in a row */
#define DAD_HOLD_MAX	 3600000 /* ms: the longest one, and that of a storm */
#define DAD_STORM_TIME	 60000 /* ms: three Replies with duplicates in this time are a storm … */
#define DAD_STORM_MAC	 3     /* … and so many addresses that one neighbor defends */
#define DAD_VETO_WAIT	 5000  /* ms that a hook has to veto an address */
#define DAD_DECLINED	 64    /* addresses that can wait to be declined at a time */
#define DAD_REMEMBERED	 64    /* addresses remembered as taken; the oldest makes room */

struct declined {
	struct in6_addr addr;
	uint16_t ia_type;
	uint32_t iaid;
	struct duid server; /* who gave it */
	msec since;	    /* when it was put to the test: those of one Reply at once */
	struct mac mac;	    /* of who has it */
	bool vetoed;	    /* by a hook: that is no sign of a storm */
};

/* The conflicts of one interface. */
struct conflicts {
	uint8_t n_declined;
	uint8_t n_sent; /* the first so many are in the Decline that is running */
	struct declined declined[DAD_DECLINED]; /* to go into the next Decline, or in it */
	msec decline_at;			/* NEVER while there is nothing to decline */
	uint8_t n_remembered;
	uint8_t oldest;
	struct {
		struct in6_addr addr;
		msec until;
	} remembered[DAD_REMEMBERED];
	unsigned int in_a_row;
	msec last;	       /* the end of the last hold-off */
	msec round[3];	       /* `since` of the last Replies with duplicates, the newest first */
	struct mac defender;   /* who had the last duplicate … */
	unsigned int defended; /* … and so many before it, with no good address between */
	bool storm;	       /* nothing is declined any more */
};

void conflicts_init(struct conflicts *conflicts);

/*
 * Notes that an address is taken, and sets decline_at: `now` with `settled` (no
 * other verdict is awaited), else at most DAD_DECLINE_WAIT later. When conflicts come so fast, or
 * one neighbor has so many of the addresses, that declining does not help, this is a storm:
 * nothing is declined then. True when one begins.
 */
bool conflicts_add(struct conflicts *conflicts, const struct declined *found, bool settled,
		   msec now);

/* An address passed its test: no neighbor has them all. */
void conflicts_pass(struct conflicts *conflicts);

/* Nothing is to be declined: its servers are not on this link. */
void conflicts_drop(struct conflicts *conflicts);

/* The link is another one: what was is no storm there. */
void conflicts_calm(struct conflicts *conflicts);

/* Is `addr` remembered as taken? */
bool conflicts_remember(const struct conflicts *conflicts, const struct in6_addr *addr, msec now);

/*
 * A Decline begins: to the server of declined[0], of all that this server gave (section 18.2.8).
 * What is found from now on is not in it.
 */
void conflicts_begin(struct conflicts *conflicts);

/* That Decline is cut short: it is to be sent anew at `now`. */
void conflicts_again(struct conflicts *conflicts, msec now);

/*
 * The running Decline is over (answered or given up): forgets what was in it. What was found
 * meanwhile is to be declined at once. Returns for how long (ms) to wait before another
 * address is asked for: up to 1 s, drawn from `random`, after the first two rounds in a row, then
 * DAD_HOLD_FIRST doubling up to DAD_HOLD_MAX; in a storm DAD_HOLD_MAX.
 */
msec conflicts_hold(struct conflicts *conflicts, uint32_t random, msec now);

#endif
