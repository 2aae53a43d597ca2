/* SPDX-License-Identifier: MPL-2.0 */
#include "host/iface.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "core/report.h"
#include "host/log.h"
#include "host/script.h"
#include "host/store.h"
#include "host/sysctl.h"
#include "host/udp.h"
#include "status.h"
#include "text/describe.h"
#include "text/env.h"
#include "text/text.h"

#define LINE_SIZE     4000  /* octets of the longest log line */
#define OPTIONS_TEXT  65536 /* octets of all options of a message as text */
#define FEEDBACK_SIZE 64    /* answers of the kernel that wait for the client: one an address */

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
	struct loop_timer timer;
	struct script *script;
	struct client client;
	bool prepared;	  /* the client is set up … */
	uint8_t mac_size; /* … for this hardware address */
	uint8_t mac[32];
	bool preinit; /* PREINIT6 was called, and has ended if `started` */
	bool started;
	bool synced; /* a whole dump was seen */
	bool ready;  /* to be told when the scripts have ended */
	bool done;
	enum link_obstacle said; /* the obstacle that was logged last */
	enum lease_state lease_said;
	enum message_state message_said;
	msec next_said; /* T1, or the next refresh */
	unsigned int n_feedback;
	struct feedback feedback[FEEDBACK_SIZE];
};

#define OWNER(pointer, member) \
	((struct iface *)(void *)((char *)(pointer)-offsetof(struct iface, member)))

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

static uint32_t random_bits(void *context)
{
	uint32_t bits = 0;

	(void)context;
	/* After boot getrandom() neither fails nor waits for so few octets. */
	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		log_warning("no random numbers from the kernel: %s", strerror(errno));
	return bits;
}

static const char *address_text(const struct in6_addr *addr, char text[static INET6_ADDRSTRLEN])
{
	return inet_ntop(AF_INET6, addr, text, INET6_ADDRSTRLEN) ? text : "?";
}

static void log_state(struct iface *iface)
{
	enum lease_state lease = client_lease_state(&iface->client);
	enum message_state message = client_message_state(&iface->client);
	char pair[64];
	struct cursor out = cursor_writer(pair, sizeof(pair));

	if (lease == iface->lease_said && message == iface->message_said)
		return;
	iface->lease_said = lease;
	iface->message_said = message;
	describe_state(&out, &iface->client);
	log_info("%s: %s", iface_name(iface), text_end(&out));
}

static void log_message(struct iface *iface, const char *verb, const struct in6_addr *from,
			const struct message *message)
{
	static char options[OPTIONS_TEXT];
	char line[LINE_SIZE];
	struct cursor out = cursor_writer(line, sizeof(line));

	if (!log_wants(LOG_LEVEL_INFO))
		return;
	describe_message(&out, message, from);
	log_info("%s: %s %s", iface_name(iface), verb, text_end(&out));
	if (!log_wants(LOG_LEVEL_DETAIL))
		return;
	out = cursor_writer(options, sizeof(options));
	describe_options(&out, message, 0);
	for (char *rest = NULL, *option = strtok_r((char *)(uintptr_t)text_end(&out), "\n", &rest);
	     option; option = strtok_r(NULL, "\n", &rest))
		log_detail("%s:   %s", iface_name(iface), option);
}

/* "in 50.0 s (12:34:56)" */
static void put_time(struct cursor *out, const char *what, msec at, msec now)
{
	char clock[16] = "";
	time_t then = (time_t)(loop_epoch() + (at - now) / 1000);
	struct tm tm;

	if (at == NEVER) {
		put_format(out, "%s never", what);
		return;
	}
	if (localtime_r(&then, &tm))
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	put_format(out, "%s in %lld.%lld s (%s)", what, (long long)((at - now) / 1000),
		   (long long)((at - now) % 1000 / 100), clock);
}

