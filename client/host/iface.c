/* SPDX-License-Identifier: MPL-2.0 */
#include "host/iface_inner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/log.h"
#include "host/store.h"
#include "host/udp.h"
#include "status.h"

const char *iface_name(const struct iface *iface)
{
	return iface->link.name;
}

bool iface_exists(const struct iface *iface)
{
	return iface->link.ifindex != 0;
}

bool iface_bound(const struct iface *iface)
{
	return iface->prepared &&
	       (iface->client.informed || client_lease_state(&iface->client) == BOUND);
}

enum link_obstacle iface_obstacle(const struct iface *iface)
{
	return link_obstacle(&iface->link);
}

/* What was taken off, or all of ours where nothing is stored, and is there all the same. */
static void check_gone(struct iface *iface)
{
	for (size_t i = 0; i < iface->link.n_addresses; i++)
		if (iface_owns(&iface->link.address[i]) &&
		    (iface_anonymous(iface) || iface_took_off(iface, &iface->link.address[i].addr)))
			iface_take_off(iface, &iface->link.address[i]);
	iface->check = CHECK_DONE;
}

/* -r and -x end when the kernel has confirmed that what should be gone is gone. */
static bool all_is_gone(struct iface *iface)
{
	if (iface->task != IFACE_RELEASE && iface->task != IFACE_STOP)
		return true;
	if (iface->check == CHECK_NOT_BEGUN) {
		iface->check = monitor_resync(iface->host->monitor) < 0 ? CHECK_DONE
									: CHECK_RUNNING;
		return iface->check == CHECK_DONE;
	}
	return iface->check == CHECK_DONE;
}

/* Tells the daemon what it waits for, as soon as no script runs any more. */
static void tell_host(struct iface *iface)
{
	struct host *host = iface->host;

	if (!script_idle(iface->script) || (iface->done && !all_is_gone(iface)))
		return;
	if (iface->ready) {
		iface->ready = false;
		host->ready(host, iface);
	}
	if (iface->done) {
		iface->done = false;
		host->done(host, iface);
	}
}

/* After each call of the client: give it the kernel's answers, and wait for its next deadline. */
void iface_settle(struct iface *iface)
{
	for (unsigned int i = 0; i < iface->n_feedback; i++)
		client_address(&iface->client, &iface->feedback[i].addr, iface->feedback[i].event,
			       loop_now());
	iface->n_feedback = 0;
	iface_listen(iface);
	iface_log_state(iface);
	iface_log_timers(iface);
	if (loop_timer_set(&iface->host->loop, &iface->timer, client_deadline(&iface->client)) < 0)
		log_error("%s: no memory for a timer", iface_name(iface));
	tell_host(iface);
}

static void on_timer(struct loop_timer *timer)
{
	struct iface *iface = IFACE_OF(timer, timer);

	client_timeout(&iface->client, loop_now());
	iface_settle(iface);
}

static void receive(struct iface *iface, const uint8_t *bytes, size_t size,
		    const struct udp_origin *origin)
{
	struct message message = { 0 };
	struct stamp now = { .at = loop_now(), .epoch = loop_epoch() };
	enum refusal refusal;

	if (log_wants(LOG_LEVEL_INFO) && message_parse(&message, bytes, size) == REFUSED_NOT)
		iface_log_message(iface, "received", &origin->from, &message);
	refusal = client_receive(&iface->client, bytes, size, &origin->to, now, &message);
	if (refusal != REFUSED_NOT)
		iface_log_refusal(iface, &origin->from, &message, refusal);
	iface_settle(iface);
}

static void on_socket(struct loop_source *source, uint32_t events)
{
	struct iface *iface = IFACE_OF(source, socket);
	static uint8_t bytes[UDP_RECEIVE_MAX];
	struct udp_origin origin;
	ssize_t size = udp_receive(source->fd, bytes, sizeof(bytes), &origin);

	(void)events;
	if (size == -EAGAIN || size == -EINTR)
		return;
	if (size < 0) {
		log_warning("%s: receiving failed: %s", iface_name(iface), strerror((int)-size));
		return;
	}
	receive(iface, bytes, (size_t)size, &origin);
}

static void close_socket(struct iface *iface)
{
	if (iface->socket.fd < 0)
		return;
	iface_deafen(iface);
	loop_remove(&iface->host->loop, &iface->socket);
	close(iface->socket.fd);
	iface->socket.fd = -1;
}

