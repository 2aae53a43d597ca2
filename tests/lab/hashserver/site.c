/* SPDX-License-Identifier: MPL-2.0 */
#include "site.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <nettle/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire.h"

#define BLANK " \t\r\n"

static int digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* One digit is an octet only where colons stand between: that is how ISC writes them. */
static bool read_hex(struct cursor *out, const char *text)
{
	bool colons = strchr(text, ':') != NULL;

	while (*text) {
		int value = digit(*text++);

		if (value < 0)
			return false;
		if (digit(*text) >= 0)
			value = value * 16 + digit(*text++);
		else if (!colons)
			return false;
		put_u8(out, (uint8_t)value);
		if (*text == ':' && text[1])
			text++;
		else if (*text && colons)
			return false;
	}
	return !out->bad;
}

bool read_duid(struct duid *duid, const char *text)
{
	uint8_t bytes[DUID_MAX];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));

	return read_hex(&out, text) && duid_set(duid, bytes, out.at);
}

bool read_iaid(uint32_t *iaid, const char *text)
{
	uint8_t bytes[4];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	struct cursor in = cursor_reader(bytes, sizeof(bytes));

	if (!read_hex(&out, text) || out.at != sizeof(bytes))
		return false;
	*iaid = get_u32(&in);
	return true;
}

bool identity_equal(const struct identity *a, const struct identity *b)
{
	return a->iaid == b->iaid && duid_equal(&a->duid, &b->duid);
}

/* The bits of `mask_of` behind the prefix are put into `addr`. */
static void put_behind(struct in6_addr *addr, unsigned int length, const uint8_t bits[static 16])
{
	for (unsigned int i = length; i < 128; i++) {
		uint8_t bit = (uint8_t)(0x80 >> i % 8);

		addr->s6_addr[i / 8] =
			(uint8_t)((addr->s6_addr[i / 8] & ~bit) | (bits[i / 8] & bit));
	}
}

bool site_set_prefix(struct site *site, const char *text)
{
	static const uint8_t zeros[16];
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	unsigned long length;
	char *end;

	if (!slash || (size_t)(slash - text) >= sizeof(address))
		return false;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	length = strtoul(slash + 1, &end, 10);
	if (end == slash + 1 || *end || length < 64 || length > 127 ||
	    inet_pton(AF_INET6, address, &site->prefix) != 1)
		return false;
	site->length = (uint8_t)length;
	put_behind(&site->prefix, site->length, zeros);
	return true;
}

bool site_set_key(struct site *site, const char *text)
{
	size_t size = strlen(text);

	if (size > sizeof(site->key))
		return false;
	memcpy(site->key, text, size);
	site->key_size = (uint8_t)size;
	return true;
}

bool site_add_exception(struct site *site, const char *line)
{
	struct exception *exception = &site->exception[site->n];
	char text[512];
	char *words[4];
	unsigned int n = 0;
	char *rest = text;

	if (strlen(line) >= sizeof(text))
		return false;
	strcpy(text, line);
	while (n < 4 && (words[n] = strtok_r(rest, BLANK, &rest)))
		n++;
	if (n == 0 || words[0][0] == '#')
		return true;
	if (n != 3 || site->n == SITE_EXCEPTIONS ||
	    !read_duid(&exception->identity.duid, words[0]) ||
	    !read_iaid(&exception->identity.iaid, words[1]) ||
	    inet_pton(AF_INET6, words[2], &exception->addr) != 1)
		return false;
	site->n++;
	return true;
}

bool site_load_exceptions(struct site *site, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[512];
	bool good = true;

	if (!file) {
		perror(path);
		return false;
	}
	for (unsigned int number = 1; good && fgets(line, sizeof(line), file); number++) {
		good = site_add_exception(site, line);
		if (!good)
			fprintf(stderr, "%s:%u: not \"DUID IAID ADDRESS\", or too many\n", path,
				number);
	}
	fclose(file);
	return good;
}

const struct exception *site_exception(const struct site *site, const struct identity *identity)
{
	for (unsigned int i = 0; i < site->n; i++)
		if (identity_equal(&site->exception[i].identity, identity))
			return &site->exception[i];
	return NULL;
}

/* RFC 5453: the subnet-router anycast address, and the subnet anycast addresses. */
static bool is_reserved(const struct in6_addr *addr)
{
	static const uint8_t zeros[8];
	static const uint8_t anycast[7] = { 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	return memcmp(addr->s6_addr + 8, zeros, 8) == 0 ||
	       (memcmp(addr->s6_addr + 8, anycast, 7) == 0 && addr->s6_addr[15] >= 0x80);
}

static struct in6_addr hash(const struct site *site, const struct identity *identity,
			    uint32_t counter)
{
	struct in6_addr addr = site->prefix;
	uint8_t bytes[16 + 4 + 4 + DUID_MAX];
	struct cursor out = cursor_writer(bytes, sizeof(bytes));
	uint8_t digest[16];
	struct hmac_sha256_ctx hmac;

	/* The only part of variable size comes last: no two identities make the same octets. */
	put_addr(&out, &site->prefix);
	put_u32(&out, counter);
	put_u32(&out, identity->iaid);
	put_bytes(&out, identity->duid.bytes, identity->duid.size);
	hmac_sha256_set_key(&hmac, site->key_size, site->key);
	hmac_sha256_update(&hmac, out.at, bytes);
	hmac_sha256_digest(&hmac, sizeof(digest), digest);
	put_behind(&addr, site->length, digest);
	return addr;
}

struct in6_addr site_hash(const struct site *site, const struct identity *identity,
			  unsigned int counter)
{
	struct in6_addr addr = hash(site, identity, counter);

	/* The counter of a client stays small: its upper half is free for this. */
	for (uint32_t again = 1; again < 32 && is_reserved(&addr); again++)
		addr = hash(site, identity, counter | again << 16);
	return addr;
}

struct in6_addr site_candidate(const struct site *site, const struct identity *identity,
			       unsigned int counter)
{
	const struct exception *exception = site_exception(site, identity);

	if (exception && counter == 0)
		return exception->addr;
	return site_hash(site, identity, counter - (exception ? 1 : 0));
}

bool site_on_link(const struct site *site, const struct in6_addr *addr)
{
	return memcmp(addr->s6_addr, site->prefix.s6_addr, 8) == 0;
}
