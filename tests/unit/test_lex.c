/* SPDX-License-Identifier: MPL-2.0 */
/* client/text/lex.c: the words of ISC's language. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "text/lex.h"

static struct lex lex;

static void start(const char *text)
{
	lex_init(&lex, text, strlen(text));
}

Test(lex, words_strings_and_marks_with_their_places)
{
	static const struct {
		enum lex_kind kind;
		const char *text;
		unsigned int line;
		unsigned int column;
	} rows[] = {
		{ LEX_WORD, "iaaddr", 2, 1 },
		{ LEX_WORD, "2001:db8::/56", 2, 8 },
		{ LEX_MARK, "{", 2, 22 },
		{ LEX_WORD, "dhcp6.name_servers", 3, 2 },
		{ LEX_STRING, "a # b", 3, 21 },
		{ LEX_MARK, ",", 3, 28 },
		{ LEX_WORD, "unknown-7", 3, 29 },
		{ LEX_MARK, ";", 3, 38 },
		{ LEX_MARK, "}", 4, 1 },
		{ LEX_END, "", 4, 2 },
		{ LEX_END, "", 4, 2 },
	};

	start("# a comment; \"\niaaddr 2001:db8::/56 {# more\n\tdhcp6.name_servers \"a # b\","
	      "unknown-7;\n}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++, lex_next(&lex)) {
		cr_expect_eq(lex.token.kind, rows[i].kind, "%zu: kind %d", i, lex.token.kind);
		cr_expect_str_eq(lex.token.text, rows[i].text);
		cr_expect_eq(lex.token.line, rows[i].line, "%zu: line %u", i, lex.token.line);
		cr_expect_eq(lex.token.column, rows[i].column, "%zu: column %u", i,
			     lex.token.column);
	}
}

Test(lex, escapes_of_a_string)
{
	static const struct {
		const char *text;
		const char *value;
		size_t size;
	} rows[] = {
		{ "\"\"", "", 0 },
		{ "\"\\000\\001\\0012\\227l\\243\"", "\0\1\0012\227l\243", 7 },
		{ "\"\\t\\r\\n\\b\"", "\t\r\n\b", 4 },
		{ "\"\\x41\\xfF\"", "A\377", 2 },
		{ "\"\\\"\\'\\`\\$\\\\\\|\\&\\4\\z\"", "\"'`$\\|&4z", 9 },
		{ "\"\\3770\"", "\3770", 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(rows[i].text);
		cr_expect_eq(lex.token.kind, LEX_STRING, "%s", rows[i].text);
		cr_expect_eq(lex.token.size, rows[i].size, "%s: %zu", rows[i].text, lex.token.size);
		cr_expect_eq(memcmp(lex.token.text, rows[i].value, rows[i].size), 0, "%s",
			     rows[i].text);
		cr_expect_eq(lex.token.end, strlen(rows[i].text), "%s", rows[i].text);
	}
}

Test(lex, what_is_no_word_is_a_token_of_its_own)
{
	static const struct {
		const char *text;
		size_t end;
	} rows[] = {
		{ "\"abc", 4 },	     { "\"abc\nd\";", 4 }, { "\"", 1 },
		{ "\"\\", 2 },	     { "\"\\0", 3 },	   { "\"\\089\" ;", 6 },
		{ "\"\\xg\" ;", 5 }, { "\"a\\\n\"", 3 },   { "\1\2\377\177 ", 4 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(rows[i].text);
		cr_expect_eq(lex.token.kind, LEX_BAD, "%zu", i);
		cr_expect_not_null(lex.token.why, "%zu", i);
		cr_expect_eq(lex.token.end, rows[i].end, "%zu: end %zu", i, lex.token.end);
	}
}

Test(lex, a_lost_quotation_mark_costs_one_line)
{
	start("interface \"eth0;\nia-na");
	lex_next(&lex);
	cr_expect_eq(lex.token.kind, LEX_BAD);
	lex_next(&lex);
	cr_expect(lex_is(&lex, "ia-na"));
	cr_expect_eq(lex.token.line, 2);
}

Test(lex, a_token_is_limited)
{
	static char text[2 * LEX_STRING_MAX + 10];

	for (size_t quoted = 0; quoted < 2; quoted++) {
		for (size_t size = LEX_STRING_MAX; size <= LEX_STRING_MAX + 1; size++) {
			memset(text, 'a', sizeof(text));
			if (quoted)
				text[0] = text[size + 1] = '"';
			lex_init(&lex, text, size + 2 * quoted);
			cr_expect_eq(lex.token.end, size + 2 * quoted);
			if (size == LEX_STRING_MAX)
				cr_expect_eq(lex.token.size, LEX_STRING_MAX);
			else
				cr_expect_eq(lex.token.kind, LEX_BAD);
		}
	}
}

Test(lex, words_compare_without_regard_to_case_and_strings_are_no_words)
{
	start("Lease6 \"lease6\" ;");
	cr_expect(lex_is(&lex, "lease6"));
	cr_expect_not(lex_is(&lex, "lease"));
	cr_expect(lex_take(&lex, "LEASE6"));
	cr_expect_not(lex_take(&lex, "lease6"));
	lex_next(&lex);
	cr_expect(lex_take(&lex, ";"));
	cr_expect_eq(lex.token.kind, LEX_END);
}

Test(lex, a_statement_is_passed_over_to_its_end)
{
	static const struct {
		const char *text;
		const char *next; /* NULL: the end */
	} rows[] = {
		{ "a b \"; }\" c; next", "next" },
		{ "key x { secret \"}\"; { } } next", "next" },
		{ "if a { b; } else { c; }", "else" },
		{ "a b } next", "}" },
		{ "} next", "}" },
		{ "; next", "next" },
		{ "a { b; c { d;", NULL },
		{ "a b", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(rows[i].text);
		lex_skip_statement(&lex);
		if (rows[i].next)
			cr_expect(lex_is(&lex, rows[i].next), "%s: %s", rows[i].text,
				  lex.token.text);
		else
			cr_expect_eq(lex.token.kind, LEX_END, "%s", rows[i].text);
	}
}

