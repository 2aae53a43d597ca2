/* SPDX-License-Identifier: MPL-2.0 */
#include "daemon.h"

#include <errno.h>
#include <limits.h>
#include <linux/if.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "host/iface.h"
#include "host/log.h"
#include "host/script.h"
#include "host/store.h"
#include "status.h"
#include "text/env.h"

/* A client that was told to stop has this long (ms) before it is killed. */
#define STOP_TIME 5000

/* After -1's timeout a lease whose addresses are still being tested gets this much more (ms). */
#define DAD_GRACE 10000

struct daemon {
	struct host host; /* first: iface.c hands it back */
	const struct cli *cli;
	const struct conf *conf;
	const char *pid_file;
	void (*background)(void);
	struct loop_source events;
	struct loop_timer timeout;
	bool synced;
	bool extended;
	bool detached;
	int status;
	unsigned int running; /* interfaces that are not done */
	unsigned int n_ifaces;
	struct iface *iface[CLI_INTERFACES];
	unsigned int n_found; /* the host's own interfaces, where none is named */
	char found[CLI_INTERFACES][IFNAMSIZ];
	struct script *nbi;
};

static void finish(struct daemon *daemon, int status)
{
	daemon->status = status;
	loop_stop(&daemon->host.loop);
}

static void detach(struct daemon *daemon)
{
	if (daemon->detached || daemon->cli->foreground)
		return;
	daemon->detached = true;
	daemon->background();
}

static void on_ready(struct host *host, struct iface *iface)
{
	struct daemon *daemon = (struct daemon *)(void *)host;

	(void)iface;
	loop_timer_set(&host->loop, &daemon->timeout, NEVER);
	detach(daemon);
}

static void on_done(struct host *host, struct iface *iface)
{
	struct daemon *daemon = (struct daemon *)(void *)host;

	(void)iface;
	if (daemon->running > 0)
		daemon->running--;
	if (daemon->running == 0)
		loop_stop(&host->loop);
}

static void on_failed(struct host *host, int status)
{
	finish((struct daemon *)(void *)host, status);
}

static bool keeps_leases(const struct daemon *daemon)
{
	for (unsigned int i = 0; i < daemon->n_ifaces; i++)
		if (!conf_scope(daemon->conf, iface_name(daemon->iface[i]))->anonymous)
			return true;
	return daemon->n_ifaces == 0;
}

/* SIGTERM, SIGINT, SIGHUP: end at once; what is held stays (contract of dhclient's callers). */
static void on_signal(void *context, int number)
{
	struct daemon *daemon = context;

	log_info("ended by signal %d, %s", number,
		 keeps_leases(daemon) ? "leases are kept" : "anonymous: no lease is stored");
	for (unsigned int i = 0; i < daemon->n_ifaces; i++)
		iface_stop(daemon->iface[i]);
	finish(daemon, EXIT_OK);
}

/* -1: the time is over. */
static void on_timeout(struct loop_timer *timer)
{
	struct daemon *daemon =
		(struct daemon *)(void *)((char *)timer - offsetof(struct daemon, timeout));
	bool bound = false;
	bool hopeless = daemon->n_ifaces > 0;

	for (unsigned int i = 0; i < daemon->n_ifaces; i++) {
		enum link_obstacle obstacle = iface_obstacle(daemon->iface[i]);

		bound |= iface_bound(daemon->iface[i]);
		hopeless &= obstacle == LINK_DUPLICATE || obstacle == LINK_NO_LINK_LOCAL;
	}
	if (bound && !daemon->extended) {
		daemon->extended = true;
		loop_timer_set(&daemon->host.loop, timer, loop_now() + DAD_GRACE);
		return;
	}
	if (hopeless) {
		log_error("no link-local address can be used within %u s: giving up",
			  daemon->conf->timeout);
		finish(daemon, EXIT_LINK_UNUSABLE);
		return;
	}
	log_error("no lease within %u s: giving up", daemon->conf->timeout);
	finish(daemon, EXIT_NO_LEASE);
}

