/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_MESSAGE_H
#define DHCP6_MESSAGE_H

/*
 * Bytes <-> struct message (RFC 9915 sections 8 and 21), both ways, and the
 * validity rules of section 16, each refusal with a name of its own. The state
 * machine never sees a byte.
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/duid.h"
#include "core/option.h"
#include "core/proto.h"
#include "core/wire.h"

#define MESSAGE_IAS	 16  /* IAs kept of one message; more are left out and noted */
#define MESSAGE_BINDINGS 128 /* addresses and prefixes kept of one message, likewise */
#define MESSAGE_ORO	 64  /* codes kept of one ORO, likewise */
#define STATUS_TEXT	 128 /* octets kept of a status text, with the terminating NUL */
#define RKAP_VALUE	 16  /* octets of a reconfigure key or digest */

struct status {
	bool present;
	uint16_t code;		/* 0, Success, also when absent (C-VAL-7) */
	char text[STATUS_TEXT]; /* UTF-8 as the server sent it: hostile until rendered */
};

/* An IAADDR or IAPREFIX option. */
struct message_binding {
	struct in6_addr addr;
	uint8_t prefix_len; /* bits; 128 for an address */
	uint8_t ia;	    /* index into message.ia */
	uint32_t preferred; /* seconds, as are all times here */
	uint32_t valid;
	uint16_t status;
	uint8_t exclude_len; /* bits; 0 without PD_EXCLUDE (RFC 6603) */
	struct in6_addr exclude;
};

/* An IA_NA, IA_PD or IA_TA option; IA_TA, which RFC 9915 dropped, has neither T1 nor T2. */
struct message_ia {
	uint16_t type; /* OPTION_IA_NA, OPTION_IA_PD or OPTION_IA_TA */
	uint32_t iaid;
	uint32_t t1;
	uint32_t t2;
	struct status status;
};

/* The Authentication option with the reconfigure key protocol (section 20.4). */
struct message_auth {
	bool present;
	bool rkap; /* protocol, algorithm and RDM are those of RKAP, and the length fits */
	uint64_t replay;
	uint8_t type; /* 1 key, 2 digest */
	uint8_t value[RKAP_VALUE];
	uint16_t value_at; /* octets from the start of the message to `value` */
};

/* Things that were passed over; bits of message.notes. */
enum message_note {
	NOTE_LIMIT = 1 << 0,	     /* more IAs, addresses, codes or octets than are kept */
	NOTE_REPEATED = 1 << 1,	     /* a singleton option came twice, the first counts */
	NOTE_BAD_OPTION = 1 << 2,    /* wrong length or contents, taken as absent (C-FMT-10) */
	NOTE_BAD_CONTAINER = 1 << 3, /* an IA, IAADDR or IAPREFIX did not parse (C-FMT-4) */
	NOTE_BAD_TIMES = 1 << 4,     /* T1 > T2 (C-IA-3) or preferred > valid (C-IA-4) */
	NOTE_BAD_ADDRESS = 1 << 5,   /* not an address or prefix to lease (C-IA-8, C-IA-9) */
	NOTE_MISPLACED = 1 << 6,     /* an option where it is not defined (C-FMT-8) */
};

struct message {
	uint8_t type;
	uint32_t xid; /* 24 bits */
	struct duid client_id;
	struct duid server_id;
	bool has_elapsed;
	uint16_t elapsed; /* 1/100 s */
	bool has_oro;
	uint8_t n_oro;
	uint16_t oro[MESSAGE_ORO];
	bool has_preference;
	uint8_t preference;
	bool rapid_commit;
	bool reconf_accept;
	uint8_t reconf_msg; /* 0 when absent */
	bool has_sol_max_rt;
	bool has_inf_max_rt;
	bool has_refresh_time;
	uint32_t sol_max_rt; /* seconds, in range 60..86400 or absent (C-OPT-17) */
	uint32_t inf_max_rt;
	uint32_t refresh_time;
	struct status status;
	struct message_auth auth;
	uint8_t n_ias;
	struct message_ia ia[MESSAGE_IAS];
	uint8_t n_bindings;
	struct message_binding binding[MESSAGE_BINDINGS]; /* in the order of their IAs */
	struct options options; /* every other option, and the three times above, as they came */
	unsigned int notes;	/* enum message_note */
};

