/* SPDX-License-Identifier: MPL-2.0 */
#include "text/expression.h"

#include <string.h>

#define DEPTH 8 /* of parentheses */

struct reader {
	struct lex *lex;
	const char *hostname;
	struct cursor *out;
	unsigned int depth;
	bool again;	/* another operand follows */
	size_t operand; /* where the last one begins in `out` */
};

static enum expression_result take(struct reader *r, const char *mark)
{
	return lex_take(r->lex, mark) ? EXPRESSION_GOOD : EXPRESSION_WRONG;
}

/* The octets from `start` on become those `offset` octets later, `length` of them at most. */
static void cut(struct cursor *out, size_t start, uint64_t offset, uint64_t length)
{
	size_t size = out->at - start;

	if (offset > size)
		offset = size;
	size -= (size_t)offset;
	if (length < size)
		size = (size_t)length;
	memmove(out->out + start, out->out + start + offset, size);
	out->at = start + size;
}

/* , NUMBER */
static bool read_number(struct lex *lex, uint64_t *number)
{
	if (!lex_take(lex, ",") || !lex_number(lex, UINT32_MAX, number))
		return false;
	lex_next(lex);
	return true;
}

static enum expression_result read_substring(struct reader *r, size_t start)
{
	uint64_t offset;
	uint64_t length;

	if (!read_number(r->lex, &offset) || !read_number(r->lex, &length))
		return EXPRESSION_UNSUPPORTED;
	cut(r->out, start, offset, length);
	return EXPRESSION_GOOD;
}

static enum expression_result read_suffix(struct reader *r, size_t start)
{
	size_t size = r->out->at - start;
	uint64_t length;

	if (!read_number(r->lex, &length))
		return EXPRESSION_UNSUPPORTED;
	cut(r->out, start, length < size ? size - length : 0, length);
	return EXPRESSION_GOOD;
}

static enum expression_result change_case(struct reader *r, size_t start, char from, char to)
{
	for (size_t i = start; i < r->out->at; i++)
		if (r->out->out[i] >= from && r->out->out[i] < from + 26)
			r->out->out[i] = (uint8_t)(r->out->out[i] - from + to);
	return EXPRESSION_GOOD;
}

static enum expression_result read_lcase(struct reader *r, size_t start)
{
	return change_case(r, start, 'A', 'a');
}

static enum expression_result read_ucase(struct reader *r, size_t start)
{
	return change_case(r, start, 'a', 'A');
}

/* Operands behind the first one are read as that is. */
static enum expression_result read_concat(struct reader *r, size_t start)
{
	(void)start;
	r->again = lex_take(r->lex, ",");
	return EXPRESSION_GOOD;
}

/* What stands behind the first operand that is not empty is dropped. */
static enum expression_result read_pick(struct reader *r, size_t start)
{
	if (r->operand > start)
		r->out->at = r->operand;
	r->again = lex_take(r->lex, ",");
	return EXPRESSION_GOOD;
}

/* What follows the first operand of a function, and what becomes of it. */
static const struct function {
	const char *name;
	enum expression_result (*read)(struct reader *r, size_t start);
} functions[] = {
	{ "concat", read_concat }, { "lcase", read_lcase },
	{ "ucase", read_ucase },   { "substring", read_substring },
	{ "suffix", read_suffix }, { "pick-first-value", read_pick },
	{ "pick", read_pick },
};

static const struct function *find_function(const struct lex *lex)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (lex_is(lex, functions[i].name))
			return &functions[i];
	return NULL;
}

static enum expression_result read_hostname(struct reader *r)
{
	lex_next(r->lex);
	if (!lex_take(r->lex, "(") || !lex_take(r->lex, ")"))
		return EXPRESSION_WRONG;
	if (!r->hostname)
		return EXPRESSION_UNSUPPORTED;
	put_bytes(r->out, r->hostname, strlen(r->hostname));
	return EXPRESSION_GOOD;
}

/* A string, which may be empty, or octets. */
static enum expression_result read_constant(struct reader *r)
{
	uint8_t bytes[LEX_STRING_MAX];
	size_t size = 0;
	const struct lex_token *token = &r->lex->token;

	if (token->kind == LEX_END || token->kind == LEX_BAD || token->kind == LEX_MARK)
		return EXPRESSION_WRONG;
	if (!(token->kind == LEX_STRING && token->size == 0) &&
	    !lex_octets(r->lex, bytes, sizeof(bytes), &size))
		return EXPRESSION_UNSUPPORTED;
	lex_next(r->lex);
	put_bytes(r->out, bytes, size);
	return EXPRESSION_GOOD;
}

static enum expression_result read_operand(struct reader *r)
{
	const struct function *function = find_function(r->lex);
	enum expression_result result;
	size_t start = r->out->at;

	if (lex_is(r->lex, "gethostname"))
		return read_hostname(r);
	if (!function)
		return read_constant(r);
	lex_next(r->lex);
	if (r->depth++ == DEPTH)
		return EXPRESSION_UNSUPPORTED;
	result = take(r, "(");
	do {
		size_t operand = r->out->at;

		if (result == EXPRESSION_GOOD)
			result = read_operand(r);
		r->again = false;
		r->operand = operand;
		if (result == EXPRESSION_GOOD)
			result = function->read(r, start);
	} while (result == EXPRESSION_GOOD && r->again);
	r->depth--;
	return result == EXPRESSION_GOOD ? take(r, ")") : result;
}

enum expression_result expression_read(struct lex *lex, const char *hostname, struct cursor *out)
{
	struct reader reader = { .lex = lex, .hostname = hostname, .out = out };

	return read_operand(&reader);
}
