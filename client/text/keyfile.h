/* SPDX-License-Identifier: MPL-2.0 */
#ifndef DHCP6_KEYFILE_H
#define DHCP6_KEYFILE_H

/* The file that keeps a reconfigure key, text <-> struct rkap: "server-id 0:1:…; key 0:…; replay
 * N;" */

#include <stdbool.h>
#include <stddef.h>

#include "core/auth.h"
#include "core/wire.h"

/* False, and nothing is known, when the text is damaged anywhere. */
bool keyfile_parse(struct rkap *rkap, const char *text, size_t size);

void keyfile_put(struct cursor *out, const struct rkap *rkap);

#endif
