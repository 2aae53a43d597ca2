/* SPDX-License-Identifier: MPL-2.0 */
#include "host/iface_inner.h"

#include <arpa/inet.h>
#include <string.h>
#include <time.h>

#include "host/log.h"
#include "host/sysctl.h"
#include "text/describe.h"
#include "text/text.h"

#define LINE_SIZE    4000  /* octets of the longest log line */
#define OPTIONS_TEXT 65536 /* octets of all options of a message as text */

static const char *address_text(const struct in6_addr *addr, char text[static INET6_ADDRSTRLEN])
{
	return inet_ntop(AF_INET6, addr, text, INET6_ADDRSTRLEN) ? text : "?";
}

void iface_log_state(struct iface *iface)
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

void iface_log_message(struct iface *iface, const char *verb, const struct in6_addr *from,
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

/* `from` is an address of ours, which may have gone, or :: */
void iface_log_unsent(const struct iface *iface, const struct in6_addr *from, int error)
{
	char text[INET6_ADDRSTRLEN];

	if (IN6_IS_ADDR_UNSPECIFIED(from))
		log_warning("%s: sending failed: %s, trying again later", iface_name(iface),
			    strerror(-error));
	else
		log_warning("%s: sending from %s failed: %s, trying again later", iface_name(iface),
			    address_text(from, text), strerror(-error));
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

void iface_log_timers(struct iface *iface)
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

void iface_log_refusal(struct iface *iface, const struct in6_addr *from,
		       const struct message *message, enum refusal refusal)
{
	const char *type = message_type_name(message->type);
	char text[INET6_ADDRSTRLEN];

	log_info("%s: dropped %s from %s: %s", iface_name(iface), type ? type : "message",
		 address_text(from, text), refusal_name(refusal));
}

void iface_log_script_end(struct iface *iface, const struct script_end *end)
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

void iface_log_note(struct iface *iface, const struct action *action)
{
	char line[LINE_SIZE];
	struct cursor out = cursor_writer(line, sizeof(line));

	describe_note(&out, action);
	log_info("%s: %s", iface_name(iface), text_end(&out));
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
void iface_log_obstacle(struct iface *iface, enum link_obstacle obstacle)
{
	const struct link_address *local = link_local(&iface->link);
	const char *name = iface_name(iface);
	char text[INET6_ADDRSTRLEN] = "";

	if (iface->obstacle_said && obstacle == iface->said)
		return;
	iface->obstacle_said = true;
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

/* Why nothing is found in the lease file, neither now nor later (C-ANON-3, C-ANON-6). */
void iface_log_identity(const struct iface *iface, const struct client_config *config)
{
	char line[LINE_SIZE];
	struct cursor out = cursor_writer(line, sizeof(line));

	if (!iface_anonymous(iface))
		return;
	describe_duid(&out, &config->duid);
	log_info("%s: anonymous: DUID %s, the lease file is neither read nor written",
		 iface_name(iface), text_end(&out));
}

/* The kernel makes another link-local address only when the link is set up (C-ANON-3). */
void iface_log_change(const struct iface *iface)
{
	const struct link_address *local = link_local(&iface->link);
	const char *name = iface_name(iface);
	char text[INET6_ADDRSTRLEN];

	log_info("%s: the hardware address has changed, and so does the identity", name);
	if (link_obstacle(&iface->link) == LINK_USABLE && local)
		log_warning("%s: the hardware address has changed while the link was up: the old "
			    "link-local address, %s, stays and joins the two identities; set the "
			    "link down before the change",
			    name, address_text(&local->addr, text));
}

void iface_log_task(const struct iface *iface)
{
	if (iface_anonymous(iface) && iface->task == IFACE_RELEASE)
		log_warning("%s: anonymous: no lease was stored, so no server is told; addresses "
			    "of ours are taken off",
			    iface_name(iface));
	else if (iface_anonymous(iface) && iface->task == IFACE_STOP)
		log_info("%s: anonymous: no lease was stored; addresses of ours are taken off",
			 iface_name(iface));
}

static void log_dad_off(struct iface *iface)
{
	const char *name = iface_name(iface);

	if (iface->client.config.dad == DAD_BY_PROBE || iface->client.config.dad == DAD_OFF)
		return;
	if (sysctl_ipv6(name, "dad_transmits") == 0 ||
	    (sysctl_ipv6(name, "accept_dad") <= 0 && sysctl_ipv6("all", "accept_dad") <= 0))
		log_warning(
			"%s: the kernel's duplicate address detection is off "
			"(accept_dad or dad_transmits is 0): duplicates are found when they claim "
			"an address only; `dad probe;` in the configuration asks before one is "
			"used",
			name);
}

/* A host that forwards packets hears routers only with accept_ra 2. */
static void log_ra_off(struct iface *iface)
{
	const char *name = iface_name(iface);
	int accept = sysctl_ipv6(name, "accept_ra");

	if (accept == 0 || (accept == 1 && sysctl_ipv6(name, "forwarding") == 1))
		log_warning("%s: the kernel passes over Router Advertisements (accept_ra is %d%s): "
			    "with mode auto leases are asked for when the time for one is over",
			    name, accept, accept == 1 ? ", and forwarding is on" : "");
}

void iface_log_sysctls(struct iface *iface)
{
	log_dad_off(iface);
	if (iface->client.config.mode == MODE_AUTO)
		log_ra_off(iface);
}
