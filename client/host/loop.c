/* SPDX-License-Identifier: MPL-2.0 */
#include "host/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MSEC_PER_SECOND 1000
#define NSEC_PER_MSEC	1000000

msec loop_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (msec)now.tv_sec * MSEC_PER_SECOND + now.tv_nsec / NSEC_PER_MSEC;
}

int64_t loop_epoch(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

/* The heap: the earliest timer is heap[0], the children of i are 2i + 1 and 2i + 2. */

static void heap_put(struct loop *loop, size_t place, struct loop_timer *timer)
{
	loop->heap[place] = timer;
	timer->place = place;
}

static void heap_up(struct loop *loop, struct loop_timer *timer)
{
	size_t place = timer->place;

	while (place > 0) {
		size_t parent = (place - 1) / 2;

		if (loop->heap[parent]->at <= timer->at)
			break;
		heap_put(loop, place, loop->heap[parent]);
		place = parent;
	}
	heap_put(loop, place, timer);
}

static void heap_down(struct loop *loop, struct loop_timer *timer)
{
	size_t place = timer->place;

	for (;;) {
		size_t child = 2 * place + 1;

		if (child >= loop->n_timers)
			break;
		if (child + 1 < loop->n_timers && loop->heap[child + 1]->at < loop->heap[child]->at)
			child++;
		if (timer->at <= loop->heap[child]->at)
			break;
		heap_put(loop, place, loop->heap[child]);
		place = child;
	}
	heap_put(loop, place, timer);
}

static void heap_remove(struct loop *loop, struct loop_timer *timer)
{
	struct loop_timer *last = loop->heap[--loop->n_timers];

	timer->at = NEVER;
	if (last == timer)
		return;
	heap_put(loop, timer->place, last);
	heap_up(loop, last);
	heap_down(loop, last);
}

static int heap_reserve(struct loop *loop)
{
	size_t room = loop->room ? loop->room * 2 : 16;
	struct loop_timer **heap;

	if (loop->n_timers < loop->room)
		return 0;
	heap = realloc(loop->heap, room * sizeof(struct loop_timer *));
	if (!heap)
		return -ENOMEM;
	loop->heap = heap;
	loop->room = room;
	return 0;
}

void loop_timer_init(struct loop_timer *timer, void (*expired)(struct loop_timer *timer))
{
	timer->at = NEVER;
	timer->place = 0;
	timer->expired = expired;
}

int loop_timer_set(struct loop *loop, struct loop_timer *timer, msec at)
{
	int error;

	if (timer->at != NEVER && at != NEVER) {
		timer->at = at;
		heap_up(loop, timer);
		heap_down(loop, timer);
		return 0;
	}
	if (timer->at != NEVER) {
		heap_remove(loop, timer);
		return 0;
	}
	if (at == NEVER)
		return 0;
	error = heap_reserve(loop);
	if (error)
		return error;
	timer->at = at;
	timer->place = loop->n_timers++;
	heap_up(loop, timer);
	return 0;
}

/* Has the clock wake us for the earliest timer. */
static int arm(struct loop *loop)
{
	msec at = loop->n_timers ? loop->heap[0]->at : NEVER;
	struct itimerspec when = { 0 };

	if (at == loop->armed)
		return 0;
	if (at != NEVER && at > 0) {
		when.it_value.tv_sec = at / MSEC_PER_SECOND;
		when.it_value.tv_nsec = at % MSEC_PER_SECOND * NSEC_PER_MSEC;
	} else if (at != NEVER) {
		when.it_value.tv_nsec = 1; /* long ago, but 0 would disarm it */
	}
	if (timerfd_settime(loop->clock.fd, TFD_TIMER_ABSTIME, &when, NULL) < 0)
		return -errno;
	loop->armed = at;
	return 0;
}

/*
 * One timer a turn: a handler that sets its timer to a moment in the past cannot
 * keep the descriptors waiting, and one handler may take out another's timer.
 */
static void clock_ready(struct loop_source *source, uint32_t events)
{
	struct loop *loop = (struct loop *)(void *)((char *)source - offsetof(struct loop, clock));
	struct loop_timer *timer;
	uint64_t count;

	(void)events;
	if (read(source->fd, &count, sizeof(count)) < 0)
		return;
	loop->armed = NEVER;
	if (loop->n_timers == 0 || loop->heap[0]->at > loop_now())
		return;
	timer = loop->heap[0];
	heap_remove(loop, timer);
	timer->expired(timer);
}

static void signals_ready(struct loop_source *source, uint32_t events)
{
	struct loop *loop =
		(struct loop *)(void *)((char *)source - offsetof(struct loop, signals));
	struct signalfd_siginfo info;

	(void)events;
	if (read(source->fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	loop->signal(loop->context, (int)info.ssi_signo);
}

int loop_add(struct loop *loop, struct loop_source *source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	return epoll_ctl(loop->epoll, EPOLL_CTL_ADD, source->fd, &event) < 0 ? -errno : 0;
}

void loop_remove(struct loop *loop, struct loop_source *source)
{
	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, source->fd, NULL);
}

/* CLOCK_BOOTTIME counts while the host sleeps, CLOCK_MONOTONIC does not. */
static msec time_slept(void)
{
	struct timespec awake;

	clock_gettime(CLOCK_MONOTONIC, &awake);
	return loop_now() - (msec)awake.tv_sec * MSEC_PER_SECOND - awake.tv_nsec / NSEC_PER_MSEC;
}

/* A timer that never expires, but is cancelled when the host wakes up, or its clock is set. */
static int watch_wakeup(struct loop *loop)
{
	const struct itimerspec never = { .it_value = { .tv_sec = INT32_MAX } };

	return timerfd_settime(loop->wakeup.fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never,
			       NULL) < 0
		       ? -errno
		       : 0;
}

static void wakeup_ready(struct loop_source *source, uint32_t events)
{
	struct loop *loop = (struct loop *)(void *)((char *)source - offsetof(struct loop, wakeup));
	msec before = loop->slept;
	uint64_t count;

	(void)events;
	if (read(source->fd, &count, sizeof(count)) < 0 && errno == EAGAIN)
		return;
	loop->slept = time_slept();
	if (watch_wakeup(loop) < 0)
		loop_remove(loop, source);
	if (loop->slept - before >= MSEC_PER_SECOND)
		loop->resumed(loop->context);
}

static int open_descriptors(struct loop *loop, const sigset_t *signals)
{
	int error;

	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0)
		return -errno;
	loop->clock.fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->clock.fd < 0)
		return -errno;
	loop->signals.fd = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (loop->signals.fd < 0)
		return -errno;
	error = loop_add(loop, &loop->clock);
	return error ? error : loop_add(loop, &loop->signals);
}