/* Which of the host's interfaces to configure when none is named: dhclient's rule. */
static void find_interface(struct daemon *daemon, const struct monitor_event *event)
{
	if (event->type != MONITOR_LINK || daemon->synced || daemon->n_found == CLI_INTERFACES ||
	    !(event->link.flags & IFF_MULTICAST) ||
	    (event->link.flags & (IFF_LOOPBACK | IFF_POINTOPOINT)))
		return;
	for (unsigned int i = 0; i < daemon->n_found; i++)
		if (strcmp(daemon->found[i], event->link.name) == 0)
			return;
	memcpy(daemon->found[daemon->n_found++], event->link.name, IFNAMSIZ);
}

static bool open_iface(struct daemon *daemon, const char *name)
{
	static const enum iface_task tasks[] = {
		[CLI_RUN] = IFACE_CONFIGURE,
		[CLI_RELEASE] = IFACE_RELEASE,
		[CLI_STOP] = IFACE_STOP,
	};
	enum iface_task task = daemon->cli->configure_nothing ? IFACE_PREPARE
							      : tasks[daemon->cli->task];
	struct iface *iface = iface_open(&daemon->host, name, task);

	if (!iface) {
		log_error("%s: no memory", name);
		return false;
	}
	daemon->iface[daemon->n_ifaces++] = iface;
	daemon->running++;
	return true;
}

static void on_nbi_end(void *context, const struct script_end *end)
{
	(void)end;
	finish(context, EXIT_OK);
}

/* There is nothing to configure: dhclient tells its script so, with this one variable. */
static void no_interfaces(struct daemon *daemon)
{
	static const char reason[] = "REASON=NBI";
	struct script_job job = { .reason = REASON_PREINIT6,
				  .n_env = 1,
				  .env_size = sizeof(reason) };

	log_error("no interface that could be configured was found");
	daemon->nbi = script_open(&daemon->host.loop, daemon->host.script_file,
				  (msec)daemon->conf->script_timeout * 1000, on_nbi_end, daemon);
	job.env = malloc(sizeof(reason));
	if (job.env)
		memcpy(job.env, reason, sizeof(reason));
	if (!daemon->nbi || !job.env || script_queue(daemon->nbi, &job) < 0)
		finish(daemon, EXIT_OK);
}

/* The first whole dump is in: now it is known what exists. */
static void first_sync(struct daemon *daemon)
{
	daemon->synced = true;
	for (unsigned int i = 0; i < daemon->n_found && daemon->cli->n_interfaces == 0; i++)
		if (!open_iface(daemon, daemon->found[i])) {
			finish(daemon, EXIT_ERROR);
			return;
		}
	if (daemon->n_ifaces == 0)
		no_interfaces(daemon);
	else if (daemon->cli->n_interfaces == 0)
		monitor_resync(daemon->host.monitor); /* the new ones have seen nothing yet */
	for (unsigned int i = 0; i < daemon->cli->n_interfaces; i++)
		if (!iface_exists(daemon->iface[i]) && !daemon->cli->wait_for_interface) {
			log_error("%s: there is no such interface; with -w it is waited for",
				  iface_name(daemon->iface[i]));
			finish(daemon, EXIT_NO_INTERFACE);
		}
}

static void on_event(void *context, const struct monitor_event *event)
{
	struct daemon *daemon = context;

	station_event(&daemon->host.station, event);
	find_interface(daemon, event);
	for (unsigned int i = 0; i < daemon->n_ifaces; i++)
		iface_event(daemon->iface[i], event);
	if (event->type == MONITOR_SYNC_END && !daemon->synced)
		first_sync(daemon);
}

static void on_resume(void *context)
{
	struct daemon *daemon = context;

	for (unsigned int i = 0; i < daemon->n_ifaces; i++)
		iface_resume(daemon->iface[i]);
}

