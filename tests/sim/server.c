/* SPDX-License-Identifier: MPL-2.0 */
#include "server.h"

#include <nettle/hmac.h>
#include <stdio.h>
#include <string.h>

static const char *const mode_names[SERVER_MODES] = {
	[SERVER_GOOD] = "good",
	[SERVER_SILENT] = "silent",
	[SERVER_NOTHING_LEFT] = "nothing left",
	[SERVER_NO_BINDING] = "no binding",
	[SERVER_NOT_ON_LINK] = "not on link",
	[SERVER_UNSPEC_FAIL] = "unspecified failure",
	[SERVER_LEAVES_OUT] = "leaves out",
	[SERVER_WITHDRAWS] = "withdraws",
	[SERVER_REOFFERS] = "offers again",
	[SERVER_MIXED] = "mixed",
};

/* T1, T2, preferred and valid lifetime in seconds. */
static const uint32_t times_of[TIMES][4] = {
	[TIMES_USUAL] = { 1800, 2880, 3600, 5400 },
	[TIMES_ZERO] = { 0, 0, 3600, 7200 },
	[TIMES_INFINITE] = { INFINITE_TIME, INFINITE_TIME, INFINITE_TIME, INFINITE_TIME },
	[TIMES_TINY] = { 1, 2, 3, 4 },
	[TIMES_SHORT] = { 20, 32, 40, 60 },
	[TIMES_LATE] = { 600, 600, 300, 600 },
	[TIMES_ODD] = { 900, 300, 800, 400 },
};

const char *server_mode_name(enum server_mode mode)
{
	return mode_names[mode];
}

void server_init(struct server *server, struct pool *pool, unsigned int number)
{
	uint8_t address[6] = { 2, 0, 0, 0x5e, (uint8_t)(number >> 8), (uint8_t)number };

	*server = (struct server){
		.pool = pool,
		.partner = -1,
		.alive = true,
		.preference = -1,
		.per_ia = 1,
		.replay = (uint64_t)number << 32,
	};
	server->dns = (struct in6_addr){ { { 0x20, 1, 0xd, 0xb8, [15] = 53 } } };
	server->duid = duid_ll(1, address, sizeof(address));
}

static void set_status(struct status *status, uint16_t code)
{
	status->present = true;
	status->code = code;
	snprintf(status->text, sizeof(status->text), "status %u", code);
}

static void choose_times(const struct server *server, struct rng *rng, uint32_t times[static 4])
{
	static const uint32_t limits[] = { 2, 10, 100, 3600, 100000, UINT32_MAX };

	memcpy(times, times_of[server->times], sizeof(times_of[0]));
	if (server->times != TIMES_ANY)
		return;
	for (unsigned int i = 0; i < 4; i++)
		times[i] = rng_below(rng, limits[rng_below(rng, 6)]);
	if (rng_chance(rng, 70) && times[0] > times[1])
		times[1] = times[0];
	if (rng_chance(rng, 70) && times[2] > times[3])
		times[2] = times[3];
}

/* So many addresses for the IA as are to be given; declined ones are replaced. */
static void provide(struct server *server, struct rng *rng, uint64_t client,
		    const struct message_ia *ia)
{
	struct pool *pool = server->pool;
	unsigned int n = 0;

	for (unsigned int i = pool->n; i-- > 0;) {
		struct slot *slot = &pool->slot[i];

		if (!pool_is_of(slot, client, ia))
			continue;
		if (slot->declined && server->mode != SERVER_REOFFERS)
			pool_drop(pool, slot);
		else
			n++;
	}
	for (; n < server->per_ia; n++)
		if (!rng_chance(rng, server->shares) ||
		    !pool_add_again(pool, client, ia, rng_next(rng)))
			pool_add(pool, client, ia);
}

static void add(struct message *to, unsigned int ia, const struct in6_addr *addr,
		uint8_t prefix_len, uint32_t preferred, uint32_t valid)
{
	if (to->n_bindings == MESSAGE_BINDINGS)
		return;
	to->binding[to->n_bindings++] = (struct message_binding){
		.addr = *addr,
		.prefix_len = prefix_len,
		.ia = (uint8_t)ia,
		.preferred = preferred,
		.valid = valid,
	};
}

