/* SPDX-License-Identifier: MPL-2.0 */
#include "scene.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

struct scene scene;

struct in6_addr ip6(const char *text)
{
	struct in6_addr addr;

	cr_assert_eq(inet_pton(AF_INET6, text, &addr), 1, "%s", text);
	return addr;
}

struct duid server(uint8_t number)
{
	const uint8_t mac[6] = { 2, 0, 0, 0, 1, number };

	return duid_ll(1, mac, sizeof(mac));
}

struct stamp stamp(msec at)
{
	return (struct stamp){ .at = at, .epoch = 1700000000 + at / 1000 };
}

static uint32_t next_random(void *context)
{
	struct scene *s = context;

	s->random = s->random * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(s->random >> 32);
}

static void keep_call(struct scene_action *kept, const struct script_call *call)
{
	cr_assert_lt(scene.n_calls, sizeof(scene.call) / sizeof(scene.call[0]));
	kept->index = scene.n_calls;
	scene.call[scene.n_calls++] = *call;
}

static void keep_message(struct scene_action *kept, const struct action *action)
{
	enum refusal refusal =
		message_parse(&scene.sent, action->message.bytes, action->message.size);

	cr_assert_eq(refusal, REFUSED_NOT, "what was sent: %s", refusal_name(refusal));
	cr_expect_eq(scene.sent.notes, 0, "message %u was sent with notes %x", scene.sent.type,
		     scene.sent.notes);
	scene.sent_from = action->message.source;
	kept->message = scene.sent.type;
	scene.sent_at = scene.now;
	scene.sends++;
}

static void act(void *context, const struct action *action)
{
	struct scene_action *kept = &scene.action[scene.n];

	cr_assert_eq(context, &scene);
	cr_assert_lt(scene.n, SCENE_ACTIONS);
	scene.n++;
	kept->at = scene.now;
	kept->type = action->type;
	switch (action->type) {
	case ACTION_SEND:
		keep_message(kept, action);
		break;
	case ACTION_ADDRESS_ADD:
	case ACTION_ADDRESS_UPDATE:
	case ACTION_ADDRESS_REMOVE:
		kept->address.addr = action->address.addr;
		kept->address.prefix_len = action->address.prefix_len;
		kept->address.preferred = action->address.preferred;
		kept->address.valid = action->address.valid;
		break;
	case ACTION_SCRIPT:
		keep_call(kept, &action->script);
		break;
	case ACTION_SAVE:
		scene.saved = action->lease;
		break;
	case ACTION_NOTE:
		kept->note.note = action->note.note;
		kept->note.addr = action->note.addr;
		kept->note.number = action->note.number;
		kept->note.extra = action->note.extra;
		break;
	case ACTION_SAVE_KEY:
		scene.key = action->rkap;
		break;
	case ACTION_PROBE:
		kept->probe.addr = action->probe.addr;
		kept->probe.in_place = action->probe.in_place;
		break;
	case ACTION_ASK_ROUTER:
	case ACTION_READY:
	case ACTION_DONE:
		break;
	}
}

void scene_configure(unsigned int n_ias)
{
	struct client_config *config = &scene.config;
	const uint8_t mac[6] = { 2, 0, 0, 0, 0, 2 };

	memset(&scene, 0, sizeof(scene));
	scene.now = 1000 * SECOND;
	scene.random = 20260101;
	config->duid = duid_llt(1, mac, sizeof(mac), 1735689600);
	config->n_ias = (uint8_t)n_ias;
	for (unsigned int i = 0; i < n_ias; i++) {
		config->ia[i].type = OPTION_IA_NA;
		config->ia[i].iaid = 100 + i;
	}
	config->oro[config->n_oro++] = OPTION_DNS_SERVERS;
	config->oro[config->n_oro++] = OPTION_DOMAIN_LIST;
	config->address_prefix_len = 128;
	config->rate_messages = 20;
	config->rate_seconds = 20;
}

void scene_begin_as_configured(void)
{
	const struct client_ops ops = { .act = act, .random = next_random, .context = &scene };

	client_init(&scene.client, &scene.config, &ops, scene.now);
}

void scene_begin(unsigned int n_ias)
{
	scene_configure(n_ias);
	scene_begin_as_configured();
}

void scene_link(bool usable)
{
	client_link(&scene.client, usable, scene.now);
}