static void on_monitor(struct loop_source *source, uint32_t events)
{
	struct daemon *daemon =
		(struct daemon *)(void *)((char *)source - offsetof(struct daemon, events));
	int error = monitor_read(daemon->host.monitor);

	(void)events;
	if (error < 0) {
		log_error("no more events from the kernel: %s", strerror(-error));
		finish(daemon, EXIT_ERROR);
	}
}

static int fail(const char *what, int error)
{
	log_error("%s: %s", what, strerror(error));
	return error == EPERM || error == EACCES ? EXIT_NOT_PERMITTED : EXIT_ERROR;
}

static int open_host(struct daemon *daemon)
{
	struct host *host = &daemon->host;
	sigset_t signals;
	int error;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	error = loop_init(&host->loop, &signals, on_signal, daemon);
	if (error == 0)
		error = loop_on_resume(&host->loop, on_resume);
	if (error < 0)
		return fail("cannot set up the event loop", -error);
	host->netlink = netlink_open();
	if (!host->netlink)
		return fail("cannot open a netlink socket for requests", errno);
	host->monitor = monitor_open(on_event, daemon);
	if (!host->monitor)
		return fail("cannot open a netlink socket for events", errno);
	daemon->events =
		(struct loop_source){ .fd = monitor_fd(host->monitor), .ready = on_monitor };
	error = loop_add(&host->loop, &daemon->events);
	if (error == 0)
		error = monitor_resync(host->monitor);
	return error < 0 ? fail("cannot read the kernel's interfaces", -error) : EXIT_OK;
}

static void close_host(struct daemon *daemon)
{
	for (unsigned int i = 0; i < daemon->n_ifaces; i++)
		iface_close(daemon->iface[i]);
	if (daemon->nbi)
		script_close(daemon->nbi);
	if (daemon->host.monitor)
		monitor_close(daemon->host.monitor);
	if (daemon->host.netlink)
		netlink_close(daemon->host.netlink);
	loop_close(&daemon->host.loop);
}

/* Is `pid` a client like this one? A pid file can be older than the process that has its number
 * now. */
static bool is_client(pid_t pid)
{
	char path[64], exe[PATH_MAX];
	const char *name;
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/%ld/exe", (long)pid);
	size = readlink(path, exe, sizeof(exe) - 1);
	if (size < 0)
		return false;
	exe[size] = '\0';
	name = strrchr(exe, '/');
	name = name ? name + 1 : exe;
	return strncmp(name, "dhcp6-client", 12) == 0 || strncmp(name, "dhclient", 8) == 0;
}

static pid_t running_client(const char *pid_file)
{
	pid_t pid = store_read_pid(pid_file);

	return pid > 0 && pid != getpid() && is_client(pid) ? pid : 0;
}

/* -r and -x: ends the client of the pid file, and waits until it is gone. */
static void stop_running(const char *pid_file)
{
	pid_t pid = running_client(pid_file);
	struct pollfd end = { .events = POLLIN };

	if (pid == 0)
		return;
	end.fd = pidfd_open(pid, 0);
	if (end.fd < 0)
		return;
	if (pidfd_send_signal(end.fd, SIGTERM, NULL, 0) == 0) {
		if (poll(&end, 1, STOP_TIME) == 0) {
			log_warning("the client with process id %ld does not stop: it is killed",
				    (long)pid);
			pidfd_send_signal(end.fd, SIGKILL, NULL, 0);
			poll(&end, 1, STOP_TIME);
		}
		log_info("stopped the client with process id %ld", (long)pid);
	}
	close(end.fd);
	unlink(pid_file);
}

static bool script_runs(const char *path)
{
	if (access(path, X_OK) == 0)
		return true;
	log_error("script %s: %s; name another one with -sf, or make it executable", path,
		  strerror(errno));
	return false;
}

