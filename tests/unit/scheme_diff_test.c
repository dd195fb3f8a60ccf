/* Two years' schemes side by side: what has changed, and only that (R39, R47). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "cli/scheme_diff.h"

struct both {
	struct arena *arena;
	struct scheme_change *changes;
	size_t count;
};

static const struct yaml_node *
tree(struct arena *arena, const char *text)
{
	struct faults *faults = faults_new(JX_ZH);
	const struct yaml_node *root =
	    yaml_read(arena, (struct bytes){(const uint8_t *)text, strlen(text)}, "x", faults);

	cr_assert_eq(faults_count(faults), 0u);
	faults_free(faults);
	return root;
}

static struct both
diff(const char *old, const char *new)
{
	struct both both = {.arena = arena_new(8 << 20)};

	cr_assert_eq(scheme_diff(both.arena, JX_ZH, tree(both.arena, old), tree(both.arena, new),
			 &both.changes, &both.count), JX_OK);
	return both;
}

/* path|before|after of each change, a line each. */
static void
expect(const char *old, const char *new, const char *expected)
{
	struct both both = diff(old, new);
	char said[2048] = "";
	size_t used = 0;

	for (size_t i = 0; i < both.count; i++) {
		const struct scheme_change *change = &both.changes[i];

		used += (size_t)snprintf(said + used, sizeof said - used, "%s|%s|%s\n", change->path,
		    change->before == NULL ? "-" : change->before,
		    change->after == NULL ? "-" : change->after);
	}
	cr_expect_str_eq(said, expected);
	arena_free(both.arena);
}

Test(scheme_diff, a_scheme_does_not_differ_from_itself_however_it_is_written)
{
	expect("a: 1\nb: {x: 0.5, y: [p, q]}\n", "# a comment\na: 1.00\nb:\n  x: 0.50\n  y: [p, q]\n", "");
	expect("a: 10\n", "a: 10.0\n", "");
	expect("a: 10\n", "a: 100\n", "a|10|100\n");
	expect("a: 1.05\n", "a: 1.5\n", "a|1.05|1.5\n");
}

Test(scheme_diff, an_element_is_known_by_its_code_not_by_its_place)
{
	static const char old[] = "common:\n  - {item: safety, points: 1}\n  - {item: funds, points: 1}\n";

	expect(old, "common:\n  - {item: law, points: 2}\n  - {item: safety, points: 3}\n  - {item: funds, points: 1}\n",
	    "common[law].item|-|law\ncommon[law].points|-|2\ncommon[safety].points|1|3\n");
	expect(old, "common:\n  - {item: funds, points: 1}\n",
	    "common[safety].item|safety|-\ncommon[safety].points|1|-\n");
	/* Answers of a card are told apart by their order: a new order is a difference. */
	expect(old, "common:\n  - {item: funds, points: 1}\n  - {item: safety, points: 1}\n",
	    "common|safety, funds|funds, safety\n");
}

Test(scheme_diff, what_is_gone_stands_where_it_stood)
{
	expect("a: 1\nb: 2\nc: 3\n", "a: 2\nc: 4\nd: 5\n", "a|1|2\nb|2|-\nc|3|4\nd|-|5\n");
	expect("a: [x, y]\n", "a: [y, x]\n", "a|x, y|y, x\n");
	expect("a: [x]\nb: {}\n", "a: x\n", "b||-\n");
}

Test(scheme_diff, speaks_of_clauses_as_people_do)
{
	struct both both = diff(
	    "kinds:\n  county:\n    common:\n      - {item: safety, name: 安全生产, points: 1}\nveto:\n  kinds: [a]\n",
	    "kinds:\n  county:\n    common:\n      - {item: safety, name: 安全生产, points: 2}\nveto:\n  kinds: [b]\n");

	cr_assert_eq(both.count, 2u);
	cr_expect_str_eq(both.changes[0].words, "两类单位 › 县（区） › 共性工作目标 › 安全生产 › 分值");
	cr_expect_str_eq(both.changes[1].words, "一票否决 › 否决事项");
	arena_free(both.arena);
}
