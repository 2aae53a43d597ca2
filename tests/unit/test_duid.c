/* SPDX-License-Identifier: MPL-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "core/duid.h"

static const uint8_t mac[] = { 0x02, 0, 0, 0, 0, 0x02 };

static void expect_bytes(const struct duid *duid, const void *bytes, size_t size, const char *name)
{
	cr_expect_eq(duid->size, size, "%s: size %u", name, duid->size);
	cr_expect_eq(memcmp(duid->bytes, bytes, size), 0, "%s", name);
}

/* C-DUID-4, vector A.1: 2025-01-01 00:00 UTC */
Test(duid, llt_counts_from_2000)
{
	static const uint8_t want[] = { 0, 1, 0, 1, 0x2f, 0x07, 0x42, 0, 0x02, 0, 0, 0, 0, 0x02 };
	struct duid duid = duid_llt(1, mac, sizeof(mac), 1735689600);

	expect_bytes(&duid, want, sizeof(want), "A.1");
}

/* Section 11.2: modulo 2^32. */
Test(duid, llt_time_wraps)
{
	static const struct {
		int64_t epoch;
		uint8_t want[4];
	} rows[] = {
		{ 946684800, { 0, 0, 0, 0 } },
		{ 946684800 + 0x100000000, { 0, 0, 0, 0 } },
		{ 946684800 + 0x1ffffffff, { 0xff, 0xff, 0xff, 0xff } },
		{ 946684799, { 0xff, 0xff, 0xff, 0xff } }, /* a clock that was never set */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct duid duid = duid_llt(1, mac, sizeof(mac), rows[i].epoch);

		cr_expect_eq(memcmp(duid.bytes + 4, rows[i].want, 4), 0, "row %zu", i);
	}
}

Test(duid, ll_has_hardware_type_and_address)
{
	static const uint8_t want[] = { 0, 3, 0, 32, 0x02, 0, 0, 0, 0, 0x02 };
	struct duid duid = duid_ll(32, mac, sizeof(mac));

	expect_bytes(&duid, want, sizeof(want), "DUID-LL");
}

/* C-DUID-7 */
Test(duid, uuid_is_18_octets)
{
	static const uint8_t uuid[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };
	struct duid duid = duid_uuid(uuid);

	cr_expect_eq(duid.size, 18);
	cr_expect_eq(memcmp(duid.bytes, "\0\4", 2), 0);
	cr_expect_eq(memcmp(duid.bytes + 2, uuid, 16), 0);
}

Test(duid, longest_link_layer_address_fits)
{
	uint8_t address[200] = { 0 };
	struct duid duid = duid_llt(1, address, sizeof(address), 946684800);

	cr_expect_eq(duid.size, 8 + 32);
	cr_expect_eq(duid_ll(1, address, 32).size, 4 + 32);
	cr_expect_eq(duid_ll(1, address, sizeof(address)).size, 4 + 32);
}

/* C-DUID-5, section 11.1 */
Test(duid, legal_sizes_are_3_to_130)
{
	static const struct {
		size_t size;
		bool legal;
	} rows[] = {
		{ 0, false },  { 1, false },   { 2, false },   { 3, true },    { 129, true },
		{ 130, true }, { 131, false }, { 255, false }, { 256, false }, { 259, false }
	};
	uint8_t bytes[300];

	memset(bytes, 0xfe, sizeof(bytes)); /* a type nobody knows */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cursor data = cursor_reader(bytes, rows[i].size);
		struct duid duid = { 0 };
		struct duid read = { 0 };

		cr_expect_eq(duid_set(&duid, bytes, rows[i].size), rows[i].legal, "%zu octets",
			     rows[i].size);
		cr_expect_eq(duid.size, rows[i].legal ? rows[i].size : 0, "%zu octets",
			     rows[i].size);
		cr_expect_eq(duid_read(&read, &data), rows[i].legal, "read %zu octets",
			     rows[i].size);
		cr_expect(duid_equal(&duid, &read), "%zu octets", rows[i].size);
	}
}

Test(duid, a_refused_one_leaves_the_old_one)
{
	struct duid duid = duid_ll(1, mac, sizeof(mac));
	struct duid before = duid;

	cr_expect(!duid_set(&duid, (const uint8_t *)"\0\1", 2));
	cr_expect(duid_equal(&duid, &before));
}

Test(duid, equality_is_of_size_and_octets)
{
	struct duid a = duid_ll(1, mac, 6);
	struct duid b = duid_ll(1, mac, 6);
	struct duid none = { 0 };

	cr_expect(duid_equal(&a, &b));
	b.bytes[120] = 1;
	cr_expect(duid_equal(&a, &b), "octets past the end do not count");
	b.bytes[9] ^= 1;
	cr_expect(!duid_equal(&a, &b));
	b = duid_ll(1, mac, 5);
	cr_expect(!duid_equal(&a, &b));
	cr_expect(!duid_equal(&a, &none));
	cr_expect(duid_equal(&none, &none));
}