static void log_timers(struct iface *iface)
{
	const struct client *client = &iface->client;
	bool bound = client_lease_state(client) == BOUND;
	msec next = bound ? lease_renew_at(&client->lease) : client->refresh_at;
	msec now = loop_now();
	char line[LINE_SIZE];
	struct cursor out = cursor_writer(line, sizeof(line));

	if (client_message_state(client) != IDLE || next == iface->next_said ||
	    (!bound && !client->informed))
		return;
	iface->next_said = next;
	put_time(&out, bound ? "renew" : "refresh", next, now);
	if (bound) {
		put_time(&out, ", rebind", lease_rebind_at(&client->lease), now);
		put_time(&out, ", expires", lease_ends_at(&client->lease), now);
	}
	log_info("%s: %s", iface_name(iface), text_end(&out));
}

static void send_message(struct iface *iface, const struct action *action)
{
	struct message message;
	int error;

	if (iface->socket.fd < 0) {
		log_warning("%s: nothing can be sent: the interface is not usable",
			    iface_name(iface));
		if (iface->task == IFACE_RELEASE)
			iface->done = true;
		return;
	}
	error = udp_send(iface->socket.fd, iface->link.ifindex, &action->message.source,
			 action->message.bytes, action->message.size);
	if (error < 0)
		log_warning("%s: sending failed: %s, trying again later", iface_name(iface),
			    strerror(-error));
	else if (log_wants(LOG_LEVEL_INFO) && message_parse(&message, action->message.bytes,
							    action->message.size) == REFUSED_NOT)
		log_message(iface, "sent", NULL, &message);
}

/* The client must not be called from within its own action: what the kernel answered waits. */
static void feed_back(struct iface *iface, const struct in6_addr *addr, enum address_event event)
{
	if (iface->n_feedback < FEEDBACK_SIZE)
		iface->feedback[iface->n_feedback++] =
			(struct feedback){ .addr = *addr, .event = event };
}

static bool carries_our_mark(const struct link_address *address)
{
	return address->has_proto
		       ? address->proto == NETLINK_PROTO
		       : address->prefix_len == 128 && (address->flags & IFA_F_NOPREFIXROUTE) != 0;
}

/* What we add is on the interface already: from an earlier run of ours, or somebody else's (K15).
 */
static int add_existing(struct iface *iface, const struct action *action)
{
	struct netlink *netlink = iface->host->netlink;
	unsigned int ifindex = iface->link.ifindex;
	const struct in6_addr *addr = &action->address.addr;
	const struct link_address *entry = link_find(&iface->link, addr);

	if (!entry) {
		/* Its event is still on the way; a dump brings the truth. */
		return monitor_resync(iface->host->monitor);
	}
	if (link_verdict(entry) == ADDRESS_DUPLICATE) {
		/* Only deleting makes the kernel test it again (K4). */
		netlink_address_remove(netlink, ifindex, addr, entry->prefix_len);
		return netlink_address_add(netlink, ifindex, addr, action->address.prefix_len,
					   action->address.preferred, action->address.valid);
	}
	if (!carries_our_mark(entry)) {
		feed_back(iface, addr, ADDRESS_FOREIGN);
		return 0;
	}
	feed_back(iface, addr, link_verdict(entry));
	return netlink_address_update(netlink, ifindex, addr, entry->prefix_len,
				      action->address.preferred, action->address.valid);
}

static void add_address(struct iface *iface, const struct action *action)
{
	char text[INET6_ADDRSTRLEN];
	const char *name = iface_name(iface);
	int error = netlink_address_add(iface->host->netlink, iface->link.ifindex,
					&action->address.addr, action->address.prefix_len,
					action->address.preferred, action->address.valid);

	address_text(&action->address.addr, text);
	if (error == 0)
		log_info("%s: address %s tentative", name, text);
	if (error == -EEXIST)
		error = add_existing(iface, action);
	if (error == 0)
		return;
	feed_back(iface, &action->address.addr, ADDRESS_REFUSED);
	if (error == -EPERM) {
		log_error("%s: not permitted to add an address: run as root or with CAP_NET_ADMIN",
			  name);
		iface->host->failed(iface->host, EXIT_NOT_PERMITTED);
	} else {
		log_error("%s: cannot add %s: %s%s", name, text, strerror(-error),
			  error == -EACCES ? ": IPv6 is disabled on the interface" : "");
	}
}

