#include "core/intake.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/inside.h"
#include "wire/merkle.h"
#include "wire/receipt.h"

struct intake_entry {
	struct intake_entry *next;
	struct intake_op op;  /* text, body and blobs owned */
	struct bytes receipt; /* packed, owned; of the batch it was last offered in */
	size_t size;
	uint64_t added_us; /* monotonic */
	bool is_settled;   /* its verdict is final */
};

static void
intake_op_free(struct intake_op *op)
{
	for (size_t i = 0; i < op->blob_count; i++)
		free((void *)(uintptr_t)op->blobs[i].data);
	free(op->blobs);
	free(op->body);
}

static void
intake_entry_free(struct intake_entry *entry)
{
	intake_op_free(&entry->op);
	free((void *)(uintptr_t)entry->op.action);
	free((void *)(uintptr_t)entry->op.actor);
	free((void *)(uintptr_t)entry->op.city);
	free((void *)(uintptr_t)entry->receipt.data);
	free(entry);
}

void
intake_clear(struct core *core)
{
	struct intake *intake = &core->intake;

	for (size_t i = 0; i < intake->batch_count; i++)
		intake_entry_free(intake->batch[i]);
	while (intake->first != NULL) {
		struct intake_entry *entry = intake->first;

		intake->first = entry->next;
		intake_entry_free(entry);
	}
	memset(intake, 0, sizeof *intake);
}

enum jx_err
intake_add(struct core *core, const struct intake_op *op)
{
	struct intake *intake = &core->intake;
	struct intake_entry *entry = NULL;
	size_t size = strlen(op->body);

	for (size_t i = 0; i < op->blob_count; i++)
		size += op->blobs[i].size;
	if (intake->count < INTAKE_OP_COUNT_MAX && intake->size + size <= INTAKE_SIZE_MAX)
		entry = calloc(1, sizeof *entry);
	if (entry == NULL) {
		struct intake_op refused = *op;

		intake_op_free(&refused);
		return JX_E_BUSY;
	}
	entry->op = *op;
	entry->op.action = strdup(op->action);
	entry->op.actor = strdup(op->actor);
	entry->op.city = strdup(op->city);
	entry->size = size;
	entry->added_us = core->now.mono_us;
	if (entry->op.action == NULL || entry->op.actor == NULL || entry->op.city == NULL) {
		intake_entry_free(entry);
		return JX_E_BUSY;
	}
	if (intake->last != NULL)
		intake->last->next = entry;
	else
		intake->first = entry;
	intake->last = entry;
	intake->count++;
	intake->size += size;
	return JX_OK;
}

bool
intake_is_idle(const struct intake *intake)
{
	return intake->count == 0;
}

/* Its callback may add ops; it runs when the entry is in no list any more. */
static void
intake_finish(struct core *core, struct intake_entry *entry, const struct intake_outcome *outcome)
{
	core->intake.count--;
	core->intake.size -= entry->size;
	entry->op.fn(core, entry->op.req, entry->op.handle, outcome);
	intake_entry_free(entry);
}

static bool
intake_batch_has(const struct intake *intake, const uint8_t op_id[16])
{
	for (size_t i = 0; i < intake->batch_count; i++)
		if (memcmp(intake->batch[i]->op.op_id, op_id, 16) == 0)
			return true;
	return false;
}

/* Moves what waits into the batch: in order, no op_id twice, within the limits. */
static void
intake_gather(struct intake *intake)
{
	struct intake_entry **link = &intake->first;
	struct intake_entry *previous = NULL;
	size_t size = 0;

	while (*link != NULL && intake->batch_count < STORE_BATCH_ITEM_COUNT_MAX) {
		struct intake_entry *entry = *link;

		if (intake->batch_count > 0 && size + entry->size > INTAKE_BATCH_SIZE_MAX)
			break;
		if (intake_batch_has(intake, entry->op.op_id)) {
			previous = entry;
			link = &entry->next;
			continue;
		}
		*link = entry->next;
		if (intake->last == entry)
			intake->last = previous;
		entry->next = NULL;
		entry->is_settled = false;
		size += entry->size;
		intake->batch[intake->batch_count++] = entry;
	}
}

