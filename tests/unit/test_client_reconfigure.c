/* SPDX-License-Identifier: MPL-2.0 */
/* Reconfigure: sections 16.11, 18.2.11 and 20.4. */
#include <criterion/criterion.h>
#include <nettle/hmac.h>
#include <string.h>

#include "scene.h"

#define A "2001:db8::a"

static const uint8_t key[RKAP_VALUE] = "reconfigure key";
static uint64_t replay;

static size_t put_auth(struct cursor *out, uint8_t type, const uint8_t *value)
{
	size_t mark = begin_option(out, OPTION_AUTH);

	put_u24(out, 0x030100);
	put_u64(out, ++replay);
	put_u8(out, type);
	put_bytes(out, value, RKAP_VALUE);
	end_option(out, mark);
	return out->at - RKAP_VALUE;
}

static enum refusal receive(const uint8_t *bytes, size_t size, bool multicast)
{
	return client_receive(&scene.client, bytes, size, sent_to(multicast), stamp(scene.now),
			      &scene.received);
}

/* scene.answer as it is, with the key behind it. */
static enum refusal deliver_with_key(void)
{
	static uint8_t bytes[4096];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));

	message_build(&scene.answer, &out);
	put_auth(&out, 1, key);
	return receive(bytes, out.at, false);
}

/* What can be wrong with a Reconfigure. */
struct defect {
	const char *name;
	enum refusal want;
	bool no_server, other_server, no_client, other_client, no_type, bad_type, twice;
	bool no_auth, bad_digest, old_replay, multicast;
};

static enum refusal reconfigure(uint8_t type, const struct defect *defect)
{
	static const uint8_t zeros[RKAP_VALUE];
	static const struct defect none;
	static uint8_t bytes[4096];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	struct message *m = &scene.answer;
	struct hmac_md5_ctx hmac;
	size_t at;

	if (!defect)
		defect = &none;
	memset(m, 0, sizeof(*m));
	m->type = MESSAGE_RECONFIGURE;
	m->client_id = scene.config.duid;
	m->server_id = server(defect->other_server ? 2 : 1);
	m->reconf_msg = defect->no_type ? 0 : defect->bad_type ? MESSAGE_CONFIRM : type;
	if (defect->no_server)
		m->server_id.size = 0;
	if (defect->no_client)
		m->client_id.size = 0;
	if (defect->other_client)
		m->client_id.bytes[5] ^= 1;
	message_build(m, &out);
	if (defect->twice) {
		size_t mark = begin_option(&out, OPTION_RECONF_MSG);

		put_u8(&out, MESSAGE_RENEW);
		end_option(&out, mark);
	}
	if (defect->no_auth)
		return receive(bytes, out.at, false);
	if (defect->old_replay)
		replay -= 1;
	at = put_auth(&out, 2, zeros);
	hmac_md5_set_key(&hmac, sizeof(key), key);
	hmac_md5_update(&hmac, out.at, bytes);
	hmac_md5_digest(&hmac, RKAP_VALUE, bytes + at);
	bytes[at] ^= defect->bad_digest;
	return receive(bytes, out.at, defect->multicast);
}

/* Bound to server 1, which gave a key. */
static void bind_with_key(bool willing)
{
	scene_configure(1);
	scene.config.reconfigure = willing;
	scene_begin_as_configured();
	scene_start();
	scene_request();
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	cr_assert_eq(deliver_with_key(), REFUSED_NOT);
	verdict(A, ADDRESS_UNIQUE);
	scene_state(BOUND, IDLE);
	scene_clear();
}

/* C-REC-1 */
Test(client_reconfigure, accept_is_sent_when_willing_only)
{
	for (unsigned int willing = 0; willing < 2; willing++) {
		scene_configure(1);
		scene.config.reconfigure = willing;
		scene_begin_as_configured();
		scene_start();
		scene_expect(MESSAGE_SOLICIT);
		cr_expect_eq(scene.sent.reconf_accept, willing);
		scene_request();
		cr_expect_eq(scene.sent.reconf_accept, willing);
	}
}

/* C-REC-3, C-XID-3: what is asked for, at once, under a transaction id of its own. */
Test(client_reconfigure, what_it_asks_for_is_sent_at_once)
{
	static const struct {
		uint8_t asks;
		enum message_state state;
	} rows[] = { { MESSAGE_RENEW, RENEWING },
		     { MESSAGE_REBIND, REBINDING },
		     { MESSAGE_INFORMATION_REQUEST, INFORMING } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		msec then;

		bind_with_key(true);
		then = scene.now;
		cr_expect_eq(reconfigure(rows[i].asks, NULL), REFUSED_NOT);
		scene_state(BOUND, rows[i].state);
		cr_expect_eq(scene.sent.type, rows[i].asks);
		cr_expect_eq(scene.sent_at, then);
		cr_expect_neq(scene.sent.xid, 0);
		cr_expect_eq(scene.sent.elapsed, 0);
	}
}

