/* SPDX-License-Identifier: MPL-2.0 */
#include "agenda.h"

#include <assert.h>
#include <stdlib.h>

static bool before(const struct item *a, const struct item *b)
{
	return a->at < b->at || (a->at == b->at && a->order < b->order);
}

struct item *agenda_put(struct agenda *agenda, enum happening what, msec at)
{
	struct item new = { .what = what, .at = at, .order = agenda->order++ };
	unsigned int i = agenda->n++;

	assert(i < AGENDA_ITEMS);
	while (i > 0 && before(&new, &agenda->item[(i - 1) / 2])) {
		agenda->item[i] = agenda->item[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	agenda->item[i] = new;
	return &agenda->item[i];
}

msec agenda_next(const struct agenda *agenda)
{
	return agenda->n > 0 ? agenda->item[0].at : NEVER;
}

struct item agenda_take(struct agenda *agenda)
{
	struct item first = agenda->item[0];
	struct item last = agenda->item[--agenda->n];
	unsigned int i = 0;

	for (unsigned int child = 1; child < agenda->n; child = 2 * i + 1) {
		if (child + 1 < agenda->n && before(&agenda->item[child + 1], &agenda->item[child]))
			child++;
		if (!before(&agenda->item[child], &last))
			break;
		agenda->item[i] = agenda->item[child];
		i = child;
	}
	agenda->item[i] = last;
	return first;
}

bool agenda_has_room(const struct agenda *agenda)
{
	return agenda->n < AGENDA_ITEMS / 2;
}

void agenda_clear(struct agenda *agenda)
{
	for (unsigned int i = 0; i < agenda->n; i++)
		free(agenda->item[i].bytes);
	agenda->n = 0;
}
