/* SPDX-License-Identifier: MPL-2.0 */
#include "host/script.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE	  2000	      /* ms between SIGTERM and SIGKILL */
#define FAR	  (NEVER - 1) /* set, but not to any moment */
#define CLOSE_MAX 1000	      /* ms that script_close() waits for the end of what it has killed */

struct call {
	struct call *next;
	struct script_job job;
};

struct script {
	struct loop *loop;
	char *path;
	msec limit;
	void (*ended)(void *context, const struct script_end *end);
	void *context;
	struct call *first; /* what waits */
	struct call **last;
	unsigned int n_calls;
	/*
	 * Set for as long as something runs or waits, for the one of three things that
	 * comes next: a call is due, it has reached its limit, its grace is over. So only
	 * script_queue() can find no memory for it.
	 */
	struct loop_timer timer;
	pid_t pid;		/* what runs: a process, and the group of that number; or 0 */
	struct loop_source end; /* its pidfd */
	msec started;
	struct script_end result; /* of what runs */
};

static void free_call(struct call *call)
{
	free(call->job.env);
	free(call);
}

static struct call *take_call(struct script *script)
{
	struct call *call = script->first;

	script->first = call->next;
	if (!script->first)
		script->last = &script->first;
	script->n_calls--;
	return call;
}

/* The strings of `job` as execve() takes them; NULL without memory. */
static char **make_environment(const struct script_job *job)
{
	char **environment = calloc(job->n_env + 1, sizeof(char *));
	size_t at = 0;

	if (!environment)
		return NULL;
	for (size_t i = 0; i < job->n_env && at < job->env_size; i++) {
		size_t left = job->env_size - at;
		size_t size = strnlen(job->env + at, left);

		if (size == left) /* the last one has no NUL: cannot come from env_build() */
			break;
		environment[i] = job->env + at;
		at += size + 1;
	}
	return environment;
}

/* The signals that we block or ignore are not blocked or ignored in the script. */
static int spawn_attributes(posix_spawnattr_t *attributes)
{
	const short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	sigset_t all;
	sigset_t none;
	int error;

	sigfillset(&all);
	sigemptyset(&none);
	error = posix_spawnattr_setflags(attributes, flags);
	if (!error)
		error = posix_spawnattr_setsigdefault(attributes, &all);
	if (!error)
		error = posix_spawnattr_setsigmask(attributes, &none);
	return error;
}

/* Descriptors that somebody left open to us do not go on to the script either. */
static int spawn_files(posix_spawn_file_actions_t *files)
{
	int error = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (!error)
		error = posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
	return error;
}

