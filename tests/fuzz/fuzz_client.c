/* SPDX-License-Identifier: MPL-2.0 */

/*
 * The input is a story: each octet says what happens next to a client, those behind it
 * how. Messages from servers, good and damaged, time, the link, the kernel's verdicts,
 * scripts, kill -9. The simulator's rules must hold after each step.
 */

#include <stdbool.h>
#include <string.h>

#include "core/client.h"
#include "core/wire.h"
#include "fuzz.h"
#include "rules.h"

#define SECOND	  1000
#define TIMEOUTS  300 /* in one stretch of time: some leases live for a second only */
#define ADDRESSES 8   /* that servers give */

struct story {
	struct cursor in;
	msec now;
	uint64_t dice;
	bool link;
	struct client client;
	struct client_config config;
	struct rules rules;
	struct message scratch;
};

static struct story story;

static void check(bool timer)
{
	rules_settled(&story.rules, &story.client, timer, story.now);
	if (story.rules.broken[0] == '\0')
		return;
	fprintf(stderr, "%s\n", story.rules.broken);
	abort();
}

static uint32_t roll(void *context)
{
	struct story *s = context;

	do
		s->dice = s->dice * 6364136223846793005U + 1442695040888963407U;
	while ((s->dice >> 32 & 0xffffff) == s->rules.xid);
	return (uint32_t)(s->dice >> 32);
}

static void act(void *context, const struct action *action)
{
	struct story *s = context;
	struct kernel *kernel = &s->rules.kernel;
	const struct in6_addr *addr = &action->address.addr;
	struct kernel_address *address;

	rules_action(&s->rules, &s->client, action, s->now);
	switch (action->type) {
	case ACTION_ADDRESS_ADD:
	case ACTION_ADDRESS_UPDATE:
		address = kernel_find(kernel, addr);
		if (!address && action->type == ACTION_ADDRESS_ADD)
			address = kernel_add(kernel, addr, action->address.valid, s->now);
		if (!address)
			break;
		address->orphan = false;
		if (action->type == ACTION_ADDRESS_ADD)
			address->told = false;
		if (!address->foreign)
			address->until = kernel_until(action->address.valid, s->now);
		break;
	case ACTION_ADDRESS_REMOVE:
		kernel_remove(kernel, addr);
		break;
	case ACTION_SEND:
	case ACTION_SCRIPT:
	case ACTION_SAVE:
	case ACTION_SAVE_KEY:
	case ACTION_PROBE:
	case ACTION_ASK_ROUTER:
	case ACTION_READY:
	case ACTION_DONE:
	case ACTION_NOTE:
		break;
	}
}

static void tell(const struct in6_addr *addr, enum address_event event)
{
	if (event == ADDRESS_DUPLICATE)
		rules_conflict(&story.rules, &story.client, addr, story.now);
	client_address(&story.client, addr, event, story.now);
	check(false);
}

static void end_lifetimes(msec until)
{
	struct kernel_address *ending;

	while ((ending = kernel_next_end(&story.rules.kernel)) && ending->until <= until) {
		struct in6_addr addr = ending->addr;

		if (ending->until > story.now)
			story.now = ending->until;
		kernel_remove(&story.rules.kernel, &addr);
		tell(&addr, ADDRESS_GONE);
	}
}

/* Time goes by; `late`: without the timer. */
static void pass(msec duration, bool late)
{
	msec until = story.now + duration;

	for (unsigned int i = 0; i < TIMEOUTS && !late && !story.rules.done; i++) {
		msec deadline = client_deadline(&story.client);

		if (deadline > until)
			break;
		end_lifetimes(deadline);
		if (client_deadline(&story.client) > story.now)
			story.now = client_deadline(&story.client) < until
					    ? client_deadline(&story.client)
					    : until;
		client_timeout(&story.client, story.now);
		check(true);
	}
	end_lifetimes(until);
	if (story.now < until)
		story.now = until;
}

static void pass_some(void)
{
	static const msec units[] = { 1,	   10,		 100,		SECOND,
				      10 * SECOND, 100 * SECOND, 3600 * SECOND, 86400 * SECOND };
	uint8_t how = get_u8(&story.in);

	pass(units[how % 8] * (1 + (how >> 4)), (how & 8) != 0);
}

static uint32_t seconds(void)
{
	static const uint32_t some[] = { 0, 1, 2, 10, 60, 600, 3600, 86400, INFINITE_TIME };
	uint8_t which = get_u8(&story.in);

	return which < 200 ? some[which % 9] : get_u32(&story.in);
}

