/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_IFACE_INNER_H
#define DHCP6_IFACE_INNER_H

/*
 * One interface from within: for the iface*.c only, which alone know both a client
 * (core) and the host. iface.c has the events, iface_act.c does what the client asks for,
 * iface_identity.c says who it is, iface_neighbor.c listens to the neighbors, and iface_log.c is
 * what people read of it.
 */

#include "host/iface.h"

#include <stddef.h>

#include "host/neighbor.h"
#include "host/script.h"

#define FEEDBACK_SIZE 64 /* answers of the kernel that wait for the client: one an address */

enum iface_check {
	CHECK_NOT_BEGUN,
	CHECK_RUNNING, /* the kernel is asked what there is */
	CHECK_DONE,
};

struct feedback {
	struct in6_addr addr;
	enum address_event event;
};

struct iface {
	struct host *host;
	enum iface_task task;
	struct link link;
	struct loop_source socket; /* fd -1 while it is closed */
	unsigned int socket_ifindex;
	struct neighbor neighbor; /* fd -1 while it is closed … */
	struct loop_source neighbor_source;
	size_t n_watched; /* … and what it listens for */
	struct in6_addr watched[NEIGHBOR_TARGETS];
	bool clearing; /* `cleared`, which had failed its test earlier, is being taken off */
	struct in6_addr cleared;
	bool deaf;	   /* it was said that it cannot be opened */
	bool same_segment; /* it was said that two interfaces of ours are on this link */
	struct loop_timer timer;
	struct script *script;
	struct client client;
	bool prepared;	  /* the client is set up … */
	uint8_t mac_size; /* … for this hardware address */
	uint8_t mac[32];
	bool preinit; /* PREINIT6 was called, and has ended if `started` */
	bool started;
	bool synced;		/* a whole dump was seen */
	bool looked;		/* for a link-local address, in a dump of its own */
	enum iface_check check; /* -r and -x: is what should be gone gone? */
	size_t n_taken_off;
	struct in6_addr taken_off[LEASE_BINDINGS];
	bool ready; /* to be told when the scripts have ended */
	bool done;
	bool obstacle_said;	 /* one was logged, at last … */
	enum link_obstacle said; /* … this one */
	enum lease_state lease_said;
	enum message_state message_said;
	msec next_said; /* T1, or the next refresh */
	unsigned int n_feedback;
	struct feedback feedback[FEEDBACK_SIZE];
};

/* The interface that a timer or a source of the loop is part of. */
#define IFACE_OF(pointer, member) \
	((struct iface *)(void *)((char *)(pointer)-offsetof(struct iface, member)))

/* The client's struct client_ops: what it asks for is done; 32 unpredictable bits. */
void iface_act(void *context, const struct action *action);
uint32_t iface_random(void *context);

/* What the kernel answered to an action, for the client to hear when its call has ended. */
void iface_feed_back(struct iface *iface, const struct in6_addr *addr, enum address_event event);

/* Calls the script without a lease: PREINIT6. */
void iface_call_script(struct iface *iface, const struct script_call *call);

/* Is the address on the interface one of those that we, now or earlier, have put on? */
bool iface_owns(const struct link_address *address);

/* Was it taken off by this process; take off, and say, what is there all the same. */
bool iface_took_off(const struct iface *iface, const struct in6_addr *addr);
void iface_take_off(struct iface *iface, const struct link_address *address);

/*
 * The client's configuration: the file's, the command line's, DUID and IAIDs. Those of `stored`
 * stay what they are; a host without a DUID gets one, which is saved.
 */
void iface_configure(struct iface *iface, struct client_config *config, const struct lease *stored);

/* Nothing of such an interface is stored (C-ANON-6, C-ANON-8). */
bool iface_anonymous(const struct iface *iface);

/*
 * The raw socket: listens for claims of others to what is leased, asks (without a socket nobody
 * answers), and listens no more.
 */
void iface_listen(struct iface *iface);
void iface_probe(struct iface *iface, const struct in6_addr *addr, bool in_place);
void iface_deafen(struct iface *iface);

/* Takes what has been heard and waits: the kernel tells of a duplicate after its owner did. */
void iface_hear(struct iface *iface);

/* To be called after each call of the client. */
void iface_settle(struct iface *iface);

/* Lines of the log; each says something once, when it has changed. */
void iface_log_state(struct iface *iface);
void iface_log_timers(struct iface *iface);
void iface_log_obstacle(struct iface *iface, enum link_obstacle obstacle);

/* Who an anonymous interface is, and what follows when it becomes another one, or is released. */
void iface_log_identity(const struct iface *iface, const struct client_config *config);
void iface_log_change(const struct iface *iface);
void iface_log_task(const struct iface *iface);

/* "sent" or "received" a message, `from` NULL when it was sent. */
void iface_log_message(struct iface *iface, const char *verb, const struct in6_addr *from,
		       const struct message *message);
void iface_log_unsent(const struct iface *iface, const struct in6_addr *from, int error);
void iface_log_refusal(struct iface *iface, const struct in6_addr *from,
		       const struct message *message, enum refusal refusal);
void iface_log_script_end(struct iface *iface, const struct script_end *end);
void iface_log_note(struct iface *iface, const struct action *action);

/* The kernel is not doing what is relied on: duplicate address detection, advertisements. */
void iface_log_sysctls(struct iface *iface);

#endif