void scene_start(void)
{
	client_start(&scene.client, scene.now);
	cr_expect_eq(scene.sends, 0, "nothing is sent without a link");
	scene_link(true);
}

void scene_clear(void)
{
	scene.n = 0;
	scene.n_calls = 0;
}

/* Serves the next deadline up to `end`; false when there is none. */
static bool serve(msec end)
{
	msec deadline = client_deadline(&scene.client);

	if (deadline > end)
		return false;
	if (deadline > scene.now)
		scene.now = deadline;
	client_timeout(&scene.client, scene.now);
	cr_assert_gt(client_deadline(&scene.client), scene.now,
		     "a deadline that is not in the "
		     "future after its work was done");
	return true;
}

void scene_run(msec ms)
{
	msec end = scene.now + ms;

	for (unsigned int i = 0; serve(end); i++)
		cr_assert_lt(i, 100000, "too many deadlines");
	scene.now = end;
}

bool scene_run_to_message(msec limit)
{
	msec end = scene.now + limit;
	unsigned int sends = scene.sends;

	while (scene.sends == sends)
		if (!serve(end)) {
			scene.now = end;
			return false;
		}
	return true;
}

const struct message *scene_expect(unsigned int type)
{
	cr_assert(scene_run_to_message(100 * 24 * HOUR), "no message, %s is awaited",
		  message_type_name(type));
	cr_assert_eq(scene.sent.type, type, "%s, %s is awaited", message_type_name(scene.sent.type),
		     message_type_name(type));
	return &scene.sent;
}

void scene_state(enum lease_state lease, enum message_state message)
{
	enum lease_state is = client_lease_state(&scene.client);
	enum message_state says = client_message_state(&scene.client);

	cr_assert(is == lease && says == message, "%s/%s, not %s/%s", lease_state_name(is),
		  message_state_name(says), lease_state_name(lease), message_state_name(message));
}

struct message *answer(unsigned int type, uint8_t number)
{
	struct message *m = &scene.answer;

	memset(m, 0, sizeof(*m));
	m->type = (uint8_t)type;
	m->xid = scene.sent.xid;
	m->client_id = scene.config.duid;
	m->server_id = server(number);
	return m;
}

struct message_ia *answer_ia(uint32_t iaid, uint32_t t1, uint32_t t2)
{
	struct message_ia *ia = &scene.answer.ia[scene.answer.n_ias++];

	*ia = (struct message_ia){ .type = OPTION_IA_NA, .iaid = iaid, .t1 = t1, .t2 = t2 };
	return ia;
}

struct message_ia *answer_ia_status(uint32_t iaid, uint16_t code)
{
	struct message_ia *ia = answer_ia(iaid, 0, 0);

	ia->status.present = true;
	ia->status.code = code;
	return ia;
}

struct message_binding *answer_address(const char *text, uint32_t preferred, uint32_t valid)
{
	struct message_binding *binding = &scene.answer.binding[scene.answer.n_bindings++];

	*binding = (struct message_binding){ .addr = ip6(text),
					     .prefix_len = 128,
					     .ia = (uint8_t)(scene.answer.n_ias - 1),
					     .preferred = preferred,
					     .valid = valid };
	return binding;
}

struct message_ia *answer_ia_pd(uint32_t iaid, uint32_t t1, uint32_t t2)
{
	struct message_ia *ia = answer_ia(iaid, t1, t2);

	ia->type = OPTION_IA_PD;
	return ia;
}

struct message_binding *answer_prefix(const char *text, uint8_t prefix_len, uint32_t preferred,
				      uint32_t valid)
{
	struct message_binding *binding = answer_address(text, preferred, valid);

	binding->prefix_len = prefix_len;
	return binding;
}

void answer_status(uint16_t code)
{
	scene.answer.status.present = true;
	scene.answer.status.code = code;
}

const struct in6_addr *sent_to(bool multicast)
{
	static struct in6_addr to;

	to = ip6(multicast ? "ff02::1:2" : "fe80::2");
	return &to;
}

enum refusal deliver(void)
{
	static uint8_t bytes[UINT16_MAX];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));

	message_build(&scene.answer, &out);
	cr_assert_not(out.bad);
	return client_receive(&scene.client, bytes, out.at, sent_to(false), stamp(scene.now),
			      &scene.received);
}

enum refusal reply_with(uint8_t number, const char *text, uint32_t preferred, uint32_t valid)
{
	answer(MESSAGE_REPLY, number);
	answer_ia(100, 1800, 2880);
	answer_address(text, preferred, valid);
	return deliver();
}

