/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_CLIENT_H
#define DHCP6_CLIENT_H

/*
 * The client of one interface: a passive machine. It is told what happened
 * (client_*(), with `now`) and answers with actions, which are flat values
 * without pointers, given one by one to the `act` function that was handed in. It calls no
 * clock, no socket, no log and no random source but the one handed in.
 *
 * Its state is a pair, and never anything else:
 *   what it holds (lease.h)     INIT or BOUND, which follows from the bindings
 *   what it says  (exchange.h)  Idle, Soliciting, Requesting, Renewing, ...
 * machine.h has the table of (lease state, message state, event).
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/auth.h"
#include "core/dad.h"
#include "core/duid.h"
#include "core/exchange.h"
#include "core/lease.h"
#include "core/message.h"
#include "core/offer.h"
#include "core/option.h"
#include "core/proto.h"
#include "core/rate.h"
#include "core/registrar.h"
#include "core/router.h"

#define CLIENT_MESSAGE_SIZE 8192 /* octets: no message that is sent can be larger */

/* ms that a Release waits for the scripts called with RELEASE6 before it leaves all the same. */
#define CLIENT_RELEASE_WAIT 5000

/* What DHCPv6 is used for. */
enum client_mode {
	MODE_STATEFUL,	/* leases, asked for at once, as dhclient does */
	MODE_STATELESS, /* options only, by Information-request (ISC's -S) */
	MODE_AUTO,	/* what the flags M and O of Router Advertisements say */
};

struct client_config {
	struct duid duid;
	uint8_t n_ias;
	struct {
		uint16_t type; /* OPTION_IA_NA, OPTION_IA_PD or OPTION_IA_TA */
		uint32_t iaid;
	} ia[LEASE_IAS];
	uint8_t n_oro;
	uint16_t oro[MESSAGE_ORO];  /* what to ask for; 82 is added where it must be */
	struct options send;	    /* added to every message that may carry it */
	uint8_t address_prefix_len; /* bits; 128 unless ISC's --address-prefix-len says otherwise */
	struct duid_list reject;    /* servers of which nothing is taken … */
	struct duid_list accept;    /* … and, if it names any, the only ones */
	bool rapid_commit;
	bool reconfigure; /* servers may say when to ask again (section 18.2.11) */
	enum client_mode mode;
	msec router_wait;	 /* ms: MODE_AUTO, until it is taken that no router will speak */
	bool register_addresses; /* made by this host itself: told to servers (RFC 9686) */
	enum dad_method dad;
	uint8_t dad_probes; /* with DAD_BY_PROBE, one each second; at least 1 */
	enum late_conflict late_conflict;
	bool anonymous;		/* says no more of the host than it must (RFC 7844) */
	uint8_t prefix_hint;	/* bits: the wanted length of delegated prefixes; 0: any */
	uint32_t rate_messages; /* at most so many messages … */
	uint32_t rate_seconds;	/* … in so many seconds (section 14.1) */
};

/* Why the script is called: ISC's reasons, and three of ours. */
enum script_reason {
	REASON_PREINIT6,
	REASON_BOUND6,
	REASON_RENEW6,
	REASON_REBIND6,
	REASON_DEPREF6,
	REASON_EXPIRE6,
	REASON_RELEASE6,
	REASON_STOP6,
	REASON_TENTATIVE6,
	REASON_DECLINE6,
	REASON_CONFLICT6,
	SCRIPT_REASONS,
};

/* "BOUND6" */
const char *script_reason_name(enum script_reason reason);

/* One side of a script call: what becomes the variables new_..., old_... or cur_... */
struct script_side {
	bool has_ia;
	bool has_binding;
	bool has_options;
	uint16_t ia_type;   /* OPTION_IA_NA, OPTION_IA_PD or OPTION_IA_TA */
	uint16_t ia_status; /* what the server said of an IA that holds nothing; 0: nothing */
	uint32_t iaid;
	struct ia_times ia;
	struct in6_addr addr;
	uint8_t prefix_len; /* bits: --address-prefix-len for an address */
	struct lifetimes times;
	struct options options;
};

struct script_call {
	enum script_reason reason;
	bool has_new;		  /* the variables new_... */
	bool has_old;		  /* old_... */
	bool has_current;	  /* `new_` is exported as cur_... (DEPREF6) */
	enum dad_finder found_by; /* DECLINE6, CONFLICT6 … */
	struct mac mac;		  /* … and who has the address */
	bool storm; /* CONFLICT6: it is about all addresses, none is declined any more */
	struct script_side new_;
	struct script_side old;
};

