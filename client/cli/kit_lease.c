#include "cli/kit_lease.h"

#include <string.h>

#include "cli/item.h"
#include "link/opid.h"

/* The goals of one unit among the tasks, as rows; a mark is given by several: each goal once. */
static size_t
fill_rows(struct cli *cli, const struct kit *kit, const struct kit_task *tasks, size_t count,
    const char *unit, bool is_giving, Jx__Records *records)
{
	Jx__Lease *leases = arena_alloc(cli->arena, (count + 1) * sizeof *leases);

	records->leases = arena_alloc(cli->arena, (count + 1) * sizeof *records->leases);
	if (leases == NULL || records->leases == NULL)
		return 0;
	for (size_t i = 0; i < count; i++) {
		Jx__Lease *lease = &leases[records->n_leases];
		bool is_wanted = is_giving ? tasks[i].is_mine && tasks[i].queued == 0
					   : tasks[i].holder[0] == '\0' || tasks[i].is_mine;

		if (!is_wanted || strcmp(tasks[i].unit, unit) != 0)
			continue;
		jx__lease__init(lease);
		lease->unit = ONLINE_TEXT(unit);
		lease->goal = ONLINE_TEXT(tasks[i].goal);
		lease->by = ONLINE_TEXT(kit->account);
		records->leases[records->n_leases++] = lease;
	}
	return records->n_leases;
}

/* Like any other deed: sealed first. */
static int
do_deed(struct cli *cli, const struct kit *kit, const char *name, const char *unit, Jx__Records *records)
{
	Jx__Deed deed = JX__DEED__INIT;
	uint8_t op_id[OPID_SIZE];
	struct outbox_item item;
	struct sending sending;
	int status;

	opid_make(op_id);
	deed.has_op_id = deed.has_year = deed.has_dry_run = true;
	deed.op_id = (ProtobufCBinaryData){sizeof op_id, op_id};
	deed.deed = ONLINE_TEXT(name);
	deed.city = ONLINE_TEXT(kit->year.city);
	deed.year = kit->year.year;
	deed.unit = ONLINE_TEXT(unit);
	deed.rows = records;
	status = sending_seal(cli, &deed, NULL, 0, &item);
	if (status != CLI_EXIT_OK)
		return status;
	sending = (struct sending){.only = &item.number, .only_count = 1, .own = item.number};
	status = sending_run(cli, &sending);
	if (status != CLI_EXIT_OK)
		return status;
	if (sending.own_state == OUTBOX_REFUSED)
		return online_fail_kept(cli, sending.refusal, NULL, NULL);
	for (size_t i = 0; sending.reply != NULL && i < sending.reply->n_notes; i++)
		cli_note(cli, "%s", "%s", sending.reply->notes[i]);
	return sending.stop_status;
}

static int
do_unit(struct cli *cli, const struct kit *kit, const char *unit, bool is_giving)
{
	Jx__Records records = JX__RECORDS__INIT;
	struct kit_task *tasks;
	size_t count;

	if (!kit_tasks(cli, kit, &tasks, &count) ||
	    fill_rows(cli, kit, tasks, count, unit, is_giving, &records) == 0)
		return CLI_EXIT_OK;
	return do_deed(cli, kit, is_giving ? "lease.give" : "lease.take", unit, &records);
}

int
kit_lease_take(struct cli *cli, const struct kit *kit)
{
	int status = CLI_EXIT_OK;

	for (size_t i = 0; status == CLI_EXIT_OK && i < kit->unit_count; i++)
		status = do_unit(cli, kit, kit->units[i], false);
	return status;
}

int
kit_lease_give(struct cli *cli, const struct kit *kit, const char *unit)
{
	struct kit_task *tasks;
	size_t count;
	int status = CLI_EXIT_OK;

	if (!kit_tasks(cli, kit, &tasks, &count))
		return CLI_EXIT_OK;
	for (size_t i = 0; status == CLI_EXIT_OK && i < count; i++) {
		bool is_first = true;

		for (size_t k = 0; k < i; k++)
			is_first = is_first && strcmp(tasks[k].unit, tasks[i].unit) != 0;
		if (is_first && (unit == NULL || strcmp(tasks[i].unit, unit) == 0))
			status = do_unit(cli, kit, tasks[i].unit, true);
	}
	return status;
}
