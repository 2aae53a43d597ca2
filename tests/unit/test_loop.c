/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host/loop.h"

#define TIMERS 300

static struct loop loop;
static int signals[8];
static unsigned int n_signals;

static void on_signal(void *context, int number)
{
	cr_expect_eq(context, &loop);
	if (n_signals < 8)
		signals[n_signals++] = number;
	loop_stop(&loop);
}

static void setup(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	cr_assert_eq(loop_init(&loop, &set, on_signal, &loop), 0);
}

static void teardown(void)
{
	loop_close(&loop);
}

TestSuite(loop, .init = setup, .fini = teardown, .timeout = 20);

/* Timers that note the order in which they expire. */
static struct {
	struct loop_timer timer;
	msec at;
	bool fired;
} many[TIMERS];
static size_t n_fired;
static size_t n_wanted;
static msec last_at;

static void note(struct loop_timer *timer)
{
	size_t i = (size_t)((char *)timer - (char *)&many[0].timer) / sizeof(many[0]);

	cr_expect_eq(timer->at, NEVER, "it is taken out before its handler is called");
	cr_expect_geq(many[i].at, last_at, "timer %zu before an earlier one", i);
	cr_expect_leq(many[i].at, loop_now(), "timer %zu before its time", i);
	cr_expect_not(many[i].fired);
	many[i].fired = true;
	last_at = many[i].at;
	if (++n_fired == n_wanted)
		loop_stop(&loop);
}

Test(loop, timers_expire_in_order_of_their_times)
{
	unsigned int seed = (unsigned int)getpid();
	msec now = loop_now();

	last_at = INT64_MIN;
	for (size_t i = 0; i < TIMERS; i++) {
		loop_timer_init(&many[i].timer, note);
		many[i].at = now - 20 + rand_r(&seed) % 60;
		cr_assert_eq(loop_timer_set(&loop, &many[i].timer, NEVER - (msec)i - 1), 0);
	}
	for (size_t i = 0; i < TIMERS; i++) {
		if (i % 7 == 3)
			many[i].at = NEVER;
		else
			n_wanted++;
		cr_assert_eq(loop_timer_set(&loop, &many[i].timer, many[i].at), 0);
	}
	cr_assert_eq(loop_run(&loop), 0);
	for (size_t i = 0; i < TIMERS; i++)
		cr_expect_eq(many[i].fired, i % 7 != 3, "timer %zu", i);
	cr_expect_eq(loop.n_timers, 0);
}

static unsigned int n_turns;

static void stop(struct loop_timer *timer)
{
	(void)timer;
	n_turns++;
	loop_stop(&loop);
}

Test(loop, a_time_long_ago_does_not_disarm_the_clock)
{
	static const msec past[] = { 0, 1, -1, INT64_MIN, -1000, 999, 1000 };

	for (size_t i = 0; i < sizeof(past) / sizeof(past[0]); i++) {
		struct loop_timer timer;

		loop_timer_init(&timer, stop);
		cr_assert_eq(loop_timer_set(&loop, &timer, past[i]), 0);
		cr_assert_eq(loop_run(&loop), 0);
		cr_expect_eq(n_turns, i + 1);
	}
}

Test(loop, the_clock_wakes_at_the_time_and_not_before)
{
	struct loop_timer late;
	struct loop_timer timer;
	msec start = loop_now();

	loop_timer_init(&timer, stop);
	loop_timer_init(&late, stop);
	cr_assert_eq(loop_timer_set(&loop, &late, NEVER - 1), 0);
	cr_assert_eq(loop_timer_set(&loop, &timer, start + 50), 0);
	cr_assert_eq(loop_run(&loop), 0);
	cr_expect_geq(loop_now(), start + 50);
	cr_expect_eq(timer.at, NEVER);
	cr_expect_eq(late.at, NEVER - 1);
}

static void again(struct loop_timer *timer)
{
	n_turns++;
	cr_assert_lt(n_turns, 1000, "the descriptor never had its turn");
	loop_timer_set(&loop, timer, 0);
}

static void readable(struct loop_source *source, uint32_t events)
{
	(void)source;
	cr_expect(events & EPOLLIN);
	loop_stop(&loop);
}

Test(loop, a_timer_that_is_always_due_does_not_starve_descriptors)
{
	struct loop_source source = { .ready = readable };
	struct loop_timer timer;
	int ends[2];

	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	source.fd = ends[0];
	cr_assert_eq(loop_add(&loop, &source), 0);
	loop_timer_init(&timer, again);
	cr_assert_eq(loop_timer_set(&loop, &timer, 0), 0);
	cr_assert_eq(write(ends[1], "x", 1), 1);
	cr_assert_eq(loop_run(&loop), 0);
}