static void change_address(struct iface *iface, const struct action *action)
{
	const struct in6_addr *addr = &action->address.addr;
	const struct link_address *entry = link_find(&iface->link, addr);
	unsigned int prefix_len = entry ? entry->prefix_len : action->address.prefix_len;
	char text[INET6_ADDRSTRLEN];
	int error;

	if (iface->link.ifindex == 0)
		return;
	if (action->type == ACTION_ADDRESS_UPDATE)
		error = netlink_address_update(iface->host->netlink, iface->link.ifindex, addr,
					       prefix_len, action->address.preferred,
					       action->address.valid);
	else if (entry && !carries_our_mark(entry))
		return; /* the kernel's own, or the administrator's: never ours to remove */
	else
		error = netlink_address_remove(iface->host->netlink, iface->link.ifindex, addr,
					       prefix_len);
	if (error < 0)
		log_warning("%s: cannot %s %s: %s", iface_name(iface),
			    action->type == ACTION_ADDRESS_UPDATE ? "refresh" : "remove",
			    address_text(addr, text), strerror(-error));
}

static void note_refused_variable(void *context, const char *name)
{
	struct iface *iface = context;

	log_warning("%s: the script does not get %s: its value is not what such an option may hold",
		    iface_name(iface), name);
}

static void call_script(struct iface *iface, const struct script_call *call)
{
	const struct script_side *side = call->has_old && !call->has_new ? &call->old : &call->new_;
	const struct env_base base = {
		.interface = iface_name(iface),
		.pid = getpid(),
		.extra = iface->host->extra_env,
		.requested = iface->client.config.oro,
		.n_requested = iface->client.config.n_oro,
		.dictionary = &iface->host->conf->dictionary,
	};
	struct script_job job = { .reason = call->reason };
	static char block[ENV_SIZE];
	struct cursor out = cursor_writer(block, sizeof(block));
	int error;

	job.n_env = env_build(&out, &base, call, note_refused_variable, iface);
	job.env_size = out.at;
	job.env = malloc(out.at);
	if (!job.env) {
		log_error("%s: no memory to call the script", iface_name(iface));
		return;
	}
	memcpy(job.env, block, out.at);
	if (side->has_binding) {
		job.addr = side->addr;
		job.prefix_len = side->ia_type == OPTION_IA_PD ? side->prefix_len : 0;
	}
	error = script_queue(iface->script, &job);
	if (error < 0)
		log_error("%s: the script is not called with %s: %s", iface_name(iface),
			  script_reason_name(call->reason), strerror(-error));
}

static void save_lease(struct iface *iface, const struct lease *lease)
{
	int error = iface->client.config.anonymous
			    ? 0
			    : store_save(iface->host->lease_file, &iface->host->duid,
					 iface_name(iface), lease);

	if (error < 0)
		log_error("%s: the lease is not saved: %s: %s", iface_name(iface),
			  iface->host->lease_file, strerror(-error));
}

static void save_key(struct iface *iface, const struct rkap *rkap)
{
	int error = store_save_key(iface->host->lease_file, iface_name(iface), rkap);

	if (error < 0)
		log_error("%s: the reconfigure key is not saved beside %s: %s", iface_name(iface),
			  iface->host->lease_file, strerror(-error));
}

/* The answer is in the events of the dump, between its beginning and its end. */
static void ask_router(struct iface *iface)
{
	int error = monitor_resync(iface->host->monitor);

	if (error < 0)
		log_error("%s: cannot ask the kernel about routers: %s", iface_name(iface),
			  strerror(-error));
}

