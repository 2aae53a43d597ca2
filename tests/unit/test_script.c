/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/loop.h"
#include "host/script.h"

#define LONG 10000 /* ms: a limit that is not reached */

static char folder[] = "/tmp/test_script.XXXXXX";
static char path[64]; /* of the script */
static char out[64];  /* what the scripts write */
static struct loop loop;
static struct script *script;

static struct script_end ends[SCRIPT_QUEUE_MAX + 8];
static size_t n_ends;
static size_t n_wanted;
static bool in_queue; /* script_queue() is running */

static void on_signal(void *context, int number)
{
	(void)context;
	(void)number;
}

static void ended(void *context, const struct script_end *end)
{
	cr_expect_eq(context, &loop);
	cr_expect_not(in_queue, "called from script_queue() itself");
	ends[n_ends++] = *end;
	if (n_ends == n_wanted)
		loop_stop(&loop);
}

static void setup(void)
{
	sigset_t set;

	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/script", folder);
	snprintf(out, sizeof(out), "%s/out", folder);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	cr_assert_eq(loop_init(&loop, &set, on_signal, NULL), 0);
}

static void teardown(void)
{
	script_close(script);
	loop_close(&loop);
	unlink(path);
	unlink(out);
	rmdir(folder);
}

TestSuite(script, .init = setup, .fini = teardown, .timeout = 30);

static void write_script(const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	cr_assert_eq(fchmod(fd, mode), 0);
	close(fd);
}

static void open_script(msec limit)
{
	script = script_open(&loop, path, limit, ended, &loop);
	cr_assert_not_null(script);
}

static int queue(enum script_reason reason, const char *text, size_t size, size_t n)
{
	struct script_job job = { .reason = reason, .n_env = n, .env_size = size };
	int error;

	job.addr.s6_addr[15] = (uint8_t)reason;
	job.env = malloc(size ? size : 1);
	cr_assert_not_null(job.env);
	memcpy(job.env, text, size);
	in_queue = true;
	error = script_queue(script, &job);
	in_queue = false;
	return error;
}

/* One call with the one variable OUT, run to its end. */
static const struct script_end *run(const char *text, msec limit)
{
	char variable[80];
	int size = snprintf(variable, sizeof(variable), "OUT=%s", out) + 1;

	write_script(text, 0700);
	open_script(limit);
	n_wanted = n_ends + 1;
	cr_assert_eq(queue(REASON_BOUND6, variable, (size_t)size, 1), 0);
	cr_expect_not(script_idle(script));
	cr_assert_eq(loop_run(&loop), 0);
	cr_expect(script_idle(script));
	return &ends[n_ends - 1];
}

static const char *written(void)
{
	static char text[4096];
	int fd = open(out, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void expect_no_child(void)
{
	cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1);
	cr_expect_eq(errno, ECHILD, "a child was not waited for");
}

Test(script, the_exit_status_is_told)
{
	static const int statuses[] = { 0, 1, 3, 255 };

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		const struct script_end *end;
		char text[64];

		snprintf(text, sizeof(text), "#!/bin/sh\nexit %d\n", statuses[i]);
		end = run(text, LONG);
		cr_expect_eq(end->status, statuses[i]);
		cr_expect_eq(end->error, 0);
		cr_expect_eq(end->signal, 0);
		cr_expect_not(end->timed_out);
		cr_expect_eq(end->reason, REASON_BOUND6);
		cr_expect_eq(end->addr.s6_addr[15], REASON_BOUND6);
		cr_expect_geq(end->ms, 0);
		script_close(script);
		script = NULL;
	}
	expect_no_child();
}

Test(script, the_signal_that_ended_it_is_told)
{
	const struct script_end *end = run("#!/bin/sh\nkill -9 $$\n", LONG);

	cr_expect_eq(end->status, -1);
	cr_expect_eq(end->signal, SIGKILL);
	cr_expect_eq(end->error, 0);
	cr_expect_not(end->timed_out);
}

