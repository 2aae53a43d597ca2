/* SPDX-License-Identifier: MPL-2.0 */
#include "host/iface_inner.h"

#include <errno.h>
#include <string.h>

#include "host/log.h"
#include "host/store.h"
#include "host/sysctl.h"

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
		uuid[i] = (uint8_t)iface_random(NULL);
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

bool iface_anonymous(const struct iface *iface)
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

/* `all` and the interface's own value: either will do (RFC 4429 in Linux). */
static bool is_set(const struct iface *iface, const char *name)
{
	return sysctl_ipv6(iface_name(iface), name) > 0 || sysctl_ipv6("all", name) > 0;
}

/* An address can be optimistic only where the administrator lets it be. */
static enum dad_method dad_method(const struct iface *iface, enum dad_method wanted)
{
	if (wanted != DAD_OPTIMISTIC || is_set(iface, "optimistic_dad"))
		return wanted;
	log_warning("%s: dad optimistic is not possible: net.ipv6.conf.%s.optimistic_dad is 0; "
		    "waiting for the kernel's verdict instead",
		    iface_name(iface), iface_name(iface));
	return DAD_BY_KERNEL;
}

/* As many as the kernel would send (RFC 4862 section 5.1), but one at least. */
static uint8_t dad_probes(const struct iface *iface)
{
	int transmits = sysctl_ipv6(iface_name(iface), "dad_transmits");

	if (transmits < 1)
		return 1;
	return transmits < UINT8_MAX ? (uint8_t)transmits : UINT8_MAX;
}

void iface_configure(struct iface *iface, struct client_config *config, const struct lease *stored)
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
	config->dad = dad_method(iface, scope->dad);
	config->dad_probes = dad_probes(iface);
	config->late_conflict = scope->late_conflict;
	config->rate_messages = 20;
	config->rate_seconds = 20;
	want_ias(iface, config, stored, OPTION_IA_NA, host->n_na);
	want_ias(iface, config, stored, OPTION_IA_TA, host->n_ta);
	want_ias(iface, config, stored, OPTION_IA_PD, host->n_pd);
	iface->mac_size = iface->link.mac_size;
	memcpy(iface->mac, iface->link.mac, sizeof(iface->mac));
}