static int check_scripts(const struct daemon *daemon)
{
	for (unsigned int i = 0; i < daemon->cli->n_interfaces; i++) {
		const char *path = conf_scope(daemon->conf, daemon->cli->interface[i])->script;

		if (!script_runs(path[0] ? path : daemon->host.script_file))
			return EXIT_NO_SCRIPT;
	}
	if (daemon->cli->n_interfaces == 0 && !script_runs(daemon->host.script_file))
		return EXIT_NO_SCRIPT;
	return EXIT_OK;
}

static void load_duid(struct daemon *daemon)
{
	int error = store_load_duid(daemon->host.lease_file, &daemon->host.duid);

	if (error < 0 && error != -ENOENT)
		log_warning("the lease file %s cannot be read: %s", daemon->host.lease_file,
			    strerror(-error));
}

static int run(struct daemon *daemon)
{
	const struct cli *cli = daemon->cli;
	int status = open_host(daemon);
	int error;

	if (status != EXIT_OK)
		return status;
	for (unsigned int i = 0; i < cli->n_interfaces; i++)
		if (!open_iface(daemon, cli->interface[i]))
			return EXIT_ERROR;
	loop_timer_init(&daemon->timeout, on_timeout);
	if (cli->once && cli->task == CLI_RUN)
		loop_timer_set(&daemon->host.loop, &daemon->timeout,
			       loop_now() + (msec)daemon->conf->timeout * 1000);
	if (!cli->no_pid && cli->task == CLI_RUN && !cli->configure_nothing) {
		error = store_write_pid(daemon->pid_file, getpid());
		if (error < 0)
			log_warning("the process id is not written: %s: %s", daemon->pid_file,
				    strerror(-error));
	}
	if (cli->no_wait)
		detach(daemon);
	error = loop_run(&daemon->host.loop);
	if (error < 0)
		return fail("the event loop ended", -error);
	return daemon->status;
}

/* The pid file is ours while it has our number in it. */
static void remove_pid_file(const struct daemon *daemon)
{
	if (!daemon->cli->no_pid && store_read_pid(daemon->pid_file) == getpid())
		unlink(daemon->pid_file);
}

int daemon_run(const struct cli *cli, const struct conf *conf, void (*background)(void))
{
	struct daemon *daemon = calloc(1, sizeof(*daemon));
	int status;

	if (!daemon) {
		log_error("no memory");
		return EXIT_ERROR;
	}
	daemon->cli = cli;
	daemon->conf = conf;
	daemon->background = background;
	daemon->pid_file = cli->pid_file ? cli->pid_file : PID_FILE;
	daemon->host = (struct host){
		.lease_file = cli->lease_file ? cli->lease_file : LEASE_FILE,
		.script_file = cli->script_file ? cli->script_file : SCRIPT_FILE,
		.extra_env = cli->extra_env,
		.conf = conf,
		.port = cli->port,
		.n_na = cli->n_na,
		.n_ta = cli->n_ta,
		.n_pd = cli->n_pd,
		.prefix_hint = cli->prefix_hint,
		.stateless = cli->stateless,
		.ready = on_ready,
		.done = on_done,
		.failed = on_failed,
	};
	status = check_scripts(daemon);
	if (status == EXIT_OK && cli->task != CLI_RUN && !cli->no_pid)
		stop_running(daemon->pid_file);
	if (status == EXIT_OK && cli->task == CLI_RUN && !cli->configure_nothing && !cli->no_pid &&
	    running_client(daemon->pid_file) > 0) {
		log_error("a client runs already, process id %ld (%s): stop it with -x or -r, or "
			  "name another file with -pf",
			  (long)running_client(daemon->pid_file), daemon->pid_file);
		status = EXIT_PORT_IN_USE;
	}
	if (status == EXIT_OK) {
		load_duid(daemon);
		status = run(daemon);
		remove_pid_file(daemon);
		close_host(daemon);
	}
	free(daemon);
	return status;
}
