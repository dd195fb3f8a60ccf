#include "records/compare.h"

static void
compare_kind(const Jx__Records *before, const Jx__Records *after, enum record_kind kind,
    records_change_fn fn, void *arg)
{
	size_t before_count = records_count(before, kind), after_count = records_count(after, kind);
	const ProtobufCMessage *old, *new;
	size_t b = 0, a = 0;
	int order;

	while (b < before_count || a < after_count) {
		old = b < before_count ? records_at(before, kind, b) : NULL;
		new = a < after_count ? records_at(after, kind, a) : NULL;
		if (old == NULL)
			order = 1;
		else if (new == NULL)
			order = -1;
		else
			order = record_compare_key(old, new, kind);

		if (order < 0) {
			fn(arg, kind, RECORD_WITHDRAWN, old, NULL);
		} else if (order > 0) {
			fn(arg, kind, RECORD_NEW, NULL, new);
		} else {
			fn(arg, kind,
			    record_equal(old, new, kind) ? RECORD_UNCHANGED : RECORD_CHANGED, old,
			    new);
		}
		b += order <= 0;
		a += order >= 0;
	}
}

void
records_compare(
    const Jx__Records *before, const Jx__Records *after, records_change_fn fn, void *arg)
{
	enum record_kind kind;

	for (kind = 0; kind < RECORD_KIND_COUNT; kind++)
		compare_kind(before, after, kind, fn, arg);
}