/* Why a datagram was not used; REFUSED_NOT when it was. */
enum refusal {
	REFUSED_NOT,
	REFUSED_TRUNCATED,	   /* shorter than a header, or an option reaches past the end */
	REFUSED_TYPE_UNKNOWN,	   /* C-VAL-1 */
	REFUSED_TYPE_NOT_OURS,	   /* a type that only servers and relays receive (C-VAL-3) */
	REFUSED_MULTICAST,	   /* sent to a multicast address (C-VAL-2) */
	REFUSED_REPEATED_ID,	   /* two Client Identifiers or two Server Identifiers (C-FMT-7) */
	REFUSED_REPEATED_AUTH,	   /* C-AUTH-4 */
	REFUSED_BAD_ID,		   /* a Client or Server Identifier that is no DUID */
	REFUSED_NO_SERVER_ID,	   /* C-VAL-ADV-1, C-VAL-RPL-1 */
	REFUSED_NO_CLIENT_ID,	   /* C-VAL-ADV-2, C-VAL-RPL-3 */
	REFUSED_CLIENT_ID_UNASKED, /* an anonymous Information-request had none: C-VAL-RPL-4 */
	REFUSED_OTHER_CLIENT,	   /* the Client Identifier is not ours: C-VAL-ADV-3, C-VAL-RPL-3 */
	REFUSED_UNEXPECTED,	   /* no exchange that this type could answer is running */
	REFUSED_XID,		   /* C-VAL-ADV-4, C-VAL-RPL-2 */
	REFUSED_OTHER_SERVER,	   /* C-VAL-RPL-6 */
	REFUSED_REJECTED,	   /* the configuration wants nothing of this server */
	REFUSED_NOT_RAPID,	   /* a Reply to Solicit without Rapid Commit: C-VAL-RPL-5 */
	REFUSED_RAPID_UNASKED,	   /* Rapid Commit that we did not send: C-VAL-RPL-5 */
	REFUSED_REPLAY, /* an Authentication option that is not newer than the last: C-VAL-RPL-7 */
	REFUSED_NO_RECONF_MSG, /* C-VAL-REC-5, C-VAL-REC-7 */
	REFUSED_AUTH,	       /* a Reconfigure without authentication, or it fails: C-VAL-REC-6 */
	REFUSED_NOTHING_HELD,  /* a Reconfigure that asks for Renew or Rebind: C-REC-7 */
	REFUSED_RECONFIGURE,   /* Reconfigure was not negotiated: C-VAL-REC-1 */
	REFUSED_OTHER_ADDRESS, /* an answer to a registration, not of our address: C-VAL-REG-1 */
};

/* "transaction id of another exchange"; a sentence part for the log. */
const char *refusal_name(enum refusal refusal);

/*
 * Parses a datagram, of a server or of a client: what depends on the state (transaction
 * id, identifiers, direction) is the caller's to check. On REFUSED_NOT all of `message` is set;
 * else its contents are of no use, except `type` and `xid` where the datagram has these.
 */
enum refusal message_parse(struct message *message, const void *bytes, size_t size);

/*
 * Writes the message; check `out->bad` afterwards. What is absent (a DUID of
 * size 0, has_… false, …) is not written; NOTE bits and message.auth are not. A
 * time that is a field and among the options is written once.
 */
void message_build(const struct message *message, struct cursor *out);

/*
 * The data of a PD_EXCLUDE option (RFC 6603 section 4.2) in a prefix of `from` bits: what of it is
 * excluded, of `*exclude_len` bits. False, and nothing is set, when that is not inside (C-PDX-2).
 */
bool message_get_exclude(struct cursor data, const struct in6_addr *prefix, unsigned int from,
			 struct in6_addr *exclude, uint8_t *exclude_len);

/* The same the other way round: `exclude` has `to` bits, more than the prefix. */
void message_put_exclude(struct cursor *out, unsigned int from, const struct in6_addr *exclude,
			 unsigned int to);

/* Does a client ever act on this type (C-VAL-3)? */
bool message_type_for_client(unsigned int type);

#endif