/* Things worth a line in the log that no other action shows. */
enum client_note {
	NOTE_IA_FAILED,	      /* addr unused; number: IAID, extra: status code */
	NOTE_SERVER_CHANGED,  /* another server extended the lease */
	NOTE_CONFLICT_HOLD,   /* number: ms until another address is asked for */
	NOTE_REOFFERED,	      /* addr: a server offers it again though it was declined */
	NOTE_PUT_BACK,	      /* addr: somebody removed it, it is added again */
	NOTE_LEFT_REMOVED,    /* addr: somebody removed it too often, it is not added again */
	NOTE_FOREIGN,	      /* addr: was there before us, is used and left alone */
	NOTE_REFUSED,	      /* addr: the kernel would not take it */
	NOTE_NO_ROOM,	      /* number: bindings of a Reply for which there was no room */
	NOTE_RATE_LIMIT,      /* number: ms until the next message may be sent */
	NOTE_MAX_RT,	      /* number: SOL_MAX_RT or INF_MAX_RT in seconds, from a server */
	NOTE_UNIQUE,	      /* addr: passed DAD; number: ms that it took */
	NOTE_DUPLICATE,	      /* addr: taken by somebody else; extra: enum dad_finder */
	NOTE_NO_OFFER,	      /* an Advertise has nothing usable; number: its status code */
	NOTE_NOTHING_OFFERED, /* a Reply had nothing usable; number: ms until discovery starts anew
			       */
	NOTE_KEPT,	      /* nobody answered the Confirm: the lease stays in use */
	NOTE_NOT_ON_LINK,     /* the lease does not fit the link: it is dropped */
	NOTE_STORM,	      /* too many conflicts: nothing is declined; number: ms to wait; mac */
	NOTE_LATE_CONFLICT,   /* addr is in use, and somebody else claims it; mac */
	NOTE_DEFENDED,	      /* addr is in use, and somebody else wanted it: the kernel objects */
	NOTE_UNASKED,	      /* addr: whether somebody else has it could not be asked */
	NOTE_PROVED,	      /* addr: asked about on the link, nobody else has it */
	NOTE_MANNER, /* mode auto: number: enum manner, as routers say; extra: enum lease_state */
	NOTE_NO_ROUTER,	     /* mode auto: none has spoken in time: stateful */
	NOTE_NEW_ATTACHMENT, /* anonymous: what was held on this link before is dropped */
	NOTE_WAITING,	     /* mode auto: for a router; number: ms at most */
	NOTE_PREFIXES,	     /* routers announce other ones; number: enum lease_state */
	NOTE_MOVED,	     /* another link-local address: the server is told */
	NOTE_REGISTERING,    /* a server notes addresses; number: 1 when a router allows it, too */
	NOTE_REGISTER_AGAIN, /* addr: its lifetimes have changed, or its time has come */
	NOTE_UNREGISTERED,   /* addr: nobody answers, nothing more is sent about it */
	CLIENT_NOTES,
};

enum action_type {
	ACTION_SEND,	    /* message: to ff02::1:2 port 547 on the interface */
	ACTION_ADDRESS_ADD, /* address: exclusively, without a prefix route; DAD is the kernel's */
	ACTION_ADDRESS_UPDATE, /* address: new lifetimes, no new DAD */
	ACTION_PROBE,	       /* probe: is the address somebody else's? client_claim() answers */
	ACTION_ADDRESS_REMOVE, /* address: no error when it is gone; left alone when it is not ours
				*/
	ACTION_SCRIPT,	       /* script: calls are run one after another */
	ACTION_SAVE,	       /* lease: into the lease file, before the scripts that follow */
	ACTION_SAVE_KEY,       /* rkap: the reconfigure key and what belongs to it, kept secret */
	ACTION_ASK_ROUTER,     /* what does the kernel know of routers? client_router() answers */
	ACTION_READY, /* what was granted has its verdicts and its scripts: the first binding is
			 complete */
	ACTION_DONE,  /* released or stopped: nothing more will come */
	ACTION_NOTE,  /* note */
};