static struct loop_timer other;

static void take_out_other(struct loop_timer *timer)
{
	(void)timer;
	loop_timer_set(&loop, &other, NEVER);
}

static void must_not_come(struct loop_timer *timer)
{
	(void)timer;
	cr_expect_fail("a timer that was taken out expired");
}

Test(loop, a_handler_may_take_out_a_timer_that_is_due_too)
{
	struct loop_timer first;
	struct loop_timer last;

	loop_timer_init(&first, take_out_other);
	loop_timer_init(&other, must_not_come);
	loop_timer_init(&last, stop);
	loop_timer_set(&loop, &first, 1);
	loop_timer_set(&loop, &other, 2);
	loop_timer_set(&loop, &last, 3);
	cr_assert_eq(loop_run(&loop), 0);
	cr_expect_eq(n_turns, 1);
}

static struct loop_source pair[2];

static void remove_the_other(struct loop_source *source, uint32_t events)
{
	struct loop_source *gone = source == &pair[0] ? &pair[1] : &pair[0];

	(void)events;
	n_turns++;
	loop_remove(&loop, gone);
	/* What an owner does: the memory is gone. A queued event would call this. */
	gone->ready = NULL;
	if (n_turns == 5)
		loop_stop(&loop);
}

Test(loop, a_handler_may_remove_a_source_that_is_ready_too)
{
	for (size_t i = 0; i < 2; i++) {
		int ends[2];

		cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
		cr_assert_eq(write(ends[1], "x", 1), 1);
		pair[i] = (struct loop_source){ .fd = ends[0], .ready = remove_the_other };
		cr_assert_eq(loop_add(&loop, &pair[i]), 0);
	}
	cr_assert_eq(loop_run(&loop), 0);
	cr_expect_eq(n_turns, 5);
}

Test(loop, signals_reach_the_handler)
{
	cr_assert_eq(kill(getpid(), SIGUSR1), 0);
	cr_assert_eq(loop_run(&loop), 0);
	cr_assert_eq(kill(getpid(), SIGHUP), 0);
	cr_assert_eq(loop_run(&loop), 0);
	cr_assert_eq(n_signals, 2);
	cr_expect_eq(signals[0], SIGUSR1);
	cr_expect_eq(signals[1], SIGHUP);
}

Test(loop, stopped_before_it_runs_it_returns_at_once)
{
	struct loop_timer timer;

	loop_stop(&loop);
	cr_assert_eq(loop_run(&loop), 0);
	/* … once: then it runs again. */
	loop_timer_init(&timer, stop);
	loop_timer_set(&loop, &timer, 0);
	cr_assert_eq(loop_run(&loop), 0);
	cr_expect_eq(n_turns, 1);
}

static unsigned int n_resumed;

static void on_resume(void *context)
{
	cr_expect_eq(context, &loop);
	n_resumed++;
	loop_stop(&loop);
}

/* The clock of the host cannot be set here: another descriptor stands for the timer's. */
static void wake_up(msec slept)
{
	uint64_t one = 1;
	int fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	struct loop_timer timer;

	cr_assert_eq(loop_on_resume(&loop, on_resume), 0);
	cr_assert_geq(fd, 0);
	cr_assert_geq(dup2(fd, loop.wakeup.fd), 0);
	loop_remove(&loop, &loop.wakeup);
	cr_assert_eq(loop_add(&loop, &loop.wakeup), 0);
	cr_assert_eq(write(fd, &one, sizeof(one)), sizeof(one));
	close(fd);
	loop.slept -= slept;
	loop_timer_init(&timer, stop);
	loop_timer_set(&loop, &timer, loop_now() + 200);
	cr_assert_eq(loop_run(&loop), 0);
	loop_timer_set(&loop, &timer, NEVER);
}

/* Section 18.2.12: a host that has slept may be on another network. */
Test(loop, a_host_that_has_slept_is_told)
{
	wake_up(5000);
	cr_expect_eq(n_resumed, 1);
}

Test(loop, a_clock_that_was_set_is_no_sleep)
{
	wake_up(0);
	cr_expect_eq(n_resumed, 0);
}

Test(loop, no_descriptor_goes_on_to_children)
{
	const int fds[] = { loop.epoll, loop.clock.fd, loop.signals.fd };

	for (size_t i = 0; i < 3; i++)
		cr_expect(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
}

Test(loop, a_descriptor_that_cannot_be_watched_is_told)
{
	struct loop_source source = { .fd = -1, .ready = readable };

	cr_expect_eq(loop_add(&loop, &source), -EBADF);
}