/* What the batch did not take goes back to the front, in its old order. */
static void
intake_ungather(struct intake *intake)
{
	for (size_t i = intake->batch_count; i > 0; i--) {
		struct intake_entry *entry = intake->batch[i - 1];

		entry->next = intake->first;
		intake->first = entry;
		if (intake->last == NULL)
			intake->last = entry;
	}
	intake->batch_count = 0;
}

static void
intake_describe(const struct intake_entry *entry, struct store_item *item)
{
	const struct intake_op *op = &entry->op;

	*item = (struct store_item){
	    .action = op->action,
	    .actor = op->actor,
	    .city = op->city,
	    .year = op->year,
	    .received_us = op->received_us,
	    .body = {(const uint8_t *)op->body, strlen(op->body)},
	    .blobs = op->blobs,
	    .blob_count = op->blob_count,
	    .receipt = entry->receipt,
	};
	memcpy(item->op_id, op->op_id, sizeof item->op_id);
	memcpy(item->content_hash, op->content_hash, sizeof item->content_hash);
}

/* Root, signature and receipts of the gathered batch. JX_E_MEMORY: nothing was signed. */
static enum jx_err
intake_seal(struct core *core, struct store_batch *batch)
{
	struct intake *intake = &core->intake;
	struct receipt_leaf leaves[STORE_BATCH_ITEM_COUNT_MAX];
	struct bytes receipts[STORE_BATCH_ITEM_COUNT_MAX];
	struct receipt_batch sealed;
	struct arena *arena = arena_new(1 << 20);
	enum jx_err err = arena == NULL ? JX_E_MEMORY : JX_OK;

	for (size_t i = 0; i < intake->batch_count; i++) {
		const struct intake_op *op = &intake->batch[i]->op;

		leaves[i] = (struct receipt_leaf){
		    .action = op->action, .actor = op->actor, .received_us = op->received_us};
		memcpy(leaves[i].op_id, op->op_id, 16);
		memcpy(leaves[i].content_hash, op->content_hash, 32);
	}
	sealed = (struct receipt_batch){
	    .number = intake->head_number + 1, .sealed_us = core->now.wall_us};
	memcpy(sealed.prev_hash, intake->head_hash, 32);
	if (err == JX_OK)
		err = receipt_make(arena, leaves, intake->batch_count, core->config.signing_secret,
		    &sealed, receipts);
	for (size_t i = 0; err == JX_OK && i < intake->batch_count; i++) {
		uint8_t *copy = malloc(receipts[i].size);

		if (copy == NULL) {
			err = JX_E_MEMORY;
			break;
		}
		memcpy(copy, receipts[i].data, receipts[i].size);
		free((void *)(uintptr_t)intake->batch[i]->receipt.data);
		intake->batch[i]->receipt = (struct bytes){copy, receipts[i].size};
	}
	arena_free(arena);
	batch->number = sealed.number;
	batch->sealed_us = sealed.sealed_us;
	memcpy(batch->prev_hash, sealed.prev_hash, 32);
	memcpy(batch->root, sealed.root, 32);
	memcpy(batch->hash, sealed.hash, 32);
	memcpy(batch->signature, sealed.signature, 64);
	memcpy(batch->key_id, sealed.key_id, 8);
	return err;
}

#ifdef JX_PLANT_ACK_BEFORE_COMMIT
/* Planted for the harnesses (tests/sim, tests/fault): success is told before it is true. */
static void
intake_planted_ignore(
    struct core *core, struct request_id req, uint64_t handle, const struct intake_outcome *outcome)
{
	(void)core, (void)req, (void)handle, (void)outcome;
}