static struct in6_addr address_of(unsigned int number)
{
	struct in6_addr addr = { { { 0x20, 1, 0xd, 0xb8, [15] = 1 } } };

	addr.s6_addr[14] = (uint8_t)(number % ADDRESSES);
	return addr;
}

static struct duid server(unsigned int number)
{
	uint8_t mac[6] = { 2, 0, 0, 0, 1, (uint8_t)(number % 3) };

	return duid_ll(1, mac, sizeof(mac));
}

static void status(struct status *to)
{
	uint8_t code = get_u8(&story.in);

	to->present = (code & 0x30) == 0x30;
	to->code = to->present ? code & 7 : STATUS_SUCCESS;
}

static void add_ia(struct message *message, unsigned int which)
{
	struct message_ia *ia = &message->ia[message->n_ias];
	unsigned int n = get_u8(&story.in) % 5;

	ia->type = story.config.ia[which].type;
	ia->iaid = story.config.ia[which].iaid;
	ia->t1 = seconds();
	ia->t2 = seconds();
	status(&ia->status);
	for (unsigned int i = 0; i < n && message->n_bindings < MESSAGE_BINDINGS; i++) {
		struct message_binding *binding = &message->binding[message->n_bindings++];

		binding->addr = address_of(get_u8(&story.in));
		binding->prefix_len = ia->type == OPTION_IA_PD ? 64 : 128;
		if (ia->type == OPTION_IA_PD) {
			binding->addr.s6_addr[7] = binding->addr.s6_addr[14];
			memset(&binding->addr.s6_addr[8], 0, 8);
		}
		binding->ia = message->n_ias;
		binding->preferred = seconds();
		binding->valid = seconds();
	}
	message->n_ias++;
}

static void deliver(const uint8_t *bytes, size_t size, bool multicast)
{
	const struct in6_addr to = { .s6_addr = { multicast ? 0xff : 0xfe, multicast ? 2 : 0x80 } };
	struct stamp stamp = { .at = story.now, .epoch = story.now / SECOND };

	rules_delivered(&story.rules, &story.client, bytes, size, story.now);
	client_receive(&story.client, bytes, size, &to, stamp, &story.scratch);
	check(false);
}

/* A message that the running exchange accepts, from the shape of it. */
static void answer(void)
{
	static uint8_t bytes[CLIENT_MESSAGE_SIZE * 2];
	static struct message message;
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	uint8_t how = get_u8(&story.in);
	bool advertise = client_message_state(&story.client) == SOLICITING && (how & 0xc0) != 0;

	memset(&message, 0, sizeof(message));
	message.type = advertise ? MESSAGE_ADVERTISE : MESSAGE_REPLY;
	message.xid = story.client.exchange.xid;
	message.client_id = story.config.duid;
	message.server_id = (how & 3) == 3 ? server(how >> 2) : story.client.target;
	if (message.server_id.size == 0 || message.server_id.size > DUID_MAX)
		message.server_id = server(how >> 2);
	message.rapid_commit = !advertise;
	message.has_preference = advertise && (how & 4) != 0;
	message.preference = (how & 8) != 0 ? UINT8_MAX : 1;
	message.has_sol_max_rt = (how & 0x30) == 0x30;
	message.sol_max_rt = 60U + how;
	status(&message.status);
	for (unsigned int i = 0; i < story.config.n_ias; i++)
		if (get_u8(&story.in) % 8 != 0)
			add_ia(&message, i);
	message_build(&message, &out);
	deliver(bytes, out.at, false);
}

/* Octets as they are, but for what every message needs to be looked at. */
static void raw(void)
{
	static uint8_t bytes[2048];
	uint8_t how = get_u8(&story.in);
	size_t size = cursor_left(&story.in) < sizeof(bytes) - 64 ? cursor_left(&story.in)
								  : sizeof(bytes) - 64;
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	struct duid id = server(how);

	if (size > (size_t)how * 4)
		size = (size_t)how * 4;
	put_u8(&out, how % 3 != 0 ? MESSAGE_REPLY : MESSAGE_ADVERTISE);
	put_u24(&out, story.client.exchange.xid);
	put_u16(&out, OPTION_CLIENTID);
	put_u16(&out, story.config.duid.size);
	put_bytes(&out, story.config.duid.bytes, story.config.duid.size);
	put_u16(&out, OPTION_SERVERID);
	put_u16(&out, id.size);
	put_bytes(&out, id.bytes, id.size);
	put_bytes(&out, get_span(&story.in, size), size);
	deliver(bytes, out.at, how == 255);
}

