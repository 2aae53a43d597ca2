/* SPDX-License-Identifier: MPL-2.0 */
#include "core/duid.h"

#include <string.h>

enum duid_type {
	DUID_LLT = 1,
	DUID_LL = 3,
	DUID_UUID = 4,
};

#define LINK_LAYER_MAX 32

/* 2000-01-01 00:00 UTC in seconds since 1970: where the time of a DUID-LLT begins. */
#define DUID_EPOCH 946684800

static struct duid finish(struct duid *duid, const struct cursor *c)
{
	duid->size = (uint8_t)c->at;
	return *duid;
}

struct duid duid_llt(uint16_t hardware, const uint8_t *address, size_t size, int64_t epoch)
{
	struct duid duid = { 0 };
	struct cursor c = cursor_writer(duid.bytes, sizeof(duid.bytes));

	put_u16(&c, DUID_LLT);
	put_u16(&c, hardware);
	put_u32(&c, (uint32_t)(epoch - DUID_EPOCH));
	put_bytes(&c, address, size < LINK_LAYER_MAX ? size : LINK_LAYER_MAX);
	return finish(&duid, &c);
}

struct duid duid_ll(uint16_t hardware, const uint8_t *address, size_t size)
{
	struct duid duid = { 0 };
	struct cursor c = cursor_writer(duid.bytes, sizeof(duid.bytes));

	put_u16(&c, DUID_LL);
	put_u16(&c, hardware);
	put_bytes(&c, address, size < LINK_LAYER_MAX ? size : LINK_LAYER_MAX);
	return finish(&duid, &c);
}

struct duid duid_uuid(const uint8_t uuid[static 16])
{
	struct duid duid = { 0 };
	struct cursor c = cursor_writer(duid.bytes, sizeof(duid.bytes));

	put_u16(&c, DUID_UUID);
	put_bytes(&c, uuid, 16);
	return finish(&duid, &c);
}

bool duid_set(struct duid *duid, const uint8_t *bytes, size_t size)
{
	if (size < DUID_MIN || size > DUID_MAX)
		return false;
	duid->size = (uint8_t)size;
	memcpy(duid->bytes, bytes, size);
	return true;
}

bool duid_read(struct duid *duid, struct cursor *data)
{
	size_t size = cursor_left(data);

	return size > 0 && duid_set(duid, get_span(data, size), size);
}

bool duid_equal(const struct duid *a, const struct duid *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

bool duid_in(const struct duid_list *list, const struct duid *duid)
{
	for (unsigned int i = 0; i < list->n; i++)
		if (duid_equal(&list->duid[i], duid))
			return true;
	return false;
}