static void give(struct server *server, struct rng *rng, const struct message_ia *ia,
		 struct message *to, unsigned int place, bool partly)
{
	const struct pool *pool = server->pool;
	uint64_t client = pool_client(&to->client_id);
	uint32_t times[4];

	choose_times(server, rng, times);
	if (ia->type != OPTION_IA_TA) {
		to->ia[place].t1 = times[0];
		to->ia[place].t2 = times[1];
	}
	provide(server, rng, client, ia);
	for (unsigned int i = 0; i < pool->n; i++) {
		const struct slot *slot = &pool->slot[i];

		if (!pool_is_of(slot, client, ia) || (partly && rng_chance(rng, 50)))
			continue;
		if (server->times == TIMES_ANY)
			choose_times(server, rng, times);
		add(to, place, &slot->addr, slot->prefix_len, times[2], times[3]);
	}
}

/* What the client named, if it was given to it; NULL. */
static struct slot *find_slot(struct server *server, const struct message *from,
			      const struct message_binding *binding)
{
	return pool_find(server->pool, pool_client(&from->client_id), &from->ia[binding->ia],
			 binding);
}

/* Bindings that the client named: those that are not ours, or all of them, are ended. */
static void end_named(struct server *server, const struct message *from, unsigned int index,
		      struct message *to, unsigned int place, bool all)
{
	for (unsigned int i = 0; i < from->n_bindings; i++) {
		const struct message_binding *binding = &from->binding[i];

		if (binding->ia != index || (!all && find_slot(server, from, binding)))
			continue;
		add(to, place, &binding->addr, binding->prefix_len, 0, 0);
	}
}

static bool named_any(const struct message *from, unsigned int index)
{
	for (unsigned int i = 0; i < from->n_bindings; i++)
		if (from->binding[i].ia == index)
			return true;
	return false;
}

static bool has_nothing(const struct server *server, const struct message *from)
{
	uint64_t client = pool_client(&from->client_id);

	for (unsigned int i = 0; i < server->pool->n; i++)
		if (server->pool->slot[i].client == client)
			return false;
	return true;
}

static bool extends(const struct message *from)
{
	return from->type == MESSAGE_RENEW || from->type == MESSAGE_REBIND;
}

/* A lease of another server, or of this one before it lost its memory. */
static void good_ia(struct server *server, struct rng *rng, const struct message *from,
		    unsigned int index, struct message *to, unsigned int place)
{
	const struct message_ia *ia = &from->ia[index];

	if (extends(from) && server->style % 3 == 0 && has_nothing(server, from)) {
		set_status(&to->ia[place].status, STATUS_NO_BINDING);
		return;
	}
	if (extends(from) && server->style % 3 == 1)
		end_named(server, from, index, to, place, false);
	give(server, rng, ia, to, place, false);
}

static void answer_ia(struct server *server, struct rng *rng, const struct message *from,
		      unsigned int index, struct message *to)
{
	const struct message_ia *ia = &from->ia[index];
	enum server_mode mode = server->mode;
	unsigned int place = to->n_ias;

	if (mode == SERVER_MIXED)
		mode = rng_below(rng, SERVER_MIXED);
	if (mode == SERVER_LEAVES_OUT && rng_chance(rng, 50))
		return;
	to->ia[place] = (struct message_ia){ .type = ia->type, .iaid = ia->iaid };
	to->n_ias++;
	switch (mode) {
	case SERVER_NOTHING_LEFT:
		set_status(&to->ia[place].status, ia->type == OPTION_IA_PD ? STATUS_NO_PREFIX_AVAIL
									   : STATUS_NO_ADDRS_AVAIL);
		break;
	case SERVER_NO_BINDING:
		if (extends(from) && named_any(from, index) && rng_chance(rng, 30))
			end_named(server, from, index, to, place, true);
		else if (extends(from) || rng_chance(rng, 20))
			set_status(&to->ia[place].status, STATUS_NO_BINDING);
		else
			give(server, rng, ia, to, place, false);
		break;
	case SERVER_NOT_ON_LINK:
		set_status(&to->ia[place].status, STATUS_NOT_ON_LINK);
		break;
	case SERVER_UNSPEC_FAIL:
		set_status(&to->ia[place].status, STATUS_UNSPEC_FAIL);
		break;
	case SERVER_WITHDRAWS:
		end_named(server, from, index, to, place, true);
		if (rng_chance(rng, 30))
			give(server, rng, ia, to, place, false);
		break;
	case SERVER_LEAVES_OUT:
		give(server, rng, ia, to, place, true);
		break;
	case SERVER_GOOD:
	case SERVER_SILENT:
	case SERVER_REOFFERS:
	case SERVER_MIXED:
	case SERVER_MODES:
		good_ia(server, rng, from, index, to, place);
		break;
	}
}