static void
intake_planted_ack(struct core *core)
{
	for (size_t i = 0; i < core->intake.batch_count; i++) {
		struct intake_entry *entry = core->intake.batch[i];
		struct intake_outcome early = {.err = JX_OK, .value = 1, .receipt = entry->receipt};

		entry->op.fn(core, entry->op.req, entry->op.handle, &early);
		entry->op.fn = intake_planted_ignore;
	}
}
#endif

#ifdef JX_PLANT_UNCERTAIN_IS_FAILURE
/* Planted for tests/sim: what may have been stored is told as refused. */
static void
intake_planted_give_up(struct core *core)
{
	static const struct intake_outcome refused = {.err = JX_E_STALE};

	while (core->intake.batch_count > 0)
		intake_finish(core, core->intake.batch[--core->intake.batch_count], &refused);
}
#endif

static void
intake_send(struct core *core)
{
	struct intake *intake = &core->intake;
	struct store_item items[STORE_BATCH_ITEM_COUNT_MAX];
	struct store_batch batch = {0};

	intake_gather(intake);
	assert(intake->batch_count > 0);
	if (intake_seal(core, &batch) != JX_OK) {
		intake_ungather(intake);
		intake->retry_us = core->now.mono_us + INTAKE_RETRY_US;
		return;
	}
	for (size_t i = 0; i < intake->batch_count; i++)
		intake_describe(intake->batch[i], &items[i]);
	batch.items = items;
	batch.item_count = intake->batch_count;
	memcpy(intake->sent_hash, batch.hash, 32);
	intake->state = INTAKE_COMMITTING;
	intake->ticket++;
#ifdef JX_PLANT_ACK_BEFORE_COMMIT
	intake_planted_ack(core);
#endif
	core->world.store->commit(core->world.store->arg, &batch, intake->ticket);
}

static void
intake_on_head(
    struct core *core, struct request_id req, uint64_t handle, const struct store_rows *rows)
{
	struct intake *intake = &core->intake;
	uint64_t known_number = intake->head_number;

	(void)req;
	(void)handle;
	if (intake->state != INTAKE_ASKING)
		return;
	if (rows->err != JX_OK) {
		intake->state = INTAKE_BLIND;
		intake->retry_us = core->now.mono_us + INTAKE_RETRY_US;
		return;
	}
	intake->head_number = 0;
	memset(intake->head_hash, 0, sizeof intake->head_hash);
	if (rows->row_count > 0) {
		struct bytes hash = ask_cell(rows, 0, 1);

		assert(hash.size == sizeof intake->head_hash);
		intake->head_number = ask_number(rows, 0, 0);
		memcpy(intake->head_hash, hash.data, hash.size);
	}
	intake->state = INTAKE_IDLE;
	if (intake->head_number != known_number)
		books_drop_all(core); /* by a commit of which we heard nothing */
}

void
intake_settle(struct core *core)
{
	struct intake *intake = &core->intake;

	if (!intake->is_available || core->now.mono_us < intake->retry_us)
		return;
	if (intake->state == INTAKE_BLIND) {
		intake->state = INTAKE_ASKING;
		if (ask_send(core, QUESTION_HEAD, NULL, (struct request_id){0, 0}, 0,
			intake_on_head) != JX_OK) {
			intake->state = INTAKE_BLIND;
			intake->retry_us = core->now.mono_us + INTAKE_RETRY_US;
		}
	}
	if (intake->state == INTAKE_IDLE && intake->first != NULL)
		intake_send(core);
}

/* Ops that have waited too long for a database are given back: the client asks again with the same
 * op_id. */