/* C-INF-4 */
Test(client_reconfigure, information_request_names_the_server_that_asked)
{
	bind_with_key(true);
	cr_expect_eq(reconfigure(MESSAGE_INFORMATION_REQUEST, NULL), REFUSED_NOT);
	cr_expect(scene.sent.server_id.size > 0);
	answer(MESSAGE_REPLY, 1);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	cr_expect_eq(count_calls(REASON_RENEW6), 1);
	scene_expect(MESSAGE_RENEW);
}

/* C-REC-4: without an answer nothing is given up, and T1 and T2 count as before. */
Test(client_reconfigure, no_answer_changes_nothing)
{
	bind_with_key(true);
	cr_expect_eq(reconfigure(MESSAGE_RENEW, NULL), REFUSED_NOT);
	scene_run(2000 * SECOND);
	scene_state(BOUND, RENEWING);
	cr_expect(holds(&scene.client.lease, A));
	scene_run(900 * SECOND);
	scene_state(BOUND, REBINDING);
}

/* C-VAL-REC-1 to C-VAL-REC-7, C-AUTH-3, C-REC-2: each alone is enough. */
Test(client_reconfigure, each_defect_is_refused_by_name)
{
	static const struct defect rows[] = {
		{ .name = "C-VAL-REC-2", .want = REFUSED_MULTICAST, .multicast = true },
		{ .name = "C-VAL-REC-3", .want = REFUSED_NO_SERVER_ID, .no_server = true },
		{ .name = "C-VAL-REC-3", .want = REFUSED_OTHER_SERVER, .other_server = true },
		{ .name = "C-VAL-REC-4", .want = REFUSED_NO_CLIENT_ID, .no_client = true },
		{ .name = "C-VAL-REC-4", .want = REFUSED_OTHER_CLIENT, .other_client = true },
		{ .name = "C-VAL-REC-5", .want = REFUSED_NO_RECONF_MSG, .no_type = true },
		{ .name = "C-VAL-REC-5", .want = REFUSED_NO_RECONF_MSG, .bad_type = true },
		{ .name = "C-VAL-REC-7", .want = REFUSED_NO_RECONF_MSG, .twice = true },
		{ .name = "C-VAL-REC-6", .want = REFUSED_AUTH, .no_auth = true },
		{ .name = "C-VAL-REC-6", .want = REFUSED_AUTH, .bad_digest = true },
		{ .name = "C-VAL-REC-6", .want = REFUSED_AUTH, .old_replay = true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bind_with_key(true);
		cr_expect_eq(reconfigure(MESSAGE_RENEW, &rows[i]), rows[i].want, "%s",
			     rows[i].name);
		scene_state(BOUND, IDLE);
		cr_expect_eq(count(ACTION_SEND), 0, "%s", rows[i].name);
	}
}

/* C-VAL-REC-1, C-REC-2 */
Test(client_reconfigure, the_unwilling_and_those_without_a_key_refuse)
{
	bind_with_key(false);
	cr_expect_eq(reconfigure(MESSAGE_RENEW, NULL), REFUSED_RECONFIGURE);
	scene_configure(1);
	scene.config.reconfigure = true;
	scene_begin_as_configured();
	scene_start();
	scene_bind(A);
	cr_expect_eq(reconfigure(MESSAGE_RENEW, NULL), REFUSED_RECONFIGURE, "no key was given");
}

/* C-REC-5, C-REC-6 */
Test(client_reconfigure, while_something_is_being_said_it_is_ignored)
{
	unsigned int sends;

	bind_with_key(true);
	cr_expect_eq(reconfigure(MESSAGE_RENEW, NULL), REFUSED_NOT);
	sends = scene.sends;
	cr_expect_eq(reconfigure(MESSAGE_REBIND, NULL), REFUSED_UNEXPECTED);
	scene_state(BOUND, RENEWING);
	cr_expect_eq(scene.sends, sends);
}

/* C-AUTH-2, C-REC-11: key and replay value are kept, and a replay is refused after a restart. */
Test(client_reconfigure, key_and_replay_value_survive_a_restart)
{
	struct rkap kept;
	struct lease lease;

	bind_with_key(true);
	cr_expect_eq(reconfigure(MESSAGE_RENEW, NULL), REFUSED_NOT);
	cr_assert_eq(count(ACTION_SAVE_KEY), 1);
	kept = scene.key;
	lease = scene.client.lease;
	cr_expect_eq(kept.replay, replay);
	scene_configure(1);
	scene.config.reconfigure = true;
	scene_begin_as_configured();
	client_restore(&scene.client, &lease, scene.now);
	client_restore_key(&scene.client, &kept);
	scene_start();
	scene_expect(MESSAGE_CONFIRM);
	answer(MESSAGE_REPLY, 1);
	cr_expect_eq(deliver(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
	replay--;
	cr_expect_eq(reconfigure(MESSAGE_RENEW, NULL), REFUSED_AUTH, "seen before the restart");
	cr_expect_eq(reconfigure(MESSAGE_RENEW, NULL), REFUSED_NOT);
}

/* C-VAL-RPL-7, C-AUTH-7 */
Test(client_reconfigure, a_reply_with_an_old_replay_value_is_refused)
{
	bind_with_key(true);
	scene_expect(MESSAGE_RENEW);
	answer(MESSAGE_REPLY, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	replay--;
	cr_expect_eq(deliver_with_key(), REFUSED_REPLAY);
	scene_state(BOUND, RENEWING);
	cr_expect_eq(deliver_with_key(), REFUSED_NOT);
	scene_state(BOUND, IDLE);
}

/* C-REC-7 */
Test(client_reconfigure, nothing_to_renew_is_said)
{
	scene_configure(0);
	scene.config.mode = MODE_STATELESS;
	scene.config.reconfigure = true;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	answer(MESSAGE_REPLY, 1);
	cr_expect_eq(deliver_with_key(), REFUSED_NOT);
	scene_state(INIT, IDLE);
	cr_expect_eq(reconfigure(MESSAGE_RENEW, NULL), REFUSED_NOTHING_HELD);
	cr_expect_eq(reconfigure(MESSAGE_INFORMATION_REQUEST, NULL), REFUSED_NOT);
	scene_state(INIT, INFORMING);
}

static bool is_of(const struct duid *duid, uint8_t number)
{
	const struct duid wanted = server(number);

	return duid_equal(duid, &wanted);
}

/* C-INF-4, C-REN-1 */
Test(reconfigure, information_of_another_server_is_refused)
{
	bind_with_key(true);
	cr_assert_eq(reconfigure(MESSAGE_INFORMATION_REQUEST, NULL), REFUSED_NOT);
	scene_expect(MESSAGE_INFORMATION_REQUEST);
	cr_expect(is_of(&scene.sent.server_id, 1));
	answer(MESSAGE_REPLY, 2);
	cr_expect_eq(deliver(), REFUSED_OTHER_SERVER);
	while (scene.sent.type != MESSAGE_RENEW)
		cr_assert(scene_run_to_message(HOUR));
	cr_expect(is_of(&scene.sent.server_id, 1));
}

/* C-AUTH-1: defined for Reply and Reconfigure only (section 20.4.2). */
Test(reconfigure, a_key_in_an_advertise_means_nothing)
{
	scene_configure(1);
	scene.config.reconfigure = true;
	scene_begin_as_configured();
	scene_start();
	scene_expect(MESSAGE_SOLICIT);
	answer(MESSAGE_ADVERTISE, 1);
	answer_ia(100, 1800, 2880);
	answer_address(A, 3600, 5400);
	cr_expect_eq(deliver_with_key(), REFUSED_NOT);
	cr_expect_not(scene.client.rkap.has_key);
	cr_expect_not(scene.client.rkap.has_replay);
}

Test(reconfigure, a_key_of_a_server_that_gave_nothing_is_not_taken)
{
	bind_with_key(true);
	scene_link(false);
	scene_link(true);
	scene_expect(MESSAGE_CONFIRM);
	answer(MESSAGE_REPLY, 2);
	cr_expect_eq(deliver_with_key(), REFUSED_NOT);
	cr_expect(is_of(&scene.client.rkap.server, 1));

	bind_with_key(true);
	while (scene.sent.type != MESSAGE_REBIND)
		cr_assert(scene_run_to_message(HOUR));
	answer(MESSAGE_REPLY, 2);
	answer_status(STATUS_UNSPEC_FAIL);
	cr_expect_eq(deliver_with_key(), REFUSED_NOT);
	cr_expect(is_of(&scene.client.rkap.server, 1));
}

/* C-REC-11 */
Test(reconfigure, the_key_that_is_kept_ends_with_its_lease)
{
	bind_with_key(true);
	scene_clear();
	while (scene.sent.type != MESSAGE_SOLICIT)
		cr_assert(scene_run_to_message(HOUR));
	cr_expect_eq(count(ACTION_SAVE_KEY), 1);
	cr_expect_not(scene.key.has_key);
}
