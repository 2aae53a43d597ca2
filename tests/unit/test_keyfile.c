/* SPDX-License-Identifier: MPL-2.0 */
/* C-AUTH-1, C-REC-11: what is kept of a reconfigure key over a restart. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "text/keyfile.h"

static char text[1024];

static size_t write_key(struct rkap *rkap)
{
	struct cursor out = cursor_writer(text, sizeof(text));

	for (uint8_t i = 0; i < DUID_MAX; i++)
		rkap->server.bytes[i] = i;
	rkap->server.size = DUID_MAX;
	rkap->has_key = rkap->has_replay = true;
	rkap->replay = UINT64_MAX;
	memset(rkap->key, 0xa5, sizeof(rkap->key));
	keyfile_put(&out, rkap);
	cr_assert_not(out.bad);
	return out.at;
}

Test(keyfile, what_is_written_is_read)
{
	struct rkap rkap = { 0 }, read;
	size_t size = write_key(&rkap);

	cr_assert(keyfile_parse(&read, text, size));
	cr_expect(read.has_key && read.has_replay);
	cr_expect_eq(read.replay, rkap.replay);
	cr_expect(duid_equal(&read.server, &rkap.server));
	cr_expect_arr_eq(read.key, rkap.key, sizeof(rkap.key));
}

/* Cut anywhere it gives no key, or that of a whole statement. */
Test(keyfile, a_cut_file_is_no_half_key)
{
	struct rkap rkap = { 0 }, read;
	size_t size = write_key(&rkap);

	for (size_t cut = 0; cut < size; cut++) {
		char *copy = malloc(cut > 0 ? cut : 1);

		memcpy(copy, text, cut);
		if (keyfile_parse(&read, copy, cut) && read.has_key)
			cr_expect_arr_eq(read.key, rkap.key, sizeof(rkap.key));
		free(copy);
	}
}

Test(keyfile, nonsense_is_no_key)
{
	static const char *const rows[] = {
		"",
		"key 1:2:3;",
		"server-id 0:1:2; key 1:2:3;",
		"server-id 0:1;",
		"server-id 0:1:2; replay x;",
		"server-id 0:1:2 key",
		"}{;;;",
		"\x00\x01",
		"server-id 0:1:2; replay 18446744073709551616;",
	};
	struct rkap read;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_not(keyfile_parse(&read, rows[i], strlen(rows[i])), "%s", rows[i]);
		cr_expect_not(read.has_key || read.has_replay, "%s", rows[i]);
	}
}