Test(lex, numbers_are_decimal_and_limited)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} rows[] = {
		{ "0", true, 0 },      { "4294967295", true, UINT32_MAX },
		{ "007", true, 7 },    { "4294967296", false, 0 },
		{ "-1", false, 0 },    { "1x", false, 0 },
		{ "\"1\"", false, 0 }, { "99999999999999999999999999", false, 0 },
		{ "", false, 0 },      { ";", false, 0 },
		{ "0x10", false, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t value = 0;

		start(rows[i].text);
		cr_expect_eq(lex_number(&lex, UINT32_MAX, &value), rows[i].good, "%s",
			     rows[i].text);
		cr_expect_eq(value, rows[i].value, "%s", rows[i].text);
	}
	start("5");
	cr_expect_not(lex_number(&lex, 4, &(uint64_t){ 0 }));
	start("18446744073709551615");
	cr_expect(lex_number(&lex, UINT64_MAX, &(uint64_t){ 0 }));
}

Test(lex, octets_are_hex_or_a_string)
{
	static const struct {
		const char *text;
		size_t size; /* 0: refused */
		const char *octets;
	} rows[] = {
		{ "0:1:a0:B", 4, "\0\1\240\13" },
		{ "00:01", 2, "\0\1" },
		{ "f", 1, "\17" },
		{ "\"\\0002\"", 2, "\0002" },
		{ "", 0, "" },
		{ "\"\"", 0, "" },
		{ "0:", 0, "" },
		{ ":0", 0, "" },
		{ "0::1", 0, "" },
		{ "001", 0, "" },
		{ "0.1", 0, "" },
		{ "g0", 0, "" },
		{ "0:1:2:3:4:5:6:7:8", 0, "" },
		{ "\"123456789\"", 0, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[8];
		size_t size = 0;

		start(rows[i].text);
		cr_expect_eq(lex_octets(&lex, octets, sizeof(octets), &size), rows[i].size > 0,
			     "%s", rows[i].text);
		cr_expect_eq(size, rows[i].size, "%s", rows[i].text);
		cr_expect_eq(memcmp(octets, rows[i].octets, size), 0, "%s", rows[i].text);
	}
}

Test(lex, names_of_options)
{
	static const struct {
		const char *text;
		bool is_dhcp6;
		uint16_t code; /* 0: none */
	} rows[] = {
		{ "dhcp6.name-servers", true, 23 },
		{ "DHCP6.Domain-Search", true, 24 },
		{ "dhcp6.unknown-250", true, 250 },
		{ "dhcp6.unknown-23", true, 23 },
		{ "dhcp6.unknown-0", true, 0 },
		{ "dhcp6.unknown-65536", true, 0 },
		{ "dhcp6.unknown-", true, 0 },
		{ "dhcp6.no-such-thing", true, 0 },
		{ "dhcp6.", true, 0 },
		{ "dhcp6", false, 0 },
		{ "name-servers", false, 0 },
		{ "fqdn.fqdn", false, 0 },
		{ "\"dhcp6.name-servers\"", false, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint16_t code = 0;

		start(rows[i].text);
		cr_expect_eq(lex_is_dhcp6(&lex), rows[i].is_dhcp6, "%s", rows[i].text);
		cr_expect_eq(lex_option(&lex, &code), rows[i].code != 0, "%s", rows[i].text);
		cr_expect_eq(code, rows[i].code, "%s: %u", rows[i].text, code);
	}
}

Test(lex, any_octets_end_in_bounded_steps)
{
	unsigned int seed = 20261123;
	char *text = malloc(256);

	for (unsigned int round = 0; round < 20000; round++) {
		static const char alphabet[] = "\"\"\\\\{};;#\n\n a.0x9\0\1\377";
		size_t size = (size_t)rand_r(&seed) % 256;
		char *tail = text + 256 - size; /* a read past the end is seen by ASan */
		size_t steps = 0;

		for (size_t i = 0; i < size; i++)
			tail[i] = alphabet[(size_t)rand_r(&seed) % (sizeof(alphabet) - 1)];
		for (lex_init(&lex, tail, size); lex.token.kind != LEX_END; lex_next(&lex)) {
			steps++;
			cr_assert_leq(lex.token.end, size);
			cr_assert_gt(lex.token.end, lex.token.start);
		}
		cr_assert_leq(steps, size);
		lex_init(&lex, tail, size);
		lex_skip_statement(&lex);
	}
	free(text);
}
