/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_SCRIPT_H
#define DHCP6_SCRIPT_H

/*
 * Runs the script, one call after another, in order, without ever waiting for
 * it: its end is an event of the loop. A script that runs longer than its limit is ended
 * (SIGTERM, then SIGKILL).
 */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/client.h"
#include "host/loop.h"

#define SCRIPT_QUEUE_MAX 512 /* calls that can wait; more are refused */

/* One call to be made. */
struct script_job {
	enum script_reason reason;
	struct in6_addr addr; /* which it is about; :: when about none */
	uint8_t prefix_len;   /* bits, when it is about a prefix; else 0 */
	size_t n_env;
	size_t env_size; /* octets at `env` */
	char *env;	 /* malloc()ed "NAME=value" strings, each with its NUL; taken over */
};

struct script_end {
	enum script_reason reason;
	struct in6_addr addr;
	uint8_t prefix_len;
	int error;	/* 0, or the errno (positive) for which it could not be started */
	int status;	/* exit status; -1 when ended by a signal */
	int signal;	/* that signal, or 0 */
	bool timed_out; /* it was ours, because the limit had passed */
	long ms;	/* how long it ran */
};

struct script;

/*
 * `path` is copied; `limit` in ms, at most DAD_VETO_WAIT for TENTATIVE6. `ended` is called from the
 * loop after each call (it may call script_queue() and script_close()). NULL: no memory.
 */
struct script *script_open(struct loop *loop, const char *path, msec limit,
			   void (*ended)(void *context, const struct script_end *end),
			   void *context);

/* Ends what runs, forgets what waits. */
void script_close(struct script *script);

/* Appends a call; 0, -ENOMEM or -ENOSPC (job->env is freed then). */
int script_queue(struct script *script, const struct script_job *job);

/* Nothing runs and nothing waits. */
bool script_idle(const struct script *script);

#endif