struct action {
	enum action_type type;
	union {
		struct {
			struct in6_addr source; /* ::, any link-local address of the interface */
			uint16_t size;
			uint8_t bytes[CLIENT_MESSAGE_SIZE];
		} message;
		struct {
			struct in6_addr addr;
			uint8_t prefix_len; /* bits */
			uint32_t preferred; /* seconds left */
			uint32_t valid;
			enum dad_method dad;
		} address;
		struct {
			struct in6_addr addr;
			bool in_place; /* it is on the interface, and stays there */
		} probe;
		struct script_call script;
		struct lease lease;
		struct rkap rkap;
		struct {
			enum client_note note;
			struct in6_addr addr;
			int64_t number;
			uint32_t extra;
			struct mac mac;
		} note;
	};
};

/* What the client needs of its host; `context` is handed back to both. */
struct client_ops {
	void (*act)(void *context, const struct action *action); /* must not call the client */
	uint32_t (*random)(void *context);			 /* 32 unpredictable bits */
	void *context;
};

/* What is done on this link: what the configuration says or, in MODE_AUTO, a router. */
enum manner {
	MANNER_WAITING, /* no router has spoken yet */
	MANNER_NOTHING,
	MANNER_STATELESS,
	MANNER_STATEFUL,
};

/* SOL_MAX_RT or INF_MAX_RT: the standard's value, or what servers agree on (C-ADV-6). */
struct max_rt {
	msec value;	/* ms */
	uint32_t heard; /* seconds, from the Advertises to the running Solicit; 0: none */
	bool differs;	/* they do not agree */
};

struct client {
	struct client_ops ops;
	struct client_config config;
	struct lease lease;	  /* what we hold */
	struct exchange exchange; /* what we say … */
	struct duid target;	  /* … to whom, where the message carries a Server Identifier */
	msec began;		  /* when the running exchange began */
	msec now;		  /* of the event being worked on */
	struct stamp received;	  /* of the message being worked on */
	bool started;
	bool link; /* the interface can be used: carrier, and a link-local address */

	/* Routers. */
	struct router router;
	enum manner manner;
	bool manner_news;	/* it has changed, and nothing followed from that yet … */
	msec manner_due;	/* … nor will before this */
	bool alone;		/* no router has spoken in time */
	bool asked;		/* the kernel was asked what it knows of routers */
	msec router_at;		/* until then a router is waited for; NEVER */
	unsigned int changes;	/* of prefixes, to be followed: bits of enum router_change */
	msec follow_not_before; /* of changes at most one in 30 s is followed (C-RATE-5) */
	struct in6_addr link_local;
	bool moved; /* link_local has changed since the server last heard of us (C-REN-5) */

	struct registrar registrar; /* of addresses that are no leases */

	/* Solicit and Request. */
	struct offers offers;
	struct offer offer;	  /* the one that the running Request asks for */
	bool bare;		  /* that Request names no addresses: they are not on this link */
	bool collecting;	  /* the first RT of the running Solicit is not over */
	bool solicited;		  /* the first Solicit on this link has had its random delay */
	msec delay;		  /* ms that the next exchange waits before its first message */
	msec backoff;		  /* ms: grows over rounds of Solicit and failure (C-SOL-12) */
	struct max_rt sol_max_rt; /* section 21.24 */
	struct max_rt inf_max_rt; /* section 21.25 */
	uint8_t n_hints;
	struct {
		uint16_t type;
		uint8_t prefix_len;
		uint32_t iaid;
		struct in6_addr addr;
	} hint[LEASE_IAS]; /* last known addresses, asked for in Solicit (C-SOL-3) */

	/* Held leases. */
	struct options old_options; /* those before lease.options … */
	struct duid old_server;	    /* … and the server before lease.server */
	bool had_options;
	struct rkap rkap;
	bool reconfigured; /* the running exchange answers a Reconfigure */
	bool informed;	   /* a Reply to Information-request was taken over */
	bool announced;	   /* the script has heard of what is held */
	bool doubt;	   /* a Reply to the running Confirm was NotOnLink */
	msec rebind_wait;  /* ms: grows while Rebind and the Request after it lead to nothing */
	msec rebind_not_before;
	bool filling;	  /* the next Renew is to fill what a Decline left empty */
	bool ended;	  /* the last binding has ended, and nothing followed from it yet */
	bool ready;	  /* ACTION_READY was given */
	msec refresh_at;  /* when idle: Information-request again (C-INF-5); NEVER */
	msec ask_at;	  /* when idle: ask for what is missing; NEVER */
	msec veto_until;  /* the hooks that are asked now have had their time */
	msec announce_at; /* verdicts are told to the script; NEVER */
	enum script_reason reason; /* of what is announced: BOUND6, RENEW6 or REBIND6 */
	struct conflicts conflicts;
	struct rate rate;
	struct lease released; /* what the running Release gives back */

