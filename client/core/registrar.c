/* SPDX-License-Identifier: MPL-2.0 */
#include "core/registrar.h"

#include <assert.h>
#include <string.h>

#include "core/exchange.h"
#include "core/option.h"
#include "core/wire.h"

/* RFC 9686 section 4.5 (C-REG-4). */
#define IRT 1000 /* ms */
#define MRC 3	 /* transmissions */

/* RFC 9686 section 4.6 (C-REG-5). */
#define REFRESH_STATIC	 (4 * 3600 * (msec)1000) /* ms: an address that is valid for ever */
#define REFRESH_COALESCE (60 * (msec)1000)	 /* ms */
#define MULTIPLIER_MIN	 900			 /* 1/1000 */
#define MULTIPLIER_MAX	 1100

/* ms: lifetimes come in whole seconds, so less is no change even where it is more than 1 %. */
#define ROUNDING 1000

/* Not of global scope (RFC 4007); unique local addresses, fc00::/7, are. */
static bool is_global(const struct in6_addr *addr)
{
	static const uint8_t zeros[15], mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *octets = addr->s6_addr;

	if (memcmp(octets, zeros, sizeof(zeros)) == 0 && octets[15] <= 1) /* ::, ::1 */
		return false;
	if (memcmp(octets, mapped, sizeof(mapped)) == 0)
		return false;
	if (octets[0] == 0xfe && (octets[1] & 0x80)) /* fe80::/10 and, once site-local, fec0::/10 */
		return false;
	return octets[0] != 0xff;
}

static struct registration *find(struct registrar *r, const struct in6_addr *addr)
{
	for (unsigned int i = 0; i < r->n; i++)
		if (IN6_ARE_ADDR_EQUAL(&r->address[i].addr, addr))
			return &r->address[i];
	return NULL;
}

static msec valid_until(const struct registration *reg)
{
	return msec_after(reg->since, reg->valid);
}

/* Seconds left of a lifetime, rounded down. */
static uint32_t left(const struct registration *reg, uint32_t lifetime, msec now)
{
	msec until = msec_after(reg->since, lifetime);

	if (until == NEVER)
		return INFINITE_TIME;
	return until > now ? (uint32_t)((until - now) / 1000) : 0;
}

/* AddrRegRefreshInterval: 80 % of the valid lifetime, made unequal to that of other hosts. */
static msec interval(const struct registrar *r, uint32_t valid)
{
	return valid == INFINITE_TIME ? REFRESH_STATIC : (msec)valid * 800 * r->multiplier / 1000;
}

/* Does the address end at another time than servers know, by more than 1 %? */
static bool has_changed(const struct registration *reg, msec now)
{
	msec until = valid_until(reg);
	msec difference;

	if (until == NEVER || reg->told_until == NEVER)
		return until != reg->told_until;
	difference = until > reg->told_until ? until - reg->told_until : reg->told_until - until;
	return difference > ROUNDING && difference * 100 > reg->told_until - now;
}

/*
 * When it is to be told again: with a finite lifetime only if that has changed, for else it ends
 * when servers expect it to.
 */
static msec refresh_at(const struct registrar *r, const struct registration *reg, msec now)
{
	msec at;

	if (reg->valid != INFINITE_TIME && !has_changed(reg, now))
		return NEVER;
	at = now + interval(r, left(reg, reg->valid, now));
	return at < reg->refresh_by ? at : reg->refresh_by;
}

static void settle(const struct registrar *r, struct registration *reg, msec now)
{
	reg->running = false;
	reg->deadline = refresh_at(r, reg, now);
}

/* Once begun it does not stop before the link does (RFC 9686 section 4.4). */
static bool is_active(const struct registrar *r)
{
	return r->offered && (r->allowed || r->multiplier > 0);
}

void registrar_init(struct registrar *r)
{
	*r = (struct registrar){ 0 };
}

void registrar_attach(struct registrar *r, msec now)
{
	r->offered = false;
	r->multiplier = 0;
	for (unsigned int i = 0; i < r->n; i++) {
		const struct registration *old = &r->address[i];

		r->address[i] = (struct registration){ .addr = old->addr,
						       .preferred = old->preferred,
						       .valid = old->valid,
						       .since = old->since,
						       .deadline = now };
	}
}

void registrar_offer(struct registrar *r)
{
	r->offered = true;
}

void registrar_allow(struct registrar *r, bool allowed)
{
	r->allowed = allowed;
}

void registrar_address(struct registrar *r, const struct in6_addr *addr, uint32_t preferred,
		       uint32_t valid, msec now)
{
	struct registration *reg = find(r, addr);

	if (valid == 0) {
		registrar_forget(r, addr);
		return;
	}
	if (!reg) {
		if (!is_global(addr) || r->n == REGISTRAR_ADDRESSES)
			return;
		reg = &r->address[r->n++];
		*reg = (struct registration){ .addr = *addr, .deadline = now };
	}
	reg->preferred = preferred;
	reg->valid = valid;
	reg->since = now;
	/* A message that is to come anyway carries the new lifetimes (C-REG-4). */
	if (reg->told && !reg->running)
		reg->deadline = refresh_at(r, reg, now);
}