/* What cannot be started is told from the loop, and the next call is still made. */
Test(script, what_cannot_be_started_is_told_with_its_reason)
{
	static const struct {
		const char *name;
		const char *text; /* NULL: no file */
		mode_t mode;
		int error;
	} rows[] = {
		{ "missing", NULL, 0, ENOENT },
		{ "not executable", "#!/bin/sh\nexit 0\n", 0600, EACCES },
		{ "no shebang", "echo ran > \"$OUT\"\n", 0700, ENOEXEC },
		{ "empty", "", 0700, ENOEXEC },
		{ "no interpreter", "#!/nowhere/sh\n", 0700, ENOENT },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unlink(path);
		if (rows[i].text)
			write_script(rows[i].text, rows[i].mode);
		open_script(LONG);
		n_ends = 0;
		n_wanted = 2;
		cr_assert_eq(queue(REASON_PREINIT6, "A=1", 4, 1), 0, "%s", rows[i].name);
		cr_assert_eq(queue(REASON_BOUND6, "A=1", 4, 1), 0, "%s", rows[i].name);
		cr_expect_eq(n_ends, 0, "%s", rows[i].name);
		cr_assert_eq(loop_run(&loop), 0);
		for (size_t k = 0; k < 2; k++) {
			cr_expect_eq(ends[k].error, rows[i].error, "%s: %s", rows[i].name,
				     strerror(ends[k].error));
			cr_expect_eq(ends[k].status, -1, "%s", rows[i].name);
			cr_expect_eq(ends[k].signal, 0, "%s", rows[i].name);
		}
		cr_expect_eq(ends[0].reason, REASON_PREINIT6);
		cr_expect_eq(ends[1].reason, REASON_BOUND6);
		cr_expect(script_idle(script));
		script_close(script);
		script = NULL;
	}
	cr_expect_str_empty(written(), "a file without #! was run");
	expect_no_child();
}

/* Calls are made in order, one after another: the first is the slowest. */
Test(script, calls_never_overlap_and_keep_their_order)
{
	char environment[96];
	size_t want_at = 0;
	char want[512];

	write_script("#!/bin/sh\n"
		     "echo \"$N begins\" >> \"$OUT\"\n"
		     "[ $N = 0 ] && for i in 1 2 3 4 5 6 7 8; do /bin/sh -c :; done\n"
		     "echo \"$N ends\" >> \"$OUT\"\n"
		     "exit $N\n",
		     0700);
	open_script(LONG);
	n_wanted = 6;
	for (int i = 0; i < 6; i++) {
		int size = snprintf(environment, sizeof(environment), "OUT=%s", out) + 1;

		size += snprintf(environment + size, sizeof(environment) - (size_t)size, "N=%d",
				 i) +
			1;
		cr_assert_eq(queue((enum script_reason)i, environment, (size_t)size, 2), 0);
		want_at += (size_t)snprintf(want + want_at, sizeof(want) - want_at,
					    "%d begins\n%d ends\n", i, i);
	}
	cr_assert_eq(loop_run(&loop), 0);
	cr_expect_str_eq(written(), want);
	for (int i = 0; i < 6; i++) {
		cr_expect_eq(ends[i].status, i);
		cr_expect_eq((int)ends[i].reason, i);
	}
}

/* isc-contract 4.1: no arguments, and nothing of our own environment. */
Test(script, arguments_and_environment_are_exactly_those_given)
{
	static const char environment[] = "reason=BOUND6\0new_x=a b=c\0empty=\0OUT=/dev/null";
	char text[160];

	setenv("LEAKED", "yes", 1);
	snprintf(text, sizeof(text),
		 "#!/bin/sh\n{ echo \"$# $0\"; tr '\\0' '\\n' < /proc/$$/environ; } > %s\n", out);
	write_script(text, 0700);
	open_script(LONG);
	n_wanted = 1;
	cr_assert_eq(queue(REASON_BOUND6, environment, sizeof(environment), 4), 0);
	cr_assert_eq(loop_run(&loop), 0);
	snprintf(text, sizeof(text), "0 %s\nreason=BOUND6\nnew_x=a b=c\nempty=\nOUT=/dev/null\n",
		 path);
	cr_expect_str_eq(written(), text);
}

Test(script, without_any_variable_the_environment_is_empty)
{
	char text[128];

	snprintf(text, sizeof(text), "#!/bin/sh\nwc -c < /proc/$$/environ > %s\n", out);
	write_script(text, 0700);
	open_script(LONG);
	n_wanted = 1;
	cr_assert_eq(queue(REASON_STOP6, "", 0, 0), 0);
	cr_assert_eq(loop_run(&loop), 0);
	cr_expect_eq(atoi(written()), 0);
	cr_expect_str_not_empty(written());
}

