/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_TEST_SCENE_H
#define DHCP6_TEST_SCENE_H

/*
 * A client with a host that keeps what it is asked to do, a virtual clock, and
 * a builder for what servers say. One scene a test: Criterion gives each test a
 * process of its own.
 */

#include "core/client.h"

#define SCENE_ACTIONS 4096
#define SECOND	      ((msec)1000)
#define HOUR	      (3600 * SECOND)

/* What is asked of the host; the message of ACTION_SEND is parsed into scene.sent. */
struct scene_action {
	msec at;
	enum action_type type;
	union {
		uint8_t message;    /* the type of what was sent */
		unsigned int index; /* into the lists of calls and of saved leases */
		struct {
			struct in6_addr addr;
			uint8_t prefix_len;
			uint32_t preferred;
			uint32_t valid;
		} address;
		struct {
			struct in6_addr addr;
			bool in_place;
		} probe;
		struct {
			enum client_note note;
			struct in6_addr addr;
			int64_t number;
			uint32_t extra;
		} note;
	};
};

struct scene {
	struct client_config config;
	struct client client;
	msec now;
	uint64_t random;
	unsigned int sends;	   /* messages sent since the beginning */
	struct message sent;	   /* the last one … */
	struct in6_addr sent_from; /* … and its source; :: where any link-local one will do */
	msec sent_at;
	unsigned int n; /* actions since scene_clear() */
	struct scene_action action[SCENE_ACTIONS];
	unsigned int n_calls;
	struct script_call call[512];
	struct rkap key;	 /* by the last ACTION_SAVE_KEY */
	struct lease saved;	 /* by the last ACTION_SAVE */
	struct message answer;	 /* what a server says next */
	struct message received; /* as the client parsed it */
};

extern struct scene scene;

struct in6_addr ip6(const char *text);
struct duid server(uint8_t number);
struct stamp stamp(msec at);

/* A client that wants `n_ias` IA_NAs, IAIDs 100, 101, …; scene.config can be changed before. */
void scene_begin(unsigned int n_ias);

/* The configuration for scene_begin_as_configured(). */
void scene_configure(unsigned int n_ias);
void scene_begin_as_configured(void);

/* Link and start. */
void scene_start(void);

void scene_link(bool usable);

/* Forgets the actions so far. */
void scene_clear(void);

/* Lets time pass, serving every deadline. */
void scene_run(msec ms);

/* Serves deadlines until a message is sent, at most for `limit` ms; false when none was. */
bool scene_run_to_message(msec limit);

/* The next message, which must come within 100 days and be of that type. */
const struct message *scene_expect(unsigned int type);

/* The pair. */
void scene_state(enum lease_state lease, enum message_state message);

/* Begins what server `number` answers to the last message. */
struct message *answer(unsigned int type, uint8_t number);
struct message_ia *answer_ia(uint32_t iaid, uint32_t t1, uint32_t t2);
struct message_ia *answer_ia_status(uint32_t iaid, uint16_t code);
struct message_binding *answer_address(const char *text, uint32_t preferred, uint32_t valid);
struct message_ia *answer_ia_pd(uint32_t iaid, uint32_t t1, uint32_t t2);
struct message_binding *answer_prefix(const char *text, uint8_t prefix_len, uint32_t preferred,
				      uint32_t valid);
void answer_status(uint16_t code);
enum refusal deliver(void);

/* Server `number` says in a Reply: one address in IA 100, T1 1800 s, T2 2880 s. */
enum refusal reply_with(uint8_t number, const char *text, uint32_t preferred, uint32_t valid);

/* To which address a datagram was sent: a multicast one, or ours. */
const struct in6_addr *sent_to(bool multicast);

/* What the kernel says of an address; a script's exit status. */
void verdict(const char *text, enum address_event event);
void script_status(enum script_reason reason, const char *text, int status);

/* How many of that type since scene_clear(). */
unsigned int count(enum action_type type);
unsigned int count_calls(enum script_reason reason);
unsigned int count_notes(enum client_note note);

/* The last call with that reason for `text`; NULL. */
const struct script_call *call_for(enum script_reason reason, const char *text);

/* The last action of that type on `text`; NULL. */
const struct scene_action *action_on(enum action_type type, const char *text);
const struct scene_action *note(enum client_note note);

/* Where in the list of actions; -1. For the order of things. */
int place_of(enum action_type type);
int place_of_call(enum script_reason reason);

/* Is the address in the message, in the IA_NA `iaid`? */
bool carries(const struct message *message, uint32_t iaid, const char *text);
bool lists(const struct message *message, uint16_t code);
bool holds(const struct lease *lease, const char *text);

/* Solicit, Advertise, Request, Reply of server 1 with one address in IA 100: T1 1800, T2 2880,
 * 3600/5400 s; its verdict "unique". */
void scene_bind(const char *text);

/* The same with two addresses in IA 100; no verdicts yet. */
void scene_grant_two(const char *first, const char *second);

/* Solicit, Advertise of server 1, Request sent. */
void scene_request(void);

#endif