static bool open_socket(struct iface *iface)
{
	struct host *host = iface->host;
	int fd;
	int error;

	if (iface->socket.fd >= 0)
		return true;
	fd = udp_open(iface_name(iface), host->port);
	if (fd == -EADDRINUSE) {
		log_error(
			"%s: UDP port %u is in use: another DHCPv6 client runs on this interface, "
			"stop it first",
			iface_name(iface), host->port);
		host->failed(host, EXIT_PORT_IN_USE);
		return false;
	}
	if (fd == -EPERM || fd == -EACCES) {
		log_error("%s: not permitted to use UDP port %u: run as root or with "
			  "CAP_NET_BIND_SERVICE and CAP_NET_RAW",
			  iface_name(iface), host->port);
		host->failed(host, EXIT_NOT_PERMITTED);
		return false;
	}
	if (fd < 0) {
		log_error("%s: no UDP socket: %s", iface_name(iface), strerror(-fd));
		return false;
	}
	iface->socket.fd = fd;
	iface->socket_ifindex = iface->link.ifindex;
	error = loop_add(&host->loop, &iface->socket);
	if (error < 0) {
		log_error("%s: cannot wait for the UDP socket: %s", iface_name(iface),
			  strerror(-error));
		close(fd);
		iface->socket.fd = -1;
		return false;
	}
	return true;
}

/* Addresses that may have to be registered: all that are not the client's own. */
static void tell_of_address(struct iface *iface, const struct link_address *address)
{
	if (!iface->client.config.register_addresses || IN6_IS_ADDR_LINKLOCAL(&address->addr) ||
	    iface_owns(address))
		return;
	client_own_address(&iface->client, &address->addr, link_verdict(address) == ADDRESS_UNIQUE,
			   address->has_lifetimes ? address->preferred : INFINITE_TIME,
			   address->has_lifetimes ? address->valid : INFINITE_TIME, loop_now());
}

/* From the lease file, which has nothing of an anonymous interface (C-ANON-6, C-ANON-8). */
static bool load(struct iface *iface, struct lease *stored, struct rkap *rkap, bool *has_key)
{
	const char *file = iface->host->lease_file;
	int found;

	*has_key = false;
	if (iface_anonymous(iface))
		return false;
	found = store_load_lease(file, iface_name(iface), stored);
	if (found < 0 && found != -ENOENT)
		log_warning("%s: the lease file %s cannot be read: %s, starting without it",
			    iface_name(iface), file, strerror(-found));
	*has_key = store_load_key(file, iface_name(iface), rkap) > 0;
	return found > 0;
}

/* Sets the client up: the interface is there, so its hardware address is known. */
static void prepare(struct iface *iface)
{
	const struct client_ops ops = { .act = iface_act,
					.random = iface_random,
					.context = iface };
	struct client_config *config = calloc(1, sizeof(*config));
	struct lease *stored = calloc(1, sizeof(*stored));
	struct rkap rkap;
	bool has_key;
	bool found;

	if (!config || !stored) {
		log_error("%s: no memory", iface_name(iface));
		iface->host->failed(iface->host, EXIT_ERROR);
		goto out;
	}
	found = load(iface, stored, &rkap, &has_key);
	iface_configure(iface, config, stored);
	iface_log_identity(iface, config);
	client_init(&iface->client, config, &ops, loop_now());
	iface->prepared = true;
	iface->lease_said = INIT;
	iface->message_said = IDLE;
	if (found)
		client_restore(&iface->client, stored, loop_now());
	if (has_key)
		client_restore_key(&iface->client, &rkap);
	iface->lease_said = client_lease_state(&iface->client);
	for (size_t i = 0; i < iface->link.n_addresses; i++)
		tell_of_address(iface, &iface->link.address[i]);
out:
	free(config);
	free(stored);
}

/* A new hardware address is a new identity: nothing may join the two (C-ANON-3, C-ANON-8). */
static void renew_identity(struct iface *iface)
{
	const struct link *link = &iface->link;
	struct client_config *config;
	struct lease *none;

	if (!iface_anonymous(iface) || (iface->mac_size == link->mac_size &&
					memcmp(iface->mac, link->mac, link->mac_size) == 0))
		return;
	config = calloc(1, sizeof(*config));
	none = calloc(1, sizeof(*none));
	if (config && none) {
		iface_log_change(iface);
		client_link(&iface->client, false, loop_now());
		iface_configure(iface, config, none);
		iface_log_identity(iface, config);
		client_identify(&iface->client, config, loop_now());
	} else {
		log_error("%s: no memory", iface_name(iface));
	}
	free(config);
	free(none);
}