void
intake_tick(struct core *core)
{
	struct intake *intake = &core->intake;
	struct intake_entry **link = &intake->first;
	struct intake_entry *overdue = NULL, *previous = NULL;
	const struct intake_outcome gone = {.err = JX_E_UNAVAILABLE};

	while (*link != NULL) {
		struct intake_entry *entry = *link;

		if (core->now.mono_us - entry->added_us <= INTAKE_WAIT_US_MAX) {
			previous = entry;
			link = &entry->next;
			continue;
		}
		*link = entry->next;
		if (intake->last == entry)
			intake->last = previous;
		entry->next = overdue;
		overdue = entry;
	}
	while (overdue != NULL) {
		struct intake_entry *entry = overdue;

		overdue = entry->next;
		intake_finish(core, entry, &gone);
	}
}

static void
intake_on_stored(
    struct core *core, const struct store_verdict *verdicts, const uint8_t sent_hash[32])
{
	struct intake *intake = &core->intake;
	struct intake_entry *done[STORE_BATCH_ITEM_COUNT_MAX];
	size_t count = intake->batch_count;

	memcpy(done, intake->batch, sizeof *done * count);
	intake->batch_count = 0;
	intake->head_number++;
	memcpy(intake->head_hash, sent_hash, 32);
	intake->committed_batches++;
	intake->committed_ops += count;
	for (size_t i = 0; i < count; i++) {
		struct intake_outcome outcome = {
		    .err = JX_OK, .value = verdicts[i].value, .receipt = done[i]->receipt};

		intake_finish(core, done[i], &outcome);
	}
}

/* Some were refused or were stored before: those are answered, the others offered again. */
static void
intake_on_refused(struct core *core, const struct store_verdict *verdicts)
{
	struct intake *intake = &core->intake;
	struct intake_entry *done[STORE_BATCH_ITEM_COUNT_MAX];
	size_t count = intake->batch_count, kept = 0, settled = 0;

	for (size_t i = 0; i < count; i++)
		settled += verdicts[i].err != JX_OK || verdicts[i].replayed;
	for (size_t i = 0; i < count; i++) {
		done[i] = NULL;
		/* A refusal that names nobody would go round for ever. */
		if (settled == 0 || verdicts[i].err != JX_OK || verdicts[i].replayed)
			done[i] = intake->batch[i];
		else
			intake->batch[kept++] = intake->batch[i];
	}
	intake->batch_count = kept;
	intake_ungather(intake);
	for (size_t i = 0; i < count; i++) {
		struct intake_outcome outcome = {
		    .err = settled == 0 ? JX_E_INTERNAL : verdicts[i].err,
		    .replayed = verdicts[i].replayed,
		    .value = verdicts[i].value,
		    .receipt = verdicts[i].receipt,
		};

		if (done[i] != NULL)
			intake_finish(core, done[i], &outcome);
	}
}

void
intake_on_committed(struct core *core, uint64_t ticket, enum store_outcome outcome,
    const struct store_verdict *verdicts, size_t verdict_count)
{
	struct intake *intake = &core->intake;

	assert(intake->state == INTAKE_COMMITTING && ticket == intake->ticket);
	intake->state = INTAKE_IDLE;
	switch (outcome) {
	case STORE_COMMITTED:
		assert(verdict_count == intake->batch_count);
		intake_on_stored(core, verdicts, intake->sent_hash);
		break;
	case STORE_REFUSED:
		assert(verdict_count == intake->batch_count);
		intake_on_refused(core, verdicts);
		break;
	case STORE_UNCERTAIN:
#ifdef JX_PLANT_UNCERTAIN_IS_FAILURE
		intake_planted_give_up(core);
#endif
		/* fallthrough */
	case STORE_BEHIND:
		intake_ungather(intake);
		intake->state = INTAKE_BLIND;
		break;
	case STORE_FAILED:
		intake_ungather(intake);
		intake->state = INTAKE_BLIND;
		intake->retry_us = core->now.mono_us + INTAKE_RETRY_US;
		break;
	}
}

void
intake_on_available(struct core *core, bool is_available)
{
	core->intake.is_available = is_available;
	if (is_available)
		core->intake.retry_us = 0;
	if (core->intake.state == INTAKE_IDLE)
		core->intake.state = INTAKE_BLIND; /* whoever came back may know another head */
}
