/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_EXPRESSION_H
#define DHCP6_EXPRESSION_H

/*
 * ISC's data expressions, as far as they need neither a packet nor a variable: "text", 0:1:ff,
 * gethostname(), concat(a, b, ...), pick-first-value(a, b, ...), lcase(a), ucase(a),
 * substring(a, offset, length) and suffix(a, length).
 */

#include <stdbool.h>
#include <stddef.h>

#include "core/wire.h"
#include "text/lex.h"

enum expression_result {
	EXPRESSION_GOOD,
	EXPRESSION_UNSUPPORTED, /* it may well be an expression, but not one of these */
	EXPRESSION_WRONG,
};

/*
 * Reads an expression, of which the current token is the first, and writes its octets to `out`,
 * which is bad when there is no room for them. The token behind it becomes the current one; else
 * the current one is that at which reading has ended.
 */
enum expression_result expression_read(struct lex *lex, const char *hostname, struct cursor *out);

#endif