static void act(void *context, const struct action *action)
{
	struct iface *iface = context;
	char line[LINE_SIZE];
	struct cursor out;

	switch (action->type) {
	case ACTION_SEND:
		log_state(iface);
		send_message(iface, action);
		break;
	case ACTION_ADDRESS_ADD:
		add_address(iface, action);
		break;
	case ACTION_ADDRESS_UPDATE:
	case ACTION_ADDRESS_REMOVE:
		change_address(iface, action);
		break;
	case ACTION_SCRIPT:
		call_script(iface, &action->script);
		break;
	case ACTION_SAVE:
		save_lease(iface, &action->lease);
		break;
	case ACTION_SAVE_KEY:
		save_key(iface, &action->rkap);
		break;
	case ACTION_ASK_ROUTER:
		ask_router(iface);
		break;
	case ACTION_READY:
		iface->ready = true;
		break;
	case ACTION_DONE:
		iface->done = true;
		break;
	case ACTION_NOTE:
		out = cursor_writer(line, sizeof(line));
		describe_note(&out, action);
		log_info("%s: %s", iface_name(iface), text_end(&out));
		break;
	}
}

/* Tells the daemon what it waits for, as soon as no script runs any more. */
static void tell_host(struct iface *iface)
{
	struct host *host = iface->host;

	if (!script_idle(iface->script))
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
static void settle(struct iface *iface)
{
	for (unsigned int i = 0; i < iface->n_feedback; i++)
		client_address(&iface->client, &iface->feedback[i].addr, iface->feedback[i].event,
			       loop_now());
	iface->n_feedback = 0;
	log_state(iface);
	log_timers(iface);
	if (loop_timer_set(&iface->host->loop, &iface->timer, client_deadline(&iface->client)) < 0)
		log_error("%s: no memory for a timer", iface_name(iface));
	tell_host(iface);
}

static void on_timer(struct loop_timer *timer)
{
	struct iface *iface = OWNER(timer, timer);

	client_timeout(&iface->client, loop_now());
	settle(iface);
}

static void log_refusal(struct iface *iface, const struct udp_origin *origin,
			const struct message *message, enum refusal refusal)
{
	const char *type = message_type_name(message->type);
	char text[INET6_ADDRSTRLEN];

	log_info("%s: dropped %s from %s: %s", iface_name(iface), type ? type : "message",
		 address_text(&origin->from, text), refusal_name(refusal));
}

static void receive(struct iface *iface, const uint8_t *bytes, size_t size,
		    const struct udp_origin *origin)
{
	struct message message = { 0 };
	struct stamp now = { .at = loop_now(), .epoch = loop_epoch() };
	enum refusal refusal;

	if (log_wants(LOG_LEVEL_INFO) && message_parse(&message, bytes, size) == REFUSED_NOT)
		log_message(iface, "received", &origin->from, &message);
	refusal = client_receive(&iface->client, bytes, size, &origin->to, now, &message);
	if (refusal != REFUSED_NOT)
		log_refusal(iface, origin, &message, refusal);
	settle(iface);
}

static void on_socket(struct loop_source *source, uint32_t events)
{
	struct iface *iface = OWNER(source, socket);
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

/* An IAID that tells nothing which the hardware address does not (C-ANON-7). */
static uint32_t make_anonymous_iaid(const struct link *link, uint16_t type, unsigned int n)
{
	if (type == OPTION_IA_PD || link->mac_size < 3)
		return n;
	return (uint32_t)n << 24 | (uint32_t)link->mac[0] << 16 | (uint32_t)link->mac[1] << 8 |
	       link->mac[2];
}

/* ISC's IAID: the last four octets of the hardware address, the n-th IA adds n - 1. */
static uint32_t make_iaid(const struct link *link, unsigned int n)
{
	uint32_t iaid = 2166136261U;

	if (link->mac_size >= 4) {
		const uint8_t *end = link->mac + link->mac_size;

		iaid = (uint32_t)end[-4] << 24 | (uint32_t)end[-3] << 16 | (uint32_t)end[-2] << 8;
		return iaid | (uint8_t)(end[-1] + n);
	}
	/* No hardware address (point-to-point links): FNV-1a of the name is as constant as the
	 * name. */
	for (const char *c = link->name; *c; c++)
		iaid = (iaid ^ (uint8_t)*c) * 16777619U;
	return iaid + n;
}

static bool wanted(const struct client_config *config, uint16_t type, uint32_t iaid)
{
	for (unsigned int i = 0; i < config->n_ias; i++)
		if (config->ia[i].type == type && config->ia[i].iaid == iaid)
			return true;
	return false;
}

static void want(struct client_config *config, uint16_t type, uint32_t iaid)
{
	if (config->n_ias == LEASE_IAS || wanted(config, type, iaid))
		return;
	config->ia[config->n_ias].type = type;
	config->ia[config->n_ias].iaid = iaid;
	config->n_ias++;
}

/*
 * `n` IAs of a type. IAIDs stay what they were (C-IAID-1): those of the lease file
 * first, then new ones. -r and -x are about all that the lease file has.
 */
static void want_ias(struct iface *iface, struct client_config *config, const struct lease *stored,
		     uint16_t type, unsigned int n)
{
	unsigned int end = config->n_ias + n;

	for (unsigned int i = 0; i < stored->n_ias; i++)
		if (stored->ia[i].type == type &&
		    (config->n_ias < end || iface->task != IFACE_CONFIGURE))
			want(config, type, stored->ia[i].iaid);
	for (unsigned int i = 0; config->n_ias < end && i < 256; i++)
		want(config, type,
		     config->anonymous ? make_anonymous_iaid(&iface->link, type, i)
				       : make_iaid(&iface->link, i));
}

static struct duid random_duid(void)
{
	uint8_t uuid[16];

	for (size_t i = 0; i < sizeof(uuid); i++)
		uuid[i] = (uint8_t)random_bits(NULL);
	return duid_uuid(uuid);
}

/* One DUID a host, made from the first interface, and stored before it is used (C-DUID-2). */
static void make_duid(struct iface *iface)
{
	struct host *host = iface->host;
	const struct link *link = &iface->link;
	int error;

	host->duid = link->mac_size > 0
			     ? duid_llt(link->hardware, link->mac, link->mac_size, loop_epoch())
			     : random_duid();
	error = store_save(host->lease_file, &host->duid, NULL, NULL);
	if (error < 0)
		log_error("the DUID is not saved: %s: %s: the next start makes another one",
			  host->lease_file, strerror(-error));
	else
		log_info("new DUID, saved in %s", host->lease_file);
}

static bool is_anonymous(const struct iface *iface)
{
	return conf_scope(iface->host->conf, iface_name(iface))->anonymous;
}

/* Whom messages come from: one DUID a host, but for an anonymous interface (C-ANON-3). */
static struct duid identity(struct iface *iface)
{
	const struct conf_scope *scope = conf_scope(iface->host->conf, iface_name(iface));
	const struct link *link = &iface->link;

	if (scope->anonymous)
		return link->mac_size > 0 ? duid_ll(link->hardware, link->mac, link->mac_size)
					  : random_duid();
	if (scope->client_id.size > 0)
		return scope->client_id;
	if (iface->host->duid.size == 0)
		make_duid(iface);
	return iface->host->duid;
}

static void configure(struct iface *iface, struct client_config *config, const struct lease *stored)
{
	const struct conf_scope *scope = conf_scope(iface->host->conf, iface_name(iface));
	const struct host *host = iface->host;

	config->duid = identity(iface);
	config->n_oro = scope->n_request;
	memcpy(config->oro, scope->request, sizeof(config->oro));
	config->send = scope->send;
	config->rapid_commit = scope->rapid_commit;
	config->reconfigure = scope->reconfigure;
	config->reject = scope->reject;
	config->accept = scope->accept;
	config->address_prefix_len = 128;
	config->prefix_hint = host->prefix_hint;
	config->mode = host->stateless ? MODE_STATELESS : scope->mode;
	config->router_wait = (msec)scope->router_timeout * 1000;
	config->register_addresses = scope->register_addresses;
	config->anonymous = scope->anonymous;
	config->rate_messages = 20;
	config->rate_seconds = 20;
	want_ias(iface, config, stored, OPTION_IA_NA, host->n_na);
	want_ias(iface, config, stored, OPTION_IA_TA, host->n_ta);
	want_ias(iface, config, stored, OPTION_IA_PD, host->n_pd);
	iface->mac_size = iface->link.mac_size;
	memcpy(iface->mac, iface->link.mac, sizeof(iface->mac));
}

/* Addresses that may have to be registered: all that are not the client's own. */
static void tell_of_address(struct iface *iface, const struct link_address *address)
{
	if (!iface->client.config.register_addresses || IN6_IS_ADDR_LINKLOCAL(&address->addr) ||
	    carries_our_mark(address))
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
	if (is_anonymous(iface))
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
	const struct client_ops ops = { .act = act, .random = random_bits, .context = iface };
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
	configure(iface, config, stored);
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

	if (!is_anonymous(iface) || (iface->mac_size == link->mac_size &&
				     memcmp(iface->mac, link->mac, link->mac_size) == 0))
		return;
	config = calloc(1, sizeof(*config));
	none = calloc(1, sizeof(*none));
	if (config && none) {
		log_info("%s: the hardware address has changed, and so does the identity",
			 iface_name(iface));
		client_link(&iface->client, false, loop_now());
		configure(iface, config, none);
		client_identify(&iface->client, config, loop_now());
	} else {
		log_error("%s: no memory", iface_name(iface));
	}
	free(config);
	free(none);
}

static const char *obstacle_text(enum link_obstacle obstacle)
{
	switch (obstacle) {
	case LINK_ABSENT:
		return "waiting for the interface";
	case LINK_DOWN:
		return "waiting for the link to be set up";
	case LINK_NO_CARRIER:
		return "waiting for a carrier";
	case LINK_DORMANT:
		return "waiting for the link to leave the state dormant";
	case LINK_NO_LINK_LOCAL:
		return "waiting for a link-local address";
	case LINK_USABLE:
	case LINK_TENTATIVE:
	case LINK_DUPLICATE:
		break;
	}
	return "";
}

/* Says plainly what is being waited for, once each time that it changes. */
static void say_obstacle(struct iface *iface, enum link_obstacle obstacle)
{
	const struct link_address *local = link_local(&iface->link);
	const char *name = iface_name(iface);
	char text[INET6_ADDRSTRLEN] = "";

	if (obstacle == iface->said)
		return;
	iface->said = obstacle;
	if (local)
		address_text(&local->addr, text);
	if (obstacle == LINK_USABLE)
		log_info("%s: usable, link-local address %s", name, text);
	else if (obstacle == LINK_TENTATIVE)
		log_info(
			"%s: waiting for link-local address %s to pass duplicate address detection",
			name, text);
	else if (obstacle == LINK_DUPLICATE)
		log_warning(
			"%s: link-local address %s is a duplicate: another host on the link has "
			"it; change the hardware address or remove the other host",
			name, text);
	else if (obstacle == LINK_NO_LINK_LOCAL && sysctl_ipv6(name, "disable_ipv6") == 1)
		log_warning("%s: IPv6 is disabled on the interface: waiting until "
			    "net.ipv6.conf.%s.disable_ipv6 is 0",
			    name, name);
	else
		log_info("%s: %s", name, obstacle_text(obstacle));
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
	call_script(iface, call);
	free(call);
}

/* -r and -x: act on what the lease file holds, once it is known what the kernel has. */
static void begin_task(struct iface *iface)
{
	bool usable;

	iface->started = true;
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
	settle(iface);
}

static void warn_dad_off(struct iface *iface)
{
	const char *name = iface_name(iface);

	if (sysctl_ipv6(name, "dad_transmits") == 0 ||
	    (sysctl_ipv6(name, "accept_dad") <= 0 && sysctl_ipv6("all", "accept_dad") <= 0))
		log_warning("%s: the kernel's duplicate address detection is off "
			    "(accept_dad or dad_transmits is 0): duplicates will not be found",
			    name);
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
		say_obstacle(iface, obstacle);
		return;
	}
	if (iface->task != IFACE_CONFIGURE) {
		if (!iface->started)
			begin_task(iface);
		return;
	}
	if (!iface->preinit)
		call_preinit(iface);
	renew_identity(iface);
	if (iface->socket.fd >= 0 && iface->socket_ifindex != iface->link.ifindex)
		close_socket(iface);
	say_obstacle(iface, obstacle);
	if (!iface->started)
		return;
	if (obstacle == LINK_USABLE)
		client_link_local(&iface->client, &link_local(&iface->link)->addr, loop_now());
	client_link(&iface->client, obstacle == LINK_USABLE && open_socket(iface), loop_now());
	settle(iface);
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
	warn_dad_off(iface);
	client_start(&iface->client, loop_now());
	/* What the kernel knew of routers before. */
	tell_of_router(iface, &iface->link.router, false);
	review(iface);
}

static void log_script_end(struct iface *iface, const struct script_end *end)
{
	char about[INET6_ADDRSTRLEN + 8];
	struct cursor out = cursor_writer(about, sizeof(about));
	const char *name = iface_name(iface);
	const char *reason = script_reason_name(end->reason);
	const char *text;

	if (!IN6_IS_ADDR_UNSPECIFIED(&end->addr)) {
		put_text(&out, " ");
		put_address_text(&out, &end->addr);
	}
	if (end->prefix_len > 0)
		put_format(&out, "/%u", end->prefix_len);
	text = text_end(&out);
	if (end->error != 0)
		log_error("%s: script %s%s cannot be run: %s", name, reason, text,
			  strerror(end->error));
	else if (end->timed_out)
		log_warning("%s: script %s%s was ended: it ran for %ld ms", name, reason, text,
			    end->ms);
	else if (end->signal != 0)
		log_warning("%s: script %s%s was ended by signal %d after %ld ms", name, reason,
			    text, end->signal, end->ms);
	else
		log_info("%s: script %s%s exited with status %d after %ld ms", name, reason, text,
			 end->status, end->ms);
}

static void on_script_end(void *context, const struct script_end *end)
{
	struct iface *iface = context;

	log_script_end(iface, end);
	if (end->reason == REASON_PREINIT6 && !iface->started) {
		start(iface);
		return;
	}
	client_script_status(&iface->client, end->reason, &end->addr, end->status, loop_now());
	if (script_idle(iface->script))
		client_scripts_done(&iface->client, loop_now());
	settle(iface);
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

	if (event->type == MONITOR_ROUTER && ours)
		tell_of_router(iface, &event->router, true);
	else if (event->type == MONITOR_PREFIX && ours)
		tell_of_prefix(iface, &event->prefix);
	else if (event->type == MONITOR_LINK && ours && event->link.has_router)
		tell_of_router(iface, &event->link.router, false);
	if (event->type != MONITOR_ROUTER && event->type != MONITOR_PREFIX)
		return false;
	if (iface->started)
		settle(iface);
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
	if (event->type == MONITOR_SYNC_END)
		iface->synced = true;
	tell_of_addresses(iface, event);
	/* A prefix is told again with each advertisement: nothing of the link has changed. */
	if (!tell_of_routers(iface, event))
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
	iface->said = LINK_USABLE;
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
