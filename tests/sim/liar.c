/* SPDX-License-Identifier: MPL-2.0 */
#include "liar.h"

#include <string.h>

static const char *const names[LIES] = {
	[LIE_XID] = "another transaction id",
	[LIE_CLIENT] = "another client's identifier",
	[LIE_SERVER] = "another server's identifier",
	[LIE_NO_CLIENT] = "no Client Identifier",
	[LIE_NO_SERVER] = "no Server Identifier",
	[LIE_TYPE] = "another type",
	[LIE_RAPID] = "Rapid Commit the other way",
	[LIE_TIMES] = "times that contradict",
	[LIE_TWICE] = "an address twice",
	[LIE_OTHER_IA] = "an IA that nobody asked for",
	[LIE_BAD_ADDRESS] = "an address to which nobody can be bound",
	[LIE_STATUS] = "a status",
	[LIE_MAX_RT] = "a maximum RT out of range",
	[LIE_REPEATED] = "options that are repeated",
	[LIE_GARBAGE] = "options that make no sense",
};

const char *lie_name(enum lie lie)
{
	return names[lie];
}

static struct duid other_duid(struct rng *rng)
{
	uint8_t address[6];

	for (unsigned int i = 0; i < sizeof(address); i++)
		address[i] = (uint8_t)rng_next(rng);
	address[0] = 0xfe; /* nobody's here */
	return duid_ll(1, address, sizeof(address));
}

static void twist_times(struct rng *rng, struct message *message)
{
	for (unsigned int i = 0; i < message->n_ias; i++)
		if (message->ia[i].type != OPTION_IA_TA) {
			message->ia[i].t1 = 1 + rng_below(rng, 1000);
			message->ia[i].t2 = rng_below(rng, message->ia[i].t1);
		}
	for (unsigned int i = 0; i < message->n_bindings; i++)
		if (rng_chance(rng, 50))
			message->binding[i].preferred = message->binding[i].valid + 1;
}

/* The copy comes behind all others of its IA: the parser keeps them in that order. */
static void twist_twice(struct rng *rng, struct message *message)
{
	unsigned int i;

	if (message->n_bindings == 0 || message->n_bindings == MESSAGE_BINDINGS)
		return;
	i = rng_below(rng, message->n_bindings);
	memmove(&message->binding[i + 1], &message->binding[i],
		(message->n_bindings - i) * sizeof(message->binding[0]));
	message->n_bindings++;
	if (rng_chance(rng, 30))
		message->binding[i + 1].valid = message->binding[i + 1].preferred = 0;
	else if (rng_chance(rng, 30))
		message->binding[i].valid = message->binding[i].preferred = 0;
	else
		message->binding[i + 1].valid /= 2;
}

static void twist_ias(struct rng *rng, struct message *message)
{
	for (unsigned int i = 0; i < message->n_ias; i++)
		if (rng_chance(rng, 50))
			message->ia[i].iaid += 100 + rng_below(rng, 100);
}

static void twist_addresses(struct rng *rng, struct message *message)
{
	static const struct in6_addr bad[] = {
		{ { { 0 } } },
		{ { { [15] = 1 } } },
		{ { { 0xff, 2, [15] = 1 } } },
		{ { { 0xfe, 0x80, [15] = 9 } } },
	};

	for (unsigned int i = 0; i < message->n_bindings; i++)
		if (rng_chance(rng, 50))
			message->binding[i].addr = bad[rng_below(rng, 4)];
}

static void twist_status(struct rng *rng, struct message *message)
{
	struct status *status = &message->status;

	if (message->n_ias > 0 && rng_chance(rng, 70))
		status = &message->ia[rng_below(rng, message->n_ias)].status;
	memset(status, 0, sizeof(*status));
	status->present = true;
	status->code = (uint16_t)rng_below(rng, rng_chance(rng, 80) ? 8 : 65536);
}

bool liar_twist(struct rng *rng, enum lie lie, struct message *message)
{
	static const uint8_t types[] = { MESSAGE_ADVERTISE, MESSAGE_REPLY, MESSAGE_SOLICIT,
					 MESSAGE_RENEW, 13 };

	switch (lie) {
	case LIE_XID:
		message->xid ^= 1U << rng_below(rng, 24);
		return false; /* by chance it can be that of the client's next message */
	case LIE_CLIENT:
		message->client_id = other_duid(rng);
		return true;
	case LIE_SERVER:
		message->server_id = other_duid(rng);
		return false;
	case LIE_NO_CLIENT:
		message->client_id.size = 0;
		return false; /* an anonymous client has given none */
	case LIE_NO_SERVER:
		message->server_id.size = 0;
		return true;
	case LIE_TYPE:
		message->type = types[rng_below(rng, 5)];
		return message->type != MESSAGE_ADVERTISE && message->type != MESSAGE_REPLY;
	case LIE_RAPID:
		message->rapid_commit = !message->rapid_commit;
		return false;
	case LIE_TIMES:
		twist_times(rng, message);
		return false;
	case LIE_TWICE:
		twist_twice(rng, message);
		return false;
	case LIE_OTHER_IA:
		twist_ias(rng, message);
		return false;
	case LIE_BAD_ADDRESS:
		twist_addresses(rng, message);
		return false;
	case LIE_STATUS:
		twist_status(rng, message);
		return false;
	case LIE_MAX_RT:
		message->has_sol_max_rt = message->has_inf_max_rt = true;
		message->sol_max_rt = rng_chance(rng, 50) ? rng_below(rng, 60) : rng_next(rng);
		message->inf_max_rt = rng_chance(rng, 50) ? rng_below(rng, 60) : rng_next(rng);
		return false;
	case LIE_REPEATED:
	case LIE_GARBAGE:
	case LIES:
		break;
	}
	return false;
}

static void put_random(struct rng *rng, struct cursor *out, uint16_t code, uint32_t size)
{
	size_t mark = begin_option(out, code);

	while (size-- > 0)
		put_u8(out, (uint8_t)rng_next(rng));
	end_option(out, mark);
}

void liar_append(struct rng *rng, enum lie lie, struct cursor *out)
{
	static const uint16_t once[] = { OPTION_PREFERENCE,   OPTION_STATUS_CODE,
					 OPTION_RAPID_COMMIT, OPTION_SOL_MAX_RT,
					 OPTION_INF_MAX_RT,   OPTION_INFORMATION_REFRESH_TIME };
	static const uint16_t codes[] = { OPTION_IA_NA,	      OPTION_IA_PD,	OPTION_IA_TA,
					  OPTION_IAADDR,      OPTION_RELAY_MSG, OPTION_DNS_SERVERS,
					  OPTION_DOMAIN_LIST, OPTION_NTP_SERVER };

	if (lie == LIE_REPEATED)
		for (unsigned int i = 1 + rng_below(rng, 3); i-- > 0;)
			put_random(rng, out, once[rng_below(rng, 6)], 1 + rng_below(rng, 4));
	if (lie == LIE_GARBAGE)
		for (unsigned int i = 1 + rng_below(rng, 4); i-- > 0;)
			put_random(rng, out,
				   rng_chance(rng, 70) ? codes[rng_below(rng, 8)]
						       : (uint16_t)rng_next(rng),
				   rng_below(rng, 60));
}