void verdict(const char *text, enum address_event event)
{
	struct in6_addr addr = ip6(text);

	/* The hooks that TENTATIVE6 asked are done by then. */
	client_script_status(&scene.client, REASON_TENTATIVE6, &addr, 0, scene.now);
	client_address(&scene.client, &addr, event, scene.now);
}

void script_status(enum script_reason reason, const char *text, int status)
{
	struct in6_addr addr = ip6(text);

	client_script_status(&scene.client, reason, &addr, status, scene.now);
}

unsigned int count(enum action_type type)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < scene.n; i++)
		n += scene.action[i].type == type;
	return n;
}

unsigned int count_calls(enum script_reason reason)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < scene.n_calls; i++)
		n += scene.call[i].reason == reason;
	return n;
}

unsigned int count_notes(enum client_note which)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < scene.n; i++)
		n += scene.action[i].type == ACTION_NOTE && scene.action[i].note.note == which;
	return n;
}

const struct script_call *call_for(enum script_reason reason, const char *text)
{
	struct in6_addr addr = ip6(text);

	for (unsigned int i = scene.n_calls; i-- > 0;) {
		const struct script_call *call = &scene.call[i];
		const struct script_side *side = call->has_new || call->has_current ? &call->new_
										    : &call->old;

		if (call->reason == reason && IN6_ARE_ADDR_EQUAL(&side->addr, &addr))
			return call;
	}
	return NULL;
}

const struct scene_action *action_on(enum action_type type, const char *text)
{
	struct in6_addr addr = ip6(text);

	for (unsigned int i = scene.n; i-- > 0;)
		if (scene.action[i].type == type &&
		    IN6_ARE_ADDR_EQUAL(&scene.action[i].address.addr, &addr))
			return &scene.action[i];
	return NULL;
}

const struct scene_action *note(enum client_note which)
{
	for (unsigned int i = scene.n; i-- > 0;)
		if (scene.action[i].type == ACTION_NOTE && scene.action[i].note.note == which)
			return &scene.action[i];
	return NULL;
}

int place_of(enum action_type type)
{
	for (unsigned int i = 0; i < scene.n; i++)
		if (scene.action[i].type == type)
			return (int)i;
	return -1;
}

int place_of_call(enum script_reason reason)
{
	for (unsigned int i = 0; i < scene.n; i++)
		if (scene.action[i].type == ACTION_SCRIPT &&
		    scene.call[scene.action[i].index].reason == reason)
			return (int)i;
	return -1;
}

bool carries(const struct message *message, uint32_t iaid, const char *text)
{
	struct in6_addr addr = ip6(text);

	for (unsigned int i = 0; i < message->n_bindings; i++)
		if (IN6_ARE_ADDR_EQUAL(&message->binding[i].addr, &addr) &&
		    message->ia[message->binding[i].ia].iaid == iaid)
			return true;
	return false;
}

bool lists(const struct message *message, uint16_t code)
{
	for (unsigned int i = 0; i < message->n_oro; i++)
		if (message->oro[i] == code)
			return true;
	return false;
}

bool holds(const struct lease *lease, const char *text)
{
	struct in6_addr addr = ip6(text);

	for (unsigned int i = 0; i < lease->n_bindings; i++)
		if (IN6_ARE_ADDR_EQUAL(&lease->binding[i].addr, &addr))
			return true;
	return false;
}

void scene_request(void)
{
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	scene.answer.has_preference = true;
	scene.answer.preference = 255;
	for (unsigned int i = 0; i < scene.config.n_ias; i++) {
		answer_ia(scene.config.ia[i].iaid, 1800, 2880);
		answer_address("2001:db8::ad:0", 3600, 5400)->addr.s6_addr[15] = (uint8_t)i;
	}
	cr_assert_eq(deliver(), REFUSED_NOT);
	if (scene.sent.type != MESSAGE_REQUEST)
		scene_expect(MESSAGE_REQUEST);
}

void scene_bind(const char *text)
{
	scene_start();
	scene_request();
	cr_assert_eq(reply_with(1, text, 3600, 5400), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	verdict(text, ADDRESS_UNIQUE);
	scene_clear();
}

void scene_grant_two(const char *first, const char *second)
{
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(first, 3600, 5400);
	answer_address(second, 3600, 5400);
	cr_assert_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	scene_clear();
}
