/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_LOOP_H
#define DHCP6_LOOP_H

/*
 * The event loop: epoll for descriptors, one timerfd on CLOCK_BOOTTIME with an
 * absolute time for all timers (kept in a heap), signalfd for signals. Sources
 * and timers are embedded in their owners. One event is fetched per epoll_wait(), so that no
 * handler can free what is still queued.
 */

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/proto.h"

struct loop_source {
	int fd;
	void (*ready)(struct loop_source *source, uint32_t events); /* EPOLLIN, … */
};

struct loop_timer {
	msec at;      /* NEVER: not set */
	size_t place; /* in the heap; private to loop.c */
	void (*expired)(struct loop_timer *timer);
};

struct loop {
	int epoll;
	struct loop_source clock;
	struct loop_source signals;
	struct loop_source wakeup; /* CLOCK_REALTIME was set, or the host has slept */
	msec slept;		   /* ms since boot in which the host slept */
	void (*resumed)(void *context);
	struct loop_timer **heap;
	size_t n_timers;
	size_t room;
	msec armed;
	bool stop;
	void (*signal)(void *context, int number);
	void *context;
};

/* CLOCK_BOOTTIME in milliseconds. */
msec loop_now(void);

/* CLOCK_REALTIME in seconds. */
int64_t loop_epoch(void);

/*
 * Sets up the loop; the signals in `signals` are blocked and reach `signal` from
 * now on. 0 or -errno.
 */
int loop_init(struct loop *loop, const sigset_t *signals, void (*signal)(void *context, int number),
	      void *context);
void loop_close(struct loop *loop);

/*
 * Watches source->fd for input (level triggered). 0 or -errno. The source is the caller's and stays
 * where it is until loop_remove(), which comes before close(source->fd).
 */
int loop_add(struct loop *loop, struct loop_source *source);
void loop_remove(struct loop *loop, struct loop_source *source);

/*
 * A timer is prepared once, then set as often as needed; NEVER takes it out. 0 or
 * -ENOMEM (never for a timer that is set, nor for NEVER). It is not set any more when `expired` is
 * called.
 */
void loop_timer_init(struct loop_timer *timer, void (*expired)(struct loop_timer *timer));
int loop_timer_set(struct loop *loop, struct loop_timer *timer, msec at);

/* `resumed` is called, with loop_init()'s context, when the host has slept. 0 or -errno. */
int loop_on_resume(struct loop *loop, void (*resumed)(void *context));

/* Until loop_stop(), which may have been called before. 0 or -errno. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

#endif