static void call_preinit(struct iface *iface)
{
	struct script_call *call = calloc(1, sizeof(*call));

	iface->preinit = true;
	if (!call) {
		log_error("%s: no memory", iface_name(iface));
		return;
	}
	call->reason = REASON_PREINIT6;
	iface_call_script(iface, call);
	free(call);
}

/* -r and -x: act on what the lease file holds, once it is known what the kernel has. */
static void begin_task(struct iface *iface)
{
	bool usable;

	iface->started = true;
	iface_log_task(iface);
	if (iface->task == IFACE_PREPARE) {
		iface->done = true;
		tell_host(iface);
		return;
	}
	usable = link_obstacle(&iface->link) == LINK_USABLE && open_socket(iface);
	client_link(&iface->client, usable, loop_now());
	if (iface->task == IFACE_RELEASE)
		client_release(&iface->client, loop_now());
	else
		client_stop(&iface->client, true, loop_now());
	iface_settle(iface);
}

/* Perhaps another network: what is held is checked as if the link had been lost (C-CNF-1, K14). */
static void move(struct iface *iface, const char *why)
{
	iface->link.moved = false;
	if (!iface->started || client_lease_state(&iface->client) == INIT)
		return;
	log_info("%s: %s: checking what is held", iface_name(iface), why);
	client_link(&iface->client, false, loop_now());
}

/* The kernel tells of its link-local address when it is tested, but not before (K23). */
static void look_for_link_local(struct iface *iface, enum link_obstacle obstacle)
{
	if (obstacle == LINK_NO_LINK_LOCAL && !iface->looked)
		monitor_resync(iface->host->monitor);
	iface->looked = obstacle == LINK_NO_LINK_LOCAL;
}

/* The flags for routers are told, too, when the kernel has set IPv6 up on a link: not before that
 * must it have made the link-local address. */
static void look_again(struct iface *iface)
{
	if (iface->synced && iface->looked) {
		iface->looked = false;
		look_for_link_local(iface, link_obstacle(&iface->link));
	}
}

/* Looks again at what the interface is good for, after anything has changed. */
static void review(struct iface *iface)
{
	enum link_obstacle obstacle = link_obstacle(&iface->link);

	if (!iface->synced)
		return;
	if (iface->link.ifindex != 0 && !iface->prepared)
		prepare(iface);
	if (!iface->prepared) {
		iface_log_obstacle(iface, obstacle);
		return;
	}
	if (iface->task != IFACE_CONFIGURE) {
		if (!iface->started)
			begin_task(iface);
		return;
	}
	if (!iface->preinit)
		call_preinit(iface);
	if (iface->link.moved)
		move(iface, "the hardware address or the bridge is another one");
	renew_identity(iface);
	if (iface->socket.fd >= 0 && iface->socket_ifindex != iface->link.ifindex)
		close_socket(iface);
	iface_log_obstacle(iface, obstacle);
	look_for_link_local(iface, obstacle);
	if (!iface->started)
		return;
	if (obstacle == LINK_USABLE)
		client_link_local(&iface->client, &link_local(&iface->link)->addr, loop_now());
	client_link(&iface->client, obstacle == LINK_USABLE && open_socket(iface), loop_now());
	iface_settle(iface);
}

/*
 * That the kernel has heard a router since it last asked for one is news; flags without that may
 * be of a network before, and when it has nothing to tell, no router has spoken.
 */
static void tell_of_router(struct iface *iface, const struct monitor_router *router, bool news)
{
	if (router->heard || router->managed || router->other)
		client_router(&iface->client, news && router->heard ? ROUTER_NEWS : ROUTER_RECORD,
			      router->managed, router->other, loop_now());
}

/* PREINIT6 has ended: the script has set the link up, and the client may begin. */
static void start(struct iface *iface)
{
	iface->started = true;
	iface_log_sysctls(iface);
	client_start(&iface->client, loop_now());
	/* What the kernel knew of routers before. */
	tell_of_router(iface, &iface->link.router, false);
	review(iface);
}

static void on_script_end(void *context, const struct script_end *end)
{
	struct iface *iface = context;

	iface_log_script_end(iface, end);
	if (end->reason == REASON_PREINIT6 && !iface->started) {
		start(iface);
		return;
	}
	client_script_status(&iface->client, end->reason, &end->addr, end->status, loop_now());
	if (script_idle(iface->script))
		client_scripts_done(&iface->client, loop_now());
	iface_settle(iface);
}