/* Declined addresses are not given again; a released lease is free. */
static void take_back(struct server *server, const struct message *from)
{
	for (unsigned int i = 0; i < from->n_bindings; i++) {
		const struct message_binding *binding = &from->binding[i];
		struct slot *slot = find_slot(server, from, binding);

		if (slot && from->type == MESSAGE_DECLINE)
			slot->declined = true;
		else if (slot)
			pool_drop(server->pool, slot);
	}
}

/* Options only, with refresh times of all kinds. */
static void answer_information(const struct server *server, struct rng *rng, struct message *to)
{
	static const uint32_t times[] = { 0, 1, 600, 3600, 86400, UINT32_MAX };

	if (server->mode == SERVER_UNSPEC_FAIL)
		set_status(&to->status, STATUS_UNSPEC_FAIL);
	to->has_refresh_time = rng_chance(rng, 80);
	to->refresh_time = to->has_refresh_time ? times[rng_below(rng, 6)] : 0;
	to->has_inf_max_rt = server->max_rt >= 60 && server->max_rt <= 86400;
	to->inf_max_rt = to->has_inf_max_rt ? server->max_rt : 0;
}

static void answer_end(struct server *server, const struct message *from, struct message *to)
{
	take_back(server, from);
	switch (server->style % 4) {
	case 0:
		set_status(&to->status, STATUS_SUCCESS);
		break;
	case 1:
		for (unsigned int i = 0; i < from->n_ias; i++) {
			to->ia[i] = (struct message_ia){ .type = from->ia[i].type,
							 .iaid = from->ia[i].iaid };
			set_status(&to->ia[i].status, STATUS_NO_BINDING);
			to->n_ias++;
		}
		break;
	case 2:
		set_status(&to->status, STATUS_UNSPEC_FAIL);
		break;
	default:
		break;
	}
}

static void answer_confirm(struct server *server, const struct message *from, struct message *to)
{
	bool ours = true;

	for (unsigned int i = 0; i < from->n_bindings; i++)
		ours &= from->binding[i].addr.s6_addr[5] == (uint8_t)server->pool->net;
	if (server->mode == SERVER_UNSPEC_FAIL)
		set_status(&to->status, STATUS_UNSPEC_FAIL);
	else if (!ours || server->mode == SERVER_NOT_ON_LINK)
		set_status(&to->status, STATUS_NOT_ON_LINK);
	else if (server->style % 2)
		set_status(&to->status, STATUS_SUCCESS);
}

static void answer_leases(struct server *server, struct rng *rng, const struct message *from,
			  struct message *to)
{
	bool top = (server->style & 4) != 0;
	enum server_mode mode = server->mode;

	/* Some promise first and refuse then. */
	if (to->type == MESSAGE_ADVERTISE && (server->style & 16) != 0)
		server->mode = SERVER_GOOD;