/* 0 or an errno. */
static int spawn(struct script *script, char **environment)
{
	char *arguments[] = { script->path, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int error = posix_spawnattr_init(&attributes);

	if (error)
		return error;
	error = posix_spawn_file_actions_init(&files);
	if (!error) {
		error = spawn_attributes(&attributes);
		if (!error)
			error = spawn_files(&files);
		if (!error)
			error = posix_spawn(&script->pid, script->path, &files, &attributes,
					    arguments, environment);
		posix_spawn_file_actions_destroy(&files);
	}
	posix_spawnattr_destroy(&attributes);
	if (error)
		script->pid = 0;
	return error;
}

/* Until it is waited for, its number is its own, and so is that of its group. */
static void kill_group(const struct script *script, int number)
{
	if (kill(-script->pid, number) < 0)
		kill(script->pid, number);
}

/* Has the loop tell the end of what runs. 0 or an errno. */
static int watch(struct script *script)
{
	int error = 0;

	script->end.fd = (int)syscall(SYS_pidfd_open, script->pid, 0);
	if (script->end.fd < 0)
		return errno;
	error = -loop_add(script->loop, &script->end);
	if (error) {
		close(script->end.fd);
		script->end.fd = -1;
	}
	return error;
}

static int start_call(struct script *script, const struct script_job *job)
{
	char **environment = make_environment(job);
	int error;

	if (!environment)
		return ENOMEM;
	error = spawn(script, environment);
	free(environment);
	if (error)
		return error;
	error = watch(script);
	if (error) {
		kill_group(script, SIGKILL);
		waitid(P_PID, (id_t)script->pid, NULL, WEXITED);
		script->pid = 0;
	}
	return error;
}

/*
 * What ran, or could not be started, is over. The next call gets a turn of its
 * own, so that `ended`, which comes last, may do as it likes, even close us.
 */
static void end_call(struct script *script)
{
	struct script_end result = script->result;

	result.ms = (long)(loop_now() - script->started);
	script->pid = 0;
	loop_timer_set(script->loop, &script->timer, script->first ? script->started : NEVER);
	script->ended(script->context, &result);
}

/* While hooks think about a veto nobody can use the address: they get less time. */
static msec limit_of(const struct script *script, enum script_reason reason)
{
	return reason == REASON_TENTATIVE6 && script->limit > DAD_VETO_WAIT ? DAD_VETO_WAIT
									    : script->limit;
}

static void start(struct script *script)
{
	struct call *call = take_call(script);

	script->started = loop_now();
	script->result = (struct script_end){
		.reason = call->job.reason,
		.addr = call->job.addr,
		.prefix_len = call->job.prefix_len,
		.status = -1,
	};
	loop_timer_set(script->loop, &script->timer,
		       script->started + limit_of(script, call->job.reason));
	script->result.error = start_call(script, &call->job);
	free_call(call);
	if (script->result.error)
		end_call(script);
}

static void timer_expired(struct loop_timer *timer)
{
	struct script *script =
		(struct script *)(void *)((char *)timer - offsetof(struct script, timer));

	if (script->pid == 0) {
		start(script);
	} else if (!script->result.timed_out) {
		script->result.timed_out = true;
		loop_timer_set(script->loop, timer, loop_now() + GRACE);
		kill_group(script, SIGTERM);
	} else {
		loop_timer_set(script->loop, timer, FAR);
		kill_group(script, SIGKILL);
	}
}

static void read_end(siginfo_t *info, struct script_end *result)
{
	if (info->si_code == CLD_EXITED)
		result->status = info->si_status;
	else
		result->signal = info->si_status;
}

static void script_ended(struct loop_source *source, uint32_t events)
{
	struct script *script =
		(struct script *)(void *)((char *)source - offsetof(struct script, end));
	siginfo_t info = { 0 };

	(void)events;
	/* What a script that had to be ended has left running would disturb the next one. */
	if (script->result.timed_out)
		kill_group(script, SIGKILL);
	if (waitid(P_PID, (id_t)script->pid, &info, WEXITED) < 0)
		script->result.error = errno;
	else
		read_end(&info, &script->result);
	loop_remove(script->loop, source);
	close(source->fd);
	source->fd = -1;
	end_call(script);
}

struct script *script_open(struct loop *loop, const char *path, msec limit,
			   void (*ended)(void *context, const struct script_end *end),
			   void *context)
{
	struct script *script = calloc(1, sizeof(*script));

	if (!script)
		return NULL;
	script->path = strdup(path);
	if (!script->path) {
		free(script);
		return NULL;
	}
	script->loop = loop;
	script->limit = limit;
	script->ended = ended;
	script->context = context;
	script->last = &script->first;
	script->end = (struct loop_source){ .fd = -1, .ready = script_ended };
	loop_timer_init(&script->timer, timer_expired);
	/* Who started us may ignore it; then the kernel would keep no exit status for us. */
	signal(SIGCHLD, SIG_DFL);
	return script;
}

static void kill_running(struct script *script)
{
	struct pollfd end = { .fd = script->end.fd, .events = POLLIN };

	kill_group(script, SIGKILL);
	poll(&end, 1, CLOSE_MAX);
	waitid(P_PID, (id_t)script->pid, NULL, WEXITED | WNOHANG);
	loop_remove(script->loop, &script->end);
	close(script->end.fd);
}

void script_close(struct script *script)
{
	if (!script)
		return;
	loop_timer_set(script->loop, &script->timer, NEVER);
	if (script->pid > 0)
		kill_running(script);
	while (script->first)
		free_call(take_call(script));
	free(script->path);
	free(script);
}

int script_queue(struct script *script, const struct script_job *job)
{
	struct call *call = NULL;
	int error = script->n_calls >= SCRIPT_QUEUE_MAX ? -ENOSPC : 0;

	if (!error) {
		call = malloc(sizeof(*call));
		if (!call)
			error = -ENOMEM;
	}
	if (!error && script_idle(script))
		error = loop_timer_set(script->loop, &script->timer, loop_now());
	if (error) {
		free(call);
		free(job->env);
		return error;
	}
	*call = (struct call){ .job = *job };
	*script->last = call;
	script->last = &call->next;
	script->n_calls++;
	return 0;
}

bool script_idle(const struct script *script)
{
	return script->pid == 0 && !script->first;
}
