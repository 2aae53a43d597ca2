/* SPDX-License-Identifier: MPL-2.0 */
#include "text/keyfile.h"

#include <inttypes.h>
#include <string.h>

#include "text/lex.h"
#include "text/text.h"

static bool read_server(struct lex *lex, struct rkap *rkap)
{
	uint8_t bytes[DUID_MAX];
	size_t size;

	return lex_octets(lex, bytes, sizeof(bytes), &size) && duid_set(&rkap->server, bytes, size);
}

static bool read_key(struct lex *lex, struct rkap *rkap)
{
	size_t size;

	rkap->has_key = lex_octets(lex, rkap->key, sizeof(rkap->key), &size) &&
			size == sizeof(rkap->key);
	return rkap->has_key;
}

static bool read_statement(struct lex *lex, struct rkap *rkap)
{
	bool good = false;

	if (lex_take(lex, "server-id")) {
		good = read_server(lex, rkap);
	} else if (lex_take(lex, "key")) {
		good = read_key(lex, rkap);
	} else if (lex_take(lex, "replay")) {
		good = lex_number(lex, UINT64_MAX, &rkap->replay);
		rkap->has_replay = good;
	}
	lex_next(lex);
	return good && lex_take(lex, ";");
}

bool keyfile_parse(struct rkap *rkap, const char *text, size_t size)
{
	struct rkap read = { 0 };
	struct lex lex;

	memset(rkap, 0, sizeof(*rkap));
	lex_init(&lex, text, size);
	while (lex.token.kind != LEX_END)
		if (!read_statement(&lex, &read))
			return false;
	if (read.server.size == 0)
		return false;
	*rkap = read;
	return true;
}

void keyfile_put(struct cursor *out, const struct rkap *rkap)
{
	put_text(out, "server-id ");
	put_hex(out, rkap->server.bytes, rkap->server.size);
	put_text(out, ";\n");
	if (rkap->has_key) {
		put_text(out, "key ");
		put_hex(out, rkap->key, sizeof(rkap->key));
		put_text(out, ";\n");
	}
	if (rkap->has_replay)
		put_format(out, "replay %" PRIu64 ";\n", rkap->replay);
}
