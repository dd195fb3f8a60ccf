#include "cli/copies.h"

#include <stdlib.h>
#include <string.h>

#include "cli/local.h"
#include "cli/when.h"

enum { FIELD_COUNT = 6 };

static const char separator = '\t'; /* no text of a request holds one */

void
copies_allow(struct cli *cli)
{
	cli->works_offline = true;
	cli->may_wait = true;
}

static const char *
text_of(const char *text)
{
	return text == NULL ? "" : text;
}

/* "list\tgoals\t220700\t2026\tX1\t\t…"; NULL: it is not kept, or memory is out. */
static const char *
name_of(struct cli *cli, const Jx__View *view)
{
	const char *name = arena_printf(cli->arena, "%s\t%s\t%s\t%u\t%s\t%s", text_of(view->view),
	    text_of(view->kind), text_of(view->city), view->year, text_of(view->unit),
	    text_of(view->object));

	if (name != NULL && (view->run > 0 || view->other > 0))
		name = arena_printf(cli->arena, "%s\t%u\t%u", name, view->run, view->other);
	for (size_t i = 0; name != NULL && i < view->n_filters; i++)
		name = arena_printf(cli->arena, "%s\t%s=%s", name, text_of(view->filters[i]->field),
		    text_of(view->filters[i]->value));
	return name == NULL || strlen(name) >= OUTBOX_NAME_SIZE_MAX ? NULL : name;
}

bool
copies_read(struct cli *cli, const Jx__View *view, struct table *out, uint64_t *saved_us)
{
	const char *name = name_of(cli, view);
	struct outbox_thing copy;
	const Jx__Table *whole;

	if (name == NULL || !local_try_open(cli) ||
	    outbox_get(cli->store, cli->arena, OUTBOX_COPY, name, &copy) != JX_OK)
		return false;
	whole = jx__table__unpack(arena_allocator(cli->arena), copy.bytes.size, copy.bytes.data);
	if (whole == NULL)
		return false;
	*out = table_of(whole, 0);
	*saved_us = copy.saved_us;
	return true;
}

bool
copies_find(struct cli *cli, const Jx__View *view, struct table *out)
{
	uint64_t saved_us;

	if (!cli->works_offline || !online_is_cut_off(cli) || !copies_read(cli, view, out, &saved_us))
		return false;
	cli_note(cli, "离线副本，截至 %s", "a copy, as of %s: there is no link", when_local(cli, saved_us));
	return true;
}

int
copies_keep(struct cli *cli, const Jx__View *view, const struct table *table)
{
	const char *name = name_of(cli, view);
	Jx__Table whole = *table->first;
	struct bytes bytes;
	uint8_t *packed;
	enum jx_err err;

	if (name == NULL)
		return cli_error_memory(cli);
	whole.rows = table->rows;
	whole.n_rows = table->row_count;
	whole.has_next = false;
	packed = arena_alloc(cli->arena, jx__table__get_packed_size(&whole) + 1);
	if (packed == NULL)
		return cli_error_memory(cli);
	bytes = (struct bytes){packed, jx__table__pack(&whole, packed)};
	err = outbox_put(cli->store, OUTBOX_COPY, name, bytes, local_now_us());
	return err == JX_OK ? CLI_EXIT_OK : local_error(cli, err);
}

bool
copies_key_read(struct cli *cli, const char *name, struct copies_key *key)
{
	const char *fields[FIELD_COUNT];

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const char *end = strchr(name, separator);
		size_t size = end == NULL ? strlen(name) : (size_t)(end - name);

		fields[i] = arena_strndup(cli->arena, name, size);
		if (fields[i] == NULL || (end == NULL && i + 1 < FIELD_COUNT))
			return false;
		name += size + (end != NULL);
	}
	*key = (struct copies_key){.view = fields[0], .kind = fields[1], .city = fields[2],
	    .year = (uint32_t)strtoul(fields[3], NULL, 10), .unit = fields[4], .object = fields[5]};
	return true;
}
