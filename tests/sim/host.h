/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SIM_HOST_H
#define DHCP6_SIM_HOST_H

/*
 * A host with a client: it does what the client wants done (kernel, scripts, lease
 * file, network) and tells it what happened, and has the rules checked after each event.
 */

#include <stdbool.h>
#include <stdint.h>

#include "agenda.h"
#include "core/client.h"
#include "rng.h"
#include "rows.h"
#include "rules.h"

#define HOST_SCRIPTS 512
#define HOST_TAKEN   16 /* Reconfigures that are remembered */

struct world;

enum verdict {
	VERDICT_TENTATIVE, /* not one: the first event after an address was added */
	VERDICT_UNIQUE,
	VERDICT_DUPLICATE,
	VERDICT_KEPT, /* it is there from an earlier run */
	VERDICT_FOREIGN,
	VERDICT_REFUSED,
};

struct script {
	enum script_reason reason;
	struct in6_addr addr;
};

/* In percent: how bad things are on hosts at the moment. */
struct troubles {
	uint32_t duplicates;
	uint32_t vetoes; /* scripts that exit with status 3 */
	uint32_t foreign;
	uint32_t refused;
	uint32_t late; /* timers */
};

struct host {
	struct world *world;
	unsigned int index;
	struct rng dice; /* what the client draws */
	struct client client;
	struct client_config config;
	struct rules rules; /* with the kernel and the lease file */
	struct walk walk;
	bool link;
	bool asleep;
	msec fell_asleep;
	msec timer;    /* when the client's timer fires; NEVER */
	msec lifetime; /* when the kernel's next address ends; NEVER */
	uint32_t run;  /* how often a client was started */
	msec bound_by; /* while all is well: when it must be bound; NEVER when it has been */
	bool script_running;
	unsigned int n_scripts;
	struct script script[HOST_SCRIPTS];
	bool has_older;
	struct lease older; /* a lease file of some time ago */
	struct rkap key;    /* the file with the reconfigure key … */
	struct rkap older_key;
	unsigned int n_taken;
	uint64_t taken[HOST_TAKEN]; /* Reconfigures that the client took */
};

/* What a crash or a repair leaves of the lease file. */
enum file {
	FILE_LAST,
	FILE_OLDER,
	FILE_NONE,
	FILE_NO_SERVER, /* damaged: without the server that gave the lease */
};

/* "client 1 BOUND/Idle", valid until the next call. */
const char *host_name(const struct host *host);

/* A host with such a configuration; no client runs yet. */
void host_init(struct world *world, unsigned int index, uint64_t seed);

/* A client starts in the place of the last one, if any. */
void host_start(struct world *world, struct host *host, enum file file);

/* kill -9, with or without a reboot of the machine. */
void host_kill(struct world *world, struct host *host, bool reboot, enum file file);

/* SIGTERM: ends the client, in one way or the other. */
void host_end(struct world *world, struct host *host, bool release);

/* It has ended: nothing may come of it any more, and another one starts. */
void host_replace(struct world *world, struct host *host);

void host_set_link(struct world *world, struct host *host, bool usable);
void host_sleep(struct world *world, struct host *host);
void host_wake(struct world *world, struct host *host);

/* What comes from outside. Nothing of it reaches a host that sleeps. */
void host_timeout(struct world *world, struct host *host);
void host_end_lifetime(struct world *world, struct host *host);
void host_receive(struct world *world, struct host *host, const struct item *item, bool multicast);
void host_verdict(struct world *world, struct host *host, const struct item *item);
void host_claim(struct world *world, struct host *host, const struct item *item);
void host_script_end(struct world *world, struct host *host, const struct item *item);

/* The kernel says something about an address; found to be a duplicate it leaves, or stays as such.
 */
void host_tell_address(struct world *world, struct host *host, const struct in6_addr *addr,
		       enum address_event event);
void host_duplicate(struct world *world, struct host *host, struct kernel_address *address);

/* The kernel tests an address again. */
void host_test_again(struct world *world, struct host *host, struct kernel_address *address);

/* What the kernel tells of routers, and of addresses that the client did not make. */
void host_router(struct world *world, struct host *host, enum router_source source, bool managed,
		 bool other);
void host_prefix(struct world *world, struct host *host, const struct in6_addr *addr,
		 enum router_flag flag, bool set, uint32_t preferred);
void host_own_address(struct world *world, struct host *host, const struct in6_addr *addr,
		      bool usable, uint32_t preferred, uint32_t valid);
void host_link_local(struct world *world, struct host *host, uint8_t number);

/* Its hardware address has changed, and so its name: an anonymous client, without a link. */
void host_become_another(struct world *world, struct host *host);

/* It has what it wants. */
bool host_is_ready(const struct host *host);

#endif