void registrar_forget(struct registrar *r, const struct in6_addr *addr)
{
	struct registration *reg = find(r, addr);

	if (!reg)
		return;
	r->n--;
	memmove(reg, reg + 1, (size_t)(&r->address[r->n] - reg) * sizeof(*reg));
}

msec registrar_deadline(const struct registrar *r)
{
	msec deadline = NEVER;

	if (!is_active(r))
		return NEVER;
	for (unsigned int i = 0; i < r->n; i++)
		if (r->address[i].deadline < deadline)
			deadline = r->address[i].deadline;
	return deadline;
}

/* What has ended is not valid any more (C-REG-3). */
static void forget_ended(struct registrar *r, msec now)
{
	for (unsigned int i = r->n; i-- > 0;)
		if (left(&r->address[i], r->address[i].valid, now) == 0)
			registrar_forget(r, &r->address[i].addr);
}

/* The one that has waited longest, or NULL. */
static struct registration *find_due(struct registrar *r, msec now)
{
	struct registration *due = NULL;

	for (unsigned int i = 0; i < r->n; i++)
		if (r->address[i].deadline <= now &&
		    (!due || r->address[i].deadline < due->deadline))
			due = &r->address[i];
	return due;
}

/* Refreshes that are near go along (RFC 9686 section 4.6.3). */
static void coalesce(struct registrar *r, msec now)
{
	for (unsigned int i = 0; i < r->n; i++) {
		struct registration *reg = &r->address[i];

		if (reg->told && !reg->running && reg->deadline > now &&
		    reg->deadline <= now + REFRESH_COALESCE)
			reg->deadline = now;
	}
}

/* A new exchange: every refresh has a transaction id of its own (RFC 9686 section 4.6). */
static void begin(struct registrar *r, struct registration *reg, uint32_t xid, msec now)
{
	reg->xid = xid & 0xffffff;
	reg->sent = 0;
	reg->rt = 0;
	reg->first_sent = now;
	reg->running = true;
	reg->answered = false;
	if (reg->told)
		coalesce(r, now);
}

bool registrar_take(struct registrar *r, msec now, uint32_t (*random)(void *context), void *context,
		    struct registration_due *due)
{
	struct registration *reg;
	bool again;

	forget_ended(r, now);
	reg = is_active(r) ? find_due(r, now) : NULL;
	if (!reg)
		return false;
	if (r->multiplier == 0)
		r->multiplier = (uint16_t)(MULTIPLIER_MIN +
					   random(context) % (MULTIPLIER_MAX - MULTIPLIER_MIN + 1));
	again = reg->told && !reg->running;
	if (!reg->running)
		begin(r, reg, random(context), now);
	reg->sent++;
	reg->rt = exchange_next_rt(reg->rt, IRT, 0, exchange_rand(random(context), false));
	reg->deadline = now + reg->rt;
	reg->told = true;
	reg->told_until = valid_until(reg);
	reg->refresh_by = now + interval(r, left(reg, reg->valid, now));
	*due = (struct registration_due){ .addr = reg->addr,
					  .xid = reg->xid,
					  .elapsed = exchange_elapsed_since(reg->first_sent, now),
					  .preferred = left(reg, reg->preferred, now),
					  .valid = left(reg, reg->valid, now),
					  .again = again,
					  .last = reg->sent == MRC };
	if (reg->sent == MRC)
		settle(r, reg, now);
	return true;
}

void registrar_compose(struct message *message, const struct duid *client,
		       const struct registration_due *due)
{
	uint8_t bytes[sizeof(due->addr) + sizeof(due->preferred) + sizeof(due->valid)];
	struct cursor c = cursor_writer(bytes, sizeof(bytes));
	bool fits;

	put_addr(&c, &due->addr);
	put_u32(&c, due->preferred);
	put_u32(&c, due->valid);
	memset(message, 0, sizeof(*message));
	message->type = MESSAGE_ADDR_REG_INFORM;
	message->xid = due->xid;
	message->client_id = *client;
	message->has_elapsed = true;
	message->elapsed = due->elapsed;
	fits = options_add(&message->options, OPTION_IAADDR, bytes, c.at);
	assert(fits);
	(void)fits;
}

/* Is the IA Address option of the message there, whole, and for `addr`? */
static bool is_about(const struct message *message, const struct in6_addr *addr)
{
	struct cursor data;
	struct in6_addr about;

	if (!options_find(&message->options, OPTION_IAADDR, &data))
		return false;
	about = get_addr(&data);
	get_u32(&data);
	get_u32(&data);
	return !data.bad && IN6_ARE_ADDR_EQUAL(&about, addr);
}

enum refusal registrar_reply(struct registrar *r, const struct message *reply,
			     const struct in6_addr *destination, msec now)
{
	struct registration *reg = find(r, destination);

	if (!reg || !reg->told || reg->answered)
		return REFUSED_UNEXPECTED;
	if (reply->xid != reg->xid)
		return REFUSED_XID;
	if (!is_about(reply, destination))
		return REFUSED_OTHER_ADDRESS;
	reg->answered = true;
	if (reg->running)
		settle(r, reg, now);
	return REFUSED_NOT;
}
