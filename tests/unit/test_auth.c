/* SPDX-License-Identifier: MPL-2.0 */
/* The reconfigure key protocol, with the requirements' own vector (A.3). */
#include "core/auth.h"

#include <criterion/criterion.h>
#include <string.h>

static const uint8_t key[RKAP_VALUE] = { 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
					 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f };

/* Reconfigure (Renew) with replay value 1 and its digest at octet 57. */
static const uint8_t vector[73] = {
	0x0a, 0,    0,	  0,	0,    2,    0,	  0x0a, 0,    3,    0,	  1,	2,    0,    0,
	0,    0,    1,	  0,	1,    0,    0x0e, 0,	1,    0,    1,	  0x2f, 0,    0,    0,
	2,    0,    0,	  0,	0,    2,    0,	  0x13, 0,    1,    5,	  0,	0x0b, 0,    0x1c,
	3,    1,    0,	  0,	0,    0,    0,	  0,	0,    0,    1,	  2,	0x61, 0x0d, 0x16,
	0x90, 0x69, 0x12, 0xbd, 0x8f, 0x68, 0xae, 0x07, 0x7d, 0x16, 0x1d, 0x47, 0x73
};

static struct message message;

static struct rkap with_key(void)
{
	struct rkap rkap = { .has_key = true };

	memcpy(rkap.key, key, sizeof(key));
	cr_assert_eq(message_parse(&message, vector, sizeof(vector)), REFUSED_NOT);
	rkap.server = message.server_id;
	return rkap;
}

/* C-AUTH-3 */
Test(auth, the_vector_verifies)
{
	struct rkap rkap = with_key();

	cr_expect(auth_verify(&rkap, vector, sizeof(vector), &message));
}

/* C-AUTH-3: a flipped bit anywhere in it is found, or the message does not parse. */
Test(auth, any_flipped_bit_fails)
{
	struct rkap rkap = with_key();
	uint8_t bytes[sizeof(vector)];

	for (size_t bit = 0; bit < 8 * sizeof(vector); bit++) {
		memcpy(bytes, vector, sizeof(bytes));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (message_parse(&message, bytes, sizeof(bytes)) != REFUSED_NOT)
			continue;
		cr_expect_not(auth_verify(&rkap, bytes, sizeof(bytes), &message), "bit %zu", bit);
	}
}

/* C-AUTH-2: strictly greater than the last one of the same server. */
Test(auth, replay_value_must_grow)
{
	struct rkap rkap = with_key();

	rkap.has_replay = true;
	rkap.replay = 0;
	cr_expect(auth_verify(&rkap, vector, sizeof(vector), &message));
	rkap.replay = 1;
	cr_expect_not(auth_verify(&rkap, vector, sizeof(vector), &message), "seen before");
	rkap.replay = UINT64_MAX;
	cr_expect_not(auth_verify(&rkap, vector, sizeof(vector), &message));
}

/* C-AUTH-1: the key counts with the server that gave it. */
Test(auth, another_server_s_key_proves_nothing)
{
	struct rkap rkap = with_key();

	rkap.server.bytes[9] ^= 1;
	cr_expect_not(auth_verify(&rkap, vector, sizeof(vector), &message));
	rkap = with_key();
	rkap.has_key = false;
	cr_expect_not(auth_verify(&rkap, vector, sizeof(vector), &message));
	rkap = with_key();
	rkap.key[15] ^= 1;
	cr_expect_not(auth_verify(&rkap, vector, sizeof(vector), &message));
}

/* C-AUTH-1, C-AUTH-6, C-AUTH-5 */
Test(auth, key_and_replay_value_are_taken_from_a_reply)
{
	struct message_auth auth = { .present = true, .rkap = true, .type = 1, .replay = 7 };
	struct rkap rkap = { 0 };
	struct duid one = duid_ll(1, key, 6), other = duid_ll(1, key + 6, 6);

	memcpy(auth.value, key, sizeof(key));
	cr_expect(auth_is_fresh(&rkap, &one, &auth));
	cr_assert(auth_take(&rkap, &one, &auth));
	cr_expect(rkap.has_key && rkap.has_replay && rkap.replay == 7);
	cr_expect_arr_eq(rkap.key, key, sizeof(key));
	cr_expect_not(auth_is_fresh(&rkap, &one, &auth), "the same again");
	cr_expect(auth_is_fresh(&rkap, &other, &auth), "but another server has its own");
	auth.type = 2;
	auth.replay = 8;
	cr_assert(auth_take(&rkap, &other, &auth));
	cr_expect_not(rkap.has_key, "a key of another server does not stay");
	auth.rkap = false;
	cr_expect_not(auth_take(&rkap, &one, &auth), "another protocol");
}