/* The kernel says something of an address that is there. */
static void kernel_says(void)
{
	struct kernel *kernel = &story.rules.kernel;
	uint8_t which = get_u8(&story.in);
	enum address_event event = get_u8(&story.in) % (ADDRESS_REFUSED + 1);
	struct kernel_address *address;
	struct in6_addr addr;

	if (kernel->n == 0)
		return;
	address = &kernel->address[which % kernel->n];
	addr = address->addr;
	switch (event) {
	case ADDRESS_UNIQUE:
		address->tentative = address->failed;
		break;
	case ADDRESS_TENTATIVE:
		if (!address->foreign)
			address->tentative = true;
		break;
	case ADDRESS_KEPT:
		if (!address->tentative || address->failed || address->foreign)
			return;
		address->tentative = false;
		break;
	case ADDRESS_FOREIGN:
		/* The host says so when it adds one, not later. */
		if (!address->tentative || address->failed || address->orphan)
			return;
		address->foreign = true;
		address->told = true;
		address->tentative = false;
		address->until = NEVER;
		break;
	case ADDRESS_DUPLICATE:
		address->tentative = true;
		address->failed = true;
		if (address->until != NEVER)
			kernel_remove(kernel, &addr);
		break;
	case ADDRESS_UNASKED:
		break;
	case ADDRESS_GONE:
	case ADDRESS_MISSING:
	case ADDRESS_REFUSED:
		kernel_remove(kernel, &addr);
		break;
	}
	if (event == ADDRESS_UNIQUE && address->failed)
		return;
	tell(&addr, event);
}

static void script_ends(void)
{
	struct in6_addr addr = address_of(get_u8(&story.in));
	uint8_t how = get_u8(&story.in);
	enum script_reason reason = how % SCRIPT_REASONS;
	int code = (how & 0x80) != 0 ? 3 : 0;

	if (code == 3 && (reason == REASON_BOUND6 || reason == REASON_RENEW6 ||
			  reason == REASON_REBIND6 || reason == REASON_TENTATIVE6))
		rules_conflict(&story.rules, &story.client, &addr, story.now);
	client_script_status(&story.client, reason, &addr, code, story.now);
	check(false);
}

static void set_link(bool usable)
{
	story.link = usable;
	client_link(&story.client, usable, story.now);
	check(false);
}

static void start(void)
{
	struct client_ops ops = { .act = act, .random = roll, .context = &story };

	kernel_orphan_all(&story.rules.kernel);
	rules_restart(&story.rules);
	client_init(&story.client, &story.config, &ops, story.now);
	if (story.rules.has_file)
		client_restore(&story.client, &story.rules.file, story.now);
	client_start(&story.client, story.now);
	story.rules.started = true;
	check(false);
	set_link(story.link);
}

static void happen(uint8_t what)
{
	switch (what % 12) {
	case 0:
	case 1:
	case 2:
		answer();
		break;
	case 3:
	case 4:
		pass_some();
		break;
	case 5:
	case 6:
		kernel_says();
		break;
	case 7:
		raw();
		break;
	case 8:
		script_ends();
		break;
	case 9:
		set_link((what & 0x30) != 0);
		break;
	case 10:
		client_scripts_done(&story.client, story.now);
		check(false);
		break;
	default:
		if ((what & 0xc0) == 0)
			client_release(&story.client, story.now);
		else if ((what & 0xc0) == 0x40)
			client_stop(&story.client, (what & 0x20) != 0, story.now);
		else
			start();
		check(false);
		break;
	}
	if (story.rules.done)
		start();
}

static void configure(uint8_t how)
{
	struct client_config *config = &story.config;
	unsigned int n = 1 + how % 4;

	config->duid = server(255);
	config->duid.bytes[4] = 0xcc;
	for (unsigned int i = 0; i < n; i++) {
		config->ia[i].type = i == 0 || (how >> 4 & 1U << i) == 0 ? OPTION_IA_NA
									 : OPTION_IA_PD;
		config->ia[i].iaid = 1 + i;
		config->n_ias++;
	}
	config->rapid_commit = (how & 4) != 0;
	config->address_prefix_len = 128;
	config->rate_messages = 20;
	config->rate_seconds = 20;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	memset(&story, 0, sizeof(story));
	story.in = cursor_reader(data, size);
	story.now = 1;
	story.link = true;
	rules_init(&story.rules);
	configure(get_u8(&story.in));
	story.dice = get_u8(&story.in);
	start();
	while (cursor_left(&story.in) > 0)
		happen(get_u8(&story.in));
	pass(600 * SECOND, false);
	return 0;
}
