/* SPDX-License-Identifier: MPL-2.0 */
#include "host/iface_inner.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "host/log.h"
#include "host/store.h"
#include "host/udp.h"
#include "status.h"
#include "text/env.h"

static const char *address_text(const struct in6_addr *addr, char text[static INET6_ADDRSTRLEN])
{
	return inet_ntop(AF_INET6, addr, text, INET6_ADDRSTRLEN) ? text : "?";
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
		iface_log_unsent(iface, &action->message.source, error);
	else if (log_wants(LOG_LEVEL_INFO) && message_parse(&message, action->message.bytes,
							    action->message.size) == REFUSED_NOT)
		iface_log_message(iface, "sent", NULL, &message);
}

/* The client must not be called from within its own action: what the kernel answered waits. */
void iface_feed_back(struct iface *iface, const struct in6_addr *addr, enum address_event event)
{
	if (iface->n_feedback < FEEDBACK_SIZE)
		iface->feedback[iface->n_feedback++] =
			(struct feedback){ .addr = *addr, .event = event };
}

bool iface_owns(const struct link_address *address)
{
	return address->has_proto
		       ? address->proto == NETLINK_PROTO
		       : address->prefix_len == 128 && (address->flags & IFA_F_NOPREFIXROUTE) != 0;
}

/* How the kernel is to test it. */
static uint32_t dad_flags(const struct action *action)
{
	switch (action->address.dad) {
	case DAD_OPTIMISTIC:
		return IFA_F_OPTIMISTIC;
	case DAD_OFF:
		return IFA_F_NODAD;
	case DAD_BY_KERNEL:
	case DAD_BY_PROBE:
		break;
	}
	return 0;
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
		iface->clearing =
			netlink_address_remove(netlink, ifindex, addr, entry->prefix_len) == 0;
		iface->cleared = *addr;
		return netlink_address_add(netlink, ifindex, addr, action->address.prefix_len,
					   action->address.preferred, action->address.valid,
					   dad_flags(action));
	}
	if (!iface_owns(entry)) {
		iface_feed_back(iface, addr, ADDRESS_FOREIGN);
		return 0;
	}
	iface_feed_back(iface, addr,
			link_verdict(entry) == ADDRESS_UNIQUE ? ADDRESS_KEPT : link_verdict(entry));
	return netlink_address_update(netlink, ifindex, addr, entry->prefix_len,
				      action->address.preferred, action->address.valid);
}

static void add_address(struct iface *iface, const struct action *action)
{
	char text[INET6_ADDRSTRLEN];
	const char *name = iface_name(iface);
	int error;

	/* Whose it is must be heard, and the verdict may come at once. */
	iface_listen(iface);
	error = netlink_address_add(iface->host->netlink, iface->link.ifindex,
				    &action->address.addr, action->address.prefix_len,
				    action->address.preferred, action->address.valid,
				    dad_flags(action));
	address_text(&action->address.addr, text);
	if (error == 0)
		log_info("%s: address %s tentative", name, text);
	if (error == -EEXIST)
		error = add_existing(iface, action);
	if (error == 0)
		return;
	iface_feed_back(iface, &action->address.addr, ADDRESS_REFUSED);
	if (error == -EPERM) {
		log_error("%s: not permitted to add an address: run as root or with CAP_NET_ADMIN",
			  name);
		iface->host->failed(iface->host, EXIT_NOT_PERMITTED);
	} else {
		log_error("%s: cannot add %s: %s%s", name, text, strerror(-error),
			  error == -EACCES ? ": IPv6 is disabled on the interface" : "");
	}
}

static int remove_address(struct iface *iface, const struct in6_addr *addr, unsigned int prefix_len)
{
	if (iface->n_taken_off < LEASE_BINDINGS)
		iface->taken_off[iface->n_taken_off++] = *addr;
	return netlink_address_remove(iface->host->netlink, iface->link.ifindex, addr, prefix_len);
}

bool iface_took_off(const struct iface *iface, const struct in6_addr *addr)
{
	for (size_t i = 0; i < iface->n_taken_off; i++)
		if (IN6_ARE_ADDR_EQUAL(&iface->taken_off[i], addr))
			return true;
	return false;
}

void iface_take_off(struct iface *iface, const struct link_address *address)
{
	char text[INET6_ADDRSTRLEN];
	int error = netlink_address_remove(iface->host->netlink, iface->link.ifindex,
					   &address->addr, address->prefix_len);

	address_text(&address->addr, text);
	if (error < 0)
		log_error("%s: %s is still on the interface, and cannot be removed: %s",
			  iface_name(iface), text, strerror(-error));
	else
		log_info("%s: %s was still on the interface: removed", iface_name(iface), text);
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
	else if (entry && !iface_owns(entry))
		return; /* the kernel's own, or the administrator's: never ours to remove */
	else
		error = remove_address(iface, addr, prefix_len);
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

void iface_call_script(struct iface *iface, const struct script_call *call)
{
	const struct script_side *side = call->has_old && !call->has_new ? &call->old : &call->new_;
	const struct env_base base = {
		.interface = iface_name(iface),
		.pid = getpid(),
		.extra = iface->host->extra_env,
		.requested = iface->client.config.oro,
		.n_requested = iface->client.config.n_oro,
		.dictionary = &iface->host->conf->dictionary,
		.modifiers = &conf_scope(iface->host->conf, iface_name(iface))->modifiers,
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

void iface_act(void *context, const struct action *action)
{
	struct iface *iface = context;

	switch (action->type) {
	case ACTION_SEND:
		iface_log_state(iface);
		send_message(iface, action);
		break;
	case ACTION_ADDRESS_ADD:
		add_address(iface, action);
		break;
	case ACTION_ADDRESS_UPDATE:
	case ACTION_ADDRESS_REMOVE:
		change_address(iface, action);
		break;
	case ACTION_PROBE:
		iface_probe(iface, &action->probe.addr, action->probe.in_place);
		break;
	case ACTION_SCRIPT:
		iface_call_script(iface, &action->script);
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
		iface_log_note(iface, action);
		break;
	}
}

uint32_t iface_random(void *context)
{
	uint32_t bits = 0;

	(void)context;
	/* After boot getrandom() neither fails nor waits for so few octets. */
	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		log_warning("no random numbers from the kernel: %s", strerror(errno));
	return bits;
}