	if (top && server->mode == SERVER_UNSPEC_FAIL) {
		set_status(&to->status, STATUS_UNSPEC_FAIL);
	} else if (top && server->mode == SERVER_NOT_ON_LINK) {
		set_status(&to->status, STATUS_NOT_ON_LINK);
	} else if (top && server->mode == SERVER_NOTHING_LEFT) {
		set_status(&to->status, STATUS_NO_ADDRS_AVAIL);
	} else {
		for (unsigned int i = 0; i < from->n_ias; i++)
			answer_ia(server, rng, from, i, to);
	}
	server->mode = mode;
	if (server->max_rt > 0) {
		to->has_sol_max_rt = true;
		to->sol_max_rt = server->max_rt;
	}
	if (server->registers)
		options_add(&to->options, OPTION_ADDR_REG_ENABLE, NULL, 0);
	if ((server->style & 8) != 0)
		options_add(&to->options, OPTION_DNS_SERVERS, &server->dns, sizeof(server->dns));
}

bool server_answer(struct server *server, struct rng *rng, const struct message *from,
		   struct message *to)
{
	memset(to, 0, sizeof(*to));
	if (!server->alive || server->mode == SERVER_SILENT)
		return false;
	if (from->server_id.size > 0 && !duid_equal(&from->server_id, &server->duid))
		return false;
	to->type = MESSAGE_REPLY;
	to->xid = from->xid;
	to->client_id = from->client_id;
	to->server_id = server->duid;
	switch (from->type) {
	case MESSAGE_SOLICIT:
		to->rapid_commit = from->rapid_commit && server->rapid;
		if (!to->rapid_commit)
			to->type = MESSAGE_ADVERTISE;
		to->has_preference = !to->rapid_commit && server->preference >= 0;
		to->preference = to->has_preference ? (uint8_t)server->preference : 0;
		answer_leases(server, rng, from, to);
		return true;
	case MESSAGE_REQUEST:
	case MESSAGE_RENEW:
	case MESSAGE_REBIND:
		answer_leases(server, rng, from, to);
		return true;
	case MESSAGE_CONFIRM:
		answer_confirm(server, from, to);
		return true;
	case MESSAGE_INFORMATION_REQUEST:
		answer_information(server, rng, to);
		return true;
	case MESSAGE_RELEASE:
	case MESSAGE_DECLINE:
		answer_end(server, from, to);
		return true;
	case MESSAGE_ADDR_REG_INFORM:
		to->type = MESSAGE_ADDR_REG_REPLY;
		to->options = from->options;
		return true;
	default:
		return false;
	}
}

/* Protocol 3, algorithm 1, RDM 0 (RFC 9915 section 20.4); returns where the value stands. */
static size_t put_auth(struct server *server, struct cursor *out, uint8_t type,
		       const uint8_t *value)
{
	size_t mark = begin_option(out, OPTION_AUTH);

	put_u24(out, 0x030100);
	put_u64(out, ++server->replay);
	put_u8(out, type);
	put_bytes(out, value, RKAP_VALUE);
	end_option(out, mark);
	return out->at - RKAP_VALUE;
}

static const uint8_t key[RKAP_VALUE] = "a reconfigure k";

void server_put_key(struct server *server, struct cursor *out)
{
	put_auth(server, out, 1, key);
}

size_t server_reconfigure(struct server *server, struct rng *rng, const struct message *from,
			  bool right, uint8_t bytes[static SERVER_RECONFIGURE])
{
	static const uint8_t wishes[] = { MESSAGE_RENEW, MESSAGE_REBIND,
					  MESSAGE_INFORMATION_REQUEST };
	static const uint8_t zeros[RKAP_VALUE];
	static struct message message;
	struct cursor out = cursor_writer(bytes, SERVER_RECONFIGURE);
	struct hmac_md5_ctx hmac;
	size_t at;

	memset(&message, 0, sizeof(message));
	message.type = MESSAGE_RECONFIGURE;
	message.client_id = from->client_id;
	message.server_id = server->duid;
	message.reconf_msg = wishes[rng_below(rng, 3)];
	message_build(&message, &out);
	at = put_auth(server, &out, 2, zeros);
	hmac_md5_set_key(&hmac, sizeof(key), key);
	hmac_md5_update(&hmac, out.at, bytes);
	hmac_md5_digest(&hmac, RKAP_VALUE, bytes + at);
	if (!right)
		bytes[at + rng_below(rng, RKAP_VALUE)] ^= (uint8_t)(1U << rng_below(rng, 8));
	return out.at;
}