/* Descriptors 0, 1, 2 and nothing else; also not one that was open before us without CLOEXEC. */
Test(script, no_descriptor_goes_on_to_the_script)
{
	int stray = open("/dev/null", O_RDONLY); /* not CLOEXEC */

	cr_assert_geq(stray, 0);
	/* The shell itself has the script open, as 10 or 255. */
	run("#!/bin/sh\n"
	    "exec > \"$OUT\"\n"
	    "for fd in /proc/$$/fd/*; do\n"
	    "	[ -e $fd ] || continue\n"
	    "	case ${fd##*/} in [012] | 10 | 255) ;; *) echo \"${fd##*/}\" ;; esac\n"
	    "done\n"
	    "readlink /proc/self/fd/0\n",
	    LONG);
	cr_expect_str_eq(written(), "/dev/null\n");
}

/*
 * We block and ignore some. glibc leaves its own two, 32 and 33, ignored in what
 * posix_spawn() starts.
 */
Test(script, signals_are_neither_blocked_nor_ignored)
{
	unsigned long blocked = 1;
	unsigned long ignored = 1;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
	/* A shell would clear its mask by itself. */
	run("#!/usr/bin/awk -f\n"
	    "BEGIN {\n"
	    "	while ((getline line < \"/proc/self/status\") > 0)\n"
	    "		if (line ~ /^Sig(Blk|Ign)/)\n"
	    "			print line > ENVIRON[\"OUT\"]\n"
	    "}\n",
	    LONG);
	cr_assert_eq(sscanf(written(), "SigBlk: %lx SigIgn: %lx", &blocked, &ignored), 2);
	cr_expect_eq(blocked, 0);
	cr_expect_eq(ignored & ~0x180000000UL, 0);
}

Test(script, it_is_a_session_of_its_own)
{
	char text[32];

	run("#!/bin/sh\nread -r _ _ _ _ group session _ < /proc/$$/stat\n"
	    "[ $group = $$ ] && [ $session = $$ ] && echo own > \"$OUT\"\n",
	    LONG);
	snprintf(text, sizeof(text), "own\n");
	cr_expect_str_eq(written(), text);
}

Test(script, one_that_hangs_is_ended_after_its_limit)
{
	const struct script_end *end = run("#!/bin/sh\nsleep 1000\necho no > \"$OUT\"\n", 100);

	cr_expect(end->timed_out);
	cr_expect_eq(end->signal, SIGTERM);
	cr_expect_eq(end->status, -1);
	cr_expect_geq(end->ms, 100);
	cr_expect_lt(end->ms, 1900, "it took SIGKILL");
	cr_expect_str_empty(written());
	expect_no_child();
}

Test(script, one_that_takes_sigterm_may_end_as_it_likes)
{
	const struct script_end *end = run("#!/bin/sh\ntrap 'exit 7' TERM\nsleep 1000\n", 200);

	cr_expect(end->timed_out);
	cr_expect_eq(end->status, 7);
	cr_expect_eq(end->signal, 0);
}

/* Whoever inherits it may not have waited for it yet: then it is a zombie. */
static void expect_gone(pid_t child)
{
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN };

	if (end.fd < 0)
		return;
	cr_expect_eq(poll(&end, 1, 2000), 1, "process %d is still there", child);
	close(end.fd);
}