int loop_init(struct loop *loop, const sigset_t *signals,
	      void (*signal_handler)(void *context, int number), void *context)
{
	int error;

	*loop = (struct loop){
		.epoll = -1,
		.clock = { .fd = -1, .ready = clock_ready },
		.signals = { .fd = -1, .ready = signals_ready },
		.wakeup = { .fd = -1, .ready = wakeup_ready },
		.armed = NEVER,
		.signal = signal_handler,
		.context = context,
	};
	error = open_descriptors(loop, signals);
	if (!error && sigprocmask(SIG_BLOCK, signals, NULL) < 0)
		error = -errno;
	if (error)
		loop_close(loop);
	return error;
}

static void close_descriptor(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void loop_close(struct loop *loop)
{
	close_descriptor(&loop->wakeup.fd);
	close_descriptor(&loop->signals.fd);
	close_descriptor(&loop->clock.fd);
	close_descriptor(&loop->epoll);
	free(loop->heap);
	loop->heap = NULL;
	loop->n_timers = 0;
	loop->room = 0;
}

int loop_on_resume(struct loop *loop, void (*resumed)(void *context))
{
	int error;

	loop->resumed = resumed;
	loop->slept = time_slept();
	loop->wakeup.fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->wakeup.fd < 0)
		return -errno;
	error = watch_wakeup(loop);
	return error ? error : loop_add(loop, &loop->wakeup);
}

int loop_run(struct loop *loop)
{
	int error = 0;

	while (!loop->stop) {
		struct loop_source *source;
		struct epoll_event event;
		int n;

		error = arm(loop);
		if (error)
			break;
		n = epoll_wait(loop->epoll, &event, 1, -1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			error = -errno;
			break;
		}
		source = event.data.ptr;
		source->ready(source, event.events);
	}
	loop->stop = false;
	return error;
}

void loop_stop(struct loop *loop)
{
	loop->stop = true;
}