	struct action action; /* the one being built */
};

/* Sets up an idle client; `config` is copied. Nothing is sent before client_start(). */
void client_init(struct client *client, const struct client_config *config,
		 const struct client_ops *ops, msec now);

/*
 * Takes over a lease from the lease file, before client_start(): its stamps already
 * as milliseconds since boot. What has expired becomes a hint.
 */
void client_restore(struct client *client, const struct lease *lease, msec now);

/* Takes over the reconfigure key that was kept; before client_start(). */
void client_restore_key(struct client *client, const struct rkap *rkap);

/*
 * The host has become another one (anonymous: its hardware address has changed): what is held is
 * dropped, and from now on messages have the DUID and the IAIDs of `config`. Only without a link.
 */
void client_identify(struct client *client, const struct client_config *config, msec now);

/* Begins, as soon as the link is there: Confirm with a restored lease, else Solicit. */
void client_start(struct client *client, msec now);

/*
 * The interface became usable (carrier, a link-local address that is not
 * tentative), or stopped being so. Without it nothing is sent and no address is
 * added (C-KRN-3), and leases go on ageing.
 */
void client_link(struct client *client, bool usable, msec now);

/*
 * A datagram from the interface, sent to the address `to`. Returns why it was
 * dropped. `message` is scratch space, set as message_parse() says.
 */
enum refusal client_receive(struct client *client, const void *bytes, size_t size,
			    const struct in6_addr *to, struct stamp now, struct message *message);

/*
 * A Router Advertisement has come, with the flags M and O; or the kernel remembers
 * one, which is asked for by ACTION_ASK_ROUTER.
 */
void client_router(struct client *client, enum router_source source, bool managed, bool other,
		   msec now);

/* A router advertised a prefix, as router_prefix() has it. */
void client_prefix(struct client *client, const struct in6_addr *addr, uint8_t prefix_len,
		   enum router_flag flag, bool set, uint32_t preferred, msec now);

/*
 * A global address of the interface, tentative ones excepted: its lifetimes in seconds from now; or
 * it is not `usable` any more. Those that are leases are passed over.
 */
void client_own_address(struct client *client, const struct in6_addr *addr, bool usable,
			uint32_t preferred, uint32_t valid, msec now);

/* The link-local address from which messages are sent now. */
void client_link_local(struct client *client, const struct in6_addr *addr, msec now);

/* What the host saw of an address. Those that are not in the lease are passed over. */
void client_address(struct client *client, const struct in6_addr *addr, enum address_event event,
		    msec now);

/*
 * Somebody else on the link has the address of `claim`, or wants it. The host leaves out what comes
 * from its own interfaces.
 */
void client_claim(struct client *client, const struct claim *claim, msec now);

/* A script for `addr` ended with `status`: 3 says that it is a duplicate (ISC's convention). */
void client_script_status(struct client *client, enum script_reason reason,
			  const struct in6_addr *addr, int status, msec now);

/* client_deadline() has come. Harmless when it has not. */
void client_timeout(struct client *client, msec now);

/* When client_timeout() is to be called next; NEVER. */
msec client_deadline(const struct client *client);

/* No script is running or waiting: a Release that let RELEASE6 go first can leave now. */
void client_scripts_done(struct client *client, msec now);

/*
 * Gives everything back: the addresses are removed, RELEASE6 is called, then the
 * Release is sent (C-REL-1). ACTION_DONE at the end, at once when nothing is held.
 */
void client_release(struct client *client, msec now);

/*
 * Stops without a packet; the lease stays in the lease file. With `unconfigure` the addresses
 * are removed and STOP6 is called for each; else they stay with their lifetimes. ACTION_DONE.
 */
void client_stop(struct client *client, bool unconfigure, msec now);

enum lease_state client_lease_state(const struct client *client);
enum message_state client_message_state(const struct client *client);

#endif