/* The call behind a hanging one is still made, and what the hanging one started is gone by then. */
Test(script, one_that_ignores_sigterm_is_killed_with_all_it_started)
{
	char environment[96];
	int size;
	pid_t child;

	write_script("#!/bin/sh\n"
		     "[ $N = 0 ] || { echo next >> \"$OUT\"; exit 0; }\n"
		     "trap '' TERM\n"
		     "sleep 1000 &\n"
		     "echo $! > \"$OUT\"\n"
		     "wait\n"
		     "while :; do sleep 1000; done\n",
		     0700);
	open_script(200);
	n_wanted = 2;
	for (int i = 0; i < 2; i++) {
		size = snprintf(environment, sizeof(environment), "N=%d", i) + 1;
		size += snprintf(environment + size, sizeof(environment) - (size_t)size, "OUT=%s",
				 out) +
			1;
		cr_assert_eq(queue(REASON_RENEW6, environment, (size_t)size, 2), 0);
	}
	cr_assert_eq(loop_run(&loop), 0);
	cr_expect(ends[0].timed_out);
	cr_expect_eq(ends[0].signal, SIGKILL);
	cr_expect_geq(ends[0].ms, 2200);
	cr_expect_lt(ends[0].ms, 4000);
	cr_expect_not(ends[1].timed_out);
	cr_expect_eq(ends[1].status, 0);
	child = (pid_t)atoi(written());
	cr_assert_gt(child, 1);
	cr_expect_not_null(strstr(written(), "\nnext\n"));
	expect_gone(child);
}

/* … also where the script itself took the SIGTERM and only a child of it did not. */
Test(script, a_child_that_ignores_sigterm_goes_with_the_script)
{
	const struct script_end *end = run("#!/bin/sh\n"
					   "(trap '' TERM; while :; do sleep 1000; done) &\n"
					   "echo $! > \"$OUT\"\n"
					   "wait\n",
					   200);
	pid_t child = (pid_t)atoi(written());

	cr_expect(end->timed_out);
	cr_expect_eq(end->signal, SIGTERM);
	cr_assert_gt(child, 1);
	expect_gone(child);
}

/* A background child of a script that ended well is nobody's business. */
Test(script, what_a_good_script_leaves_running_is_not_waited_for)
{
	const struct script_end *end =
		run("#!/bin/sh\nsleep 5 > /dev/null 2>&1 &\necho $! > \"$OUT\"\n", LONG);

	cr_expect_eq(end->status, 0);
	cr_expect_lt(end->ms, 4000);
	cr_expect_eq(kill((pid_t)atoi(written()), SIGKILL), 0);
}

Test(script, a_full_queue_refuses)
{
	write_script("#!/bin/sh\nexit 0\n", 0700);
	open_script(LONG);
	for (int i = 0; i < SCRIPT_QUEUE_MAX; i++)
		cr_assert_eq(queue(REASON_BOUND6, "A=1", 4, 1), 0);
	cr_expect_eq(queue(REASON_BOUND6, "A=1", 4, 1), -ENOSPC);
}

static void close_and_stop(void *context, const struct script_end *end)
{
	(void)context;
	(void)end;
	script_close(script);
	script = NULL;
	loop_stop(&loop);
}

Test(script, it_may_be_closed_from_its_own_handler)
{
	write_script("#!/bin/sh\nexit 0\n", 0700);
	script = script_open(&loop, path, LONG, close_and_stop, NULL);
	cr_assert_eq(queue(REASON_BOUND6, "A=1", 4, 1), 0);
	cr_assert_eq(queue(REASON_BOUND6, "A=1", 4, 1), 0);
	cr_assert_eq(loop_run(&loop), 0);
	cr_expect_null(script);
	cr_expect_eq(loop.n_timers, 0);
}

static void stop_loop(struct loop_timer *timer)
{
	(void)timer;
	loop_stop(&loop);
}

Test(script, closing_ends_what_runs_and_forgets_what_waits)
{
	struct loop_timer timer;

	write_script("#!/bin/sh\ntrap '' TERM\nsleep 1000\n", 0700);
	open_script(LONG);
	cr_assert_eq(queue(REASON_BOUND6, "A=1", 4, 1), 0);
	cr_assert_eq(queue(REASON_BOUND6, "A=1", 4, 1), 0);
	loop_timer_init(&timer, stop_loop);
	loop_timer_set(&loop, &timer, loop_now() + 50);
	cr_assert_eq(loop_run(&loop), 0);
	cr_expect_eq(n_ends, 0);
	script_close(script);
	script = NULL;
	expect_no_child();
	cr_expect_eq(loop.n_timers, 0);
}

/* Who started us may have SIGCHLD ignored: the status must not be lost. */
Test(script, the_status_is_told_although_sigchld_was_ignored)
{
	signal(SIGCHLD, SIG_IGN);
	cr_expect_eq(run("#!/bin/sh\nexit 3\n", LONG)->status, 3);
}