static void on_address(void *context, const struct in6_addr *addr, enum address_event event)
{
	struct iface *iface = context;
	const struct link_address *entry = link_find(&iface->link, addr);

	if (!iface->prepared)
		return;
	/* Made by the kernel from a router's prefix, before ours could be: it stays the kernel's.
	 */
	if (event == ADDRESS_UNIQUE && entry && entry->has_proto && entry->proto != NETLINK_PROTO)
		event = ADDRESS_FOREIGN;
	/* A copy that had failed earlier was cleared away: its removal is no verdict (K4). */
	if (event == ADDRESS_DUPLICATE && !entry && iface->clearing &&
	    IN6_ARE_ADDR_EQUAL(&iface->cleared, addr)) {
		iface->clearing = false;
		return;
	}
	if (event == ADDRESS_DUPLICATE)
		iface_hear(iface);
	if (event == ADDRESS_GONE || event == ADDRESS_MISSING)
		client_own_address(&iface->client, addr, false, 0, 0, loop_now());
	client_address(&iface->client, addr, event, loop_now());
}

static void tell_of_prefix(struct iface *iface, const struct monitor_prefix *prefix)
{
	bool whole = prefix->has_delegating;

	client_prefix(&iface->client, &prefix->addr, prefix->prefix_len,
		      whole ? ROUTER_FLAG_P : ROUTER_FLAG_L,
		      whole ? prefix->delegating : prefix->on_link, prefix->preferred, loop_now());
}

/* True when there is nothing else in the event. */
static bool tell_of_routers(struct iface *iface, const struct monitor_event *event)
{
	bool ours = iface->prepared && event->ifindex == iface->link.ifindex;

	if (event->type == MONITOR_ROUTER && ours) {
		look_again(iface);
		tell_of_router(iface, &event->router, true);
	}
	if (event->type == MONITOR_PREFIX && ours)
		tell_of_prefix(iface, &event->prefix);
	if (event->type == MONITOR_LINK && ours && event->link.has_router)
		tell_of_router(iface, &event->link.router, false);
	if (event->type != MONITOR_ROUTER && event->type != MONITOR_PREFIX)
		return false;
	if (iface->started)
		iface_settle(iface);
	return true;
}

static void tell_of_addresses(struct iface *iface, const struct monitor_event *event)
{
	const struct link_address *address;

	if (!iface->prepared || event->type != MONITOR_ADDRESS ||
	    event->ifindex != iface->link.ifindex)
		return;
	address = link_find(&iface->link, &event->address.addr);
	if (address)
		tell_of_address(iface, address);
}

void iface_event(struct iface *iface, const struct monitor_event *event)
{
	if (!link_event(&iface->link, event, on_address, iface))
		log_error("%s: no memory to keep an address", iface_name(iface));
	/* Events may have been lost, and the next verdict must not be. */
	if (event->type == MONITOR_SYNC_BEGIN)
		iface->clearing = false;
	if (event->type == MONITOR_SYNC_END)
		iface->synced = true;
	if (event->type == MONITOR_SYNC_END && iface->check == CHECK_RUNNING) {
		check_gone(iface);
		tell_host(iface);
	}
	tell_of_addresses(iface, event);
	/* A prefix is told again with each advertisement: nothing of the link has changed. */
	if (!tell_of_routers(iface, event))
		review(iface);
}

void iface_resume(struct iface *iface)
{
	if (iface->task != IFACE_CONFIGURE)
		return;
	move(iface, "the host has slept");
	review(iface);
}

void iface_stop(struct iface *iface)
{
	iface->done = true;
	if (iface->prepared)
		client_stop(&iface->client, false, loop_now());
	tell_host(iface);
}

struct iface *iface_open(struct host *host, const char *name, enum iface_task task)
{
	const char *path = conf_scope(host->conf, name)->script;
	struct iface *iface = calloc(1, sizeof(*iface));

	if (!iface)
		return NULL;
	iface->host = host;
	iface->task = task;
	iface->socket = (struct loop_source){ .fd = -1, .ready = on_socket };
	iface->neighbor.fd = -1;
	iface->next_said = -NEVER;
	link_init(&iface->link, name);
	loop_timer_init(&iface->timer, on_timer);
	iface->script = script_open(&host->loop, path[0] ? path : host->script_file,
				    (msec)host->conf->script_timeout * 1000, on_script_end, iface);
	if (!iface->script) {
		free(iface);
		return NULL;
	}
	return iface;
}

void iface_close(struct iface *iface)
{
	if (!iface)
		return;
	close_socket(iface);
	loop_timer_set(&iface->host->loop, &iface->timer, NEVER);
	script_close(iface->script);
	link_free(&iface->link);
	free(iface);
}
