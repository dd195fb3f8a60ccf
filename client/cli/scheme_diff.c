#include "cli/scheme_diff.h"

#include <stdlib.h>
#include <string.h>

/* A value of a scheme and where it stands. */
struct leaf {
	const char *path, *words, *value;
	const struct yaml_node *list; /* value is the order of its elements; else NULL */
};

struct leaves {
	struct arena *arena;
	enum jx_lang lang;
	const struct yaml_node *root;
	struct leaf *items;
	size_t count, capacity;
	bool is_out; /* of memory */
};

/* ---- Words. parent "": anywhere. */

/* clang-format off */
static const struct {
	const char *parent, *key, *zh, *en;
} key_words[] = {
	{"", "scheme", "格式版本", "format"},
	{"", "city", "行政区划代码", "city's code"},
	{"", "city_name", "城市", "city"},
	{"", "year", "年度", "year"},
	{"", "title", "方案名称", "title"},
	{"composite", "rounding", "名额取整", "rounding of places"},
	{"", "rounding", "分数取整", "rounding"},
	{"", "digits", "小数位数", "digits"},
	{"", "mode", "取整方式", "mode"},
	{"", "compare", "等次和排名的依据", "what is compared"},
	{"", "tie_break", "同分时依次比较", "tie-break"},
	{"", "classes", "单位分类", "classes"},
	{"classes", "county", "县（区）政府", "counties"},
	{"", "calendar", "期限", "calendar"},
	{"", "goals_confirmed", "目标确定", "goals confirmed"},
	{"", "adjustments", "目标调整", "adjustments"},
	{"", "self_reports", "自评和奖项申请", "self reports"},
	{"", "common_results", "共性目标评估结果", "common results"},
	{"", "publicity_days", "公示天数", "days of publicity"},
	{"", "basic", "基础工作", "basic work"},
	{"weights", "progress", "定期调度", "progress"},
	{"", "progress", "定期调度", "progress"},
	{"", "rounds", "次数", "rounds"},
	{"", "visits", "实地踏查", "visits"},
	{"", "unsampled", "未抽到的单位", "units not drawn"},
	{"bonus", "kinds", "加分点", "kinds of bonus"},
	{"veto", "kinds", "否决事项", "kinds of veto"},
	{"", "kinds", "两类单位", "kinds"},
	{"awards", "county", "县（区）奖", "awards of counties"},
	{"", "county", "县（区）", "counties"},
	{"", "department", "部门", "departments"},
	{"", "key_points", "重点工作目标分值", "points of key goals"},
	{"", "parts", "重点工作目标各部分", "parts of key goals"},
	{"", "common", "共性工作目标", "common goals"},
	{"", "set_by", "赋分部门", "marked by"},
	{"", "weights", "权重", "weights"},
	{"", "self", "自我评估", "self report"},
	{"", "key", "评估组评估", "key goals"},
	{"", "voters", "民主评估", "voters"},
	{"", "leaders", "领导评估", "leaders"},
	{"", "method", "打分方式", "method"},
	{"", "weight", "权重", "weight"},
	{"", "cards", "评价卡张数", "cards"},
	{"", "ballot", "评价卡", "ballot"},
	{"", "questions", "问题", "questions"},
	{"", "options", "选项分值", "marks of options"},
	{"", "tiers", "等次分值", "marks of tiers"},
	{"", "rank_marks", "排名分值", "marks of ranks"},
	{"", "best", "第一名", "best"},
	{"", "step", "每名递减", "step"},
	{"rank_marks", "least", "最低", "least"},
	{"", "least", "最低等次", "least grade"},
	{"", "unsupervised", "无人分管时", "unsupervised"},
	{"", "bonus", "政府绩效评估奖项加分", "bonus"},
	{"", "cap", "加分上限", "cap"},
	{"", "grades", "等次", "grades"},
	{"", "from", "起始分", "from"},
	{"", "veto", "一票否决", "veto"},
	{"", "levels", "降低等次", "levels"},
	{"", "awards", "奖项", "awards"},
	{"", "ranks", "名次", "ranks"},
	{"", "composite", "综合奖", "composite awards"},
	{"", "shares", "各类名额百分比", "shares"},
	{"", "single", "单项奖", "single awards"},
	{"", "places", "名额", "places"},
	{"", "mix", "得分与贡献率的比重", "mix"},
	{"", "total", "得分", "total"},
	{"", "contribution", "贡献率", "contribution"},
	{"", "points", "分值", "points"},
	{"", "name", "名称", "name"},
	{"classes", "kind", "类别", "kind"},
	{"", "kind", "类别", "kind"},
};
/* clang-format on */

/* What an element of a list is known by: one of these. */
static const char *const code_keys[] = {
    "item", "part", "group", "rank", "question", "kind", "grade", "award"};

static char *
text_of(struct leaves *leaves, struct bytes bytes)
{
	char *text = arena_printf(leaves->arena, "%.*s", (int)bytes.size, (const char *)bytes.data);

	leaves->is_out |= text == NULL;
	return text == NULL ? "" : text;
}

static bool
is_text(struct bytes bytes, const char *text)
{
	return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

static const struct yaml_node *
child_of(const struct yaml_node *map, const char *key)
{
	if (map == NULL || map->type != YAML_MAP)
		return NULL;
	for (const struct yaml_node *child = map->first; child != NULL; child = child->next)
		if (is_text(child->key->text, key))
			return child;
	return NULL;
}

/* The code of an element; NULL: it has none. */
static const struct yaml_node *
code_of(const struct yaml_node *element)
{
	const struct yaml_node *code;

	for (size_t i = 0; i < sizeof code_keys / sizeof *code_keys; i++)
		if ((code = child_of(element, code_keys[i])) != NULL && code->type == YAML_SCALAR)
			return code;
	return NULL;
}

static bool
is_of_codes(const struct yaml_node *list)
{
	for (const struct yaml_node *element = list->first; element != NULL; element = element->next)
		if (code_of(element) == NULL)
			return false;
	return list->type == YAML_LIST && list->first != NULL;
}

/* The name that is given with it: of an element, or of a class that is named by its code. */
static const char *
name_of(struct leaves *leaves, const struct yaml_node *node, const char *code)
{
	const struct yaml_node *name = child_of(node, "name");

	if (name == NULL)
		name = child_of(child_of(child_of(leaves->root, "classes"), code), "name");
	return name == NULL || name->type != YAML_SCALAR ? code : text_of(leaves, name->text);
}

static const char *
words_of(struct leaves *leaves, const char *parent, const struct yaml_node *node, const char *key)
{
	for (size_t i = 0; i < sizeof key_words / sizeof *key_words; i++)
		if (strcmp(key_words[i].key, key) == 0 &&
		    (key_words[i].parent[0] == '\0' || strcmp(key_words[i].parent, parent) == 0))
			return leaves->lang == JX_EN ? key_words[i].en : key_words[i].zh;
	return name_of(leaves, node, key);
}

/* ---- A tree as a list of its values. */

struct place {
	const char *path, *words;
};

static void
add(struct leaves *leaves, struct leaf leaf)
{
	if (leaves->count == leaves->capacity) {
		size_t capacity = 2 * leaves->capacity + 256;
		struct leaf *grown = arena_alloc(leaves->arena, capacity * sizeof *grown);

		leaves->is_out |= grown == NULL;
		if (leaves->is_out)
			return;
		if (leaves->count > 0)
			memcpy(grown, leaves->items, leaves->count * sizeof *grown);
		leaves->items = grown;
		leaves->capacity = capacity;
	}
	leaves->items[leaves->count++] = leaf;
}

/* "a, b": of a list of values, or of its elements' codes. */
static const char *
joined(struct leaves *leaves, const struct yaml_node *list, bool is_codes)
{
	const char *text = "";

	for (const struct yaml_node *child = list->first; child != NULL && text != NULL;
	     child = child->next)
		text = arena_printf(leaves->arena, "%s%s%s", text, text[0] == '\0' ? "" : ", ",
		    text_of(leaves, is_codes ? code_of(child)->text : child->text));
	leaves->is_out |= text == NULL;
	return text == NULL ? "" : text;
}

/* Where the child stands. */
static struct place
place_of(struct leaves *leaves, const struct yaml_node *parent, const struct place *at,
    const struct yaml_node *child)
{
	bool is_element = parent->type == YAML_LIST;
	const char *key = text_of(leaves, is_element ? code_of(child)->text : child->key->text);
	const char *above = parent->key == NULL ? "" : text_of(leaves, parent->key->text);
	const char *words = is_element ? name_of(leaves, child, key) : words_of(leaves, above, child, key);
	struct place place = {
	    arena_printf(leaves->arena, is_element ? "%s%s[%s]" : "%s%s%s", at->path,
		is_element || at->path[0] == '\0' ? "" : ".", key),
	    arena_printf(leaves->arena, "%s%s%s", at->words, at->words[0] == '\0' ? "" : " › ", words),
	};

	leaves->is_out |= place.path == NULL || place.words == NULL;
	return place;
}

/* Of a container of values or of elements with codes, its own leaf, if it has one. */
static void
add_own(struct leaves *leaves, const struct yaml_node *node, const struct place *at, bool is_whole)
{
	const char *order;

	if (is_whole) {
		add(leaves, (struct leaf){at->path, at->words,
				node->type == YAML_SCALAR ? text_of(leaves, node->text)
							  : joined(leaves, node, false), NULL});
	} else if (node->type == YAML_LIST) {
		order = arena_printf(leaves->arena, "%s › %s", at->words,
		    leaves->lang == JX_EN ? "order" : "顺序");
		leaves->is_out |= order == NULL;
		add(leaves, (struct leaf){at->path, order, joined(leaves, node, true), node});
	}
}

static void
flatten(struct leaves *leaves)
{
	struct {
		const struct yaml_node *node, *child;
		struct place at;
	} stack[YAML_DEPTH_MAX + 1] = {{leaves->root, leaves->root->first, {"", ""}}};
	size_t depth = 1;

	while (depth > 0 && !leaves->is_out) {
		const struct yaml_node *parent = stack[depth - 1].node, *child = stack[depth - 1].child;
		struct place at;
		bool is_whole;

		if (child == NULL) {
			depth--;
			continue;
		}
		stack[depth - 1].child = child->next;
		at = place_of(leaves, parent, &stack[depth - 1].at, child);
		is_whole = child->type == YAML_SCALAR || child->first == NULL ||
			   (child->type == YAML_LIST && !is_of_codes(child)) || depth > YAML_DEPTH_MAX;
		add_own(leaves, child, &at, is_whole);
		if (!is_whole) {
			stack[depth].node = child;
			stack[depth].child = child->first;
			stack[depth++].at = at;
		}
	}
}

/* ---- Comparing. */

/* Its size without the zeros that a decimal ends with. */
static size_t
number_size(const char *text)
{
	size_t whole = strspn(text, "0123456789"), size = strlen(text);

	if (whole == 0 || text[whole] != '.' || strspn(text + whole + 1, "0123456789") != size - whole - 1)
		return size;
	while (text[size - 1] == '0')
		size--;
	return text[size - 1] == '.' ? size - 1 : size;
}

static bool
is_equal(struct bytes left, struct bytes right)
{
	return left.size == right.size && memcmp(left.data, right.data, left.size) == 0;
}

/* Do the elements that both have come in the same order? */
static bool
is_order_same(const struct yaml_node *old, const struct yaml_node *new)
{
	const struct yaml_node *next = old->first;

	for (const struct yaml_node *element = new->first; element != NULL; element = element->next) {
		const struct yaml_node *same = old->first, *behind = next;

		while (same != NULL && !is_equal(code_of(same)->text, code_of(element)->text))
			same = same->next;
		while (behind != NULL && behind != same)
			behind = behind->next;
		if (same != NULL && behind == NULL)
			return false;
		if (same != NULL)
			next = same->next;
	}
	return true;
}

static bool
is_same(const struct leaf *old, const struct leaf *new)
{
	size_t size = number_size(old->value);

	if (old->list != NULL && new->list != NULL)
		return is_order_same(old->list, new->list);
	return size == number_size(new->value) && memcmp(old->value, new->value, size) == 0;
}

static int
by_path(const void *left, const void *right)
{
	const struct leaf *const *a = left, *const *b = right;

	return strcmp((*a)->path, (*b)->path);
}

static int
to_path(const void *path, const void *leaf)
{
	const struct leaf *const *of = leaf;

	return strcmp(path, (*of)->path);
}

struct pairing {
	const struct leaves *old, *new;
	const struct leaf **sorted[2]; /* old's, new's, by path */
	struct scheme_change *changes;
	size_t count;
};

static const struct leaf *
other(const struct pairing *pairing, bool in_new, const char *path)
{
	const struct leaves *leaves = in_new ? pairing->new : pairing->old;
	const struct leaf **found = leaves->count == 0
					? NULL
					: bsearch(path, pairing->sorted[in_new], leaves->count,
					      sizeof(struct leaf *), to_path);

	return found == NULL ? NULL : *found;
}

/* Old values that are no more, up to the one at `end`; an order that is not there says nothing. */
static void
add_gone(struct pairing *pairing, size_t *from, size_t end)
{
	for (; *from < end; (*from)++) {
		const struct leaf *leaf = &pairing->old->items[*from];

		if (leaf->list == NULL && other(pairing, true, leaf->path) == NULL)
			pairing->changes[pairing->count++] =
			    (struct scheme_change){leaf->path, leaf->words, leaf->value, NULL};
	}
}

static void
compare(struct pairing *pairing)
{
	size_t gone = 0;

	for (size_t i = 0; i < pairing->new->count; i++) {
		const struct leaf *leaf = &pairing->new->items[i];
		const struct leaf *old = other(pairing, false, leaf->path);

		if (old != NULL)
			add_gone(pairing, &gone, (size_t)(old - pairing->old->items));
		if (old == NULL ? leaf->list != NULL : is_same(old, leaf))
			continue;
		pairing->changes[pairing->count++] = (struct scheme_change){
		    leaf->path, leaf->words, old == NULL ? NULL : old->value, leaf->value};
	}
	add_gone(pairing, &gone, pairing->old->count);
}

static const struct leaf **
sort(struct leaves *leaves)
{
	const struct leaf **sorted = arena_alloc(leaves->arena, (leaves->count + 1) * sizeof *sorted);

	leaves->is_out |= sorted == NULL;
	if (sorted == NULL)
		return NULL;
	for (size_t i = 0; i < leaves->count; i++)
		sorted[i] = &leaves->items[i];
	qsort(sorted, leaves->count, sizeof *sorted, by_path);
	return sorted;
}

enum jx_err
scheme_diff(struct arena *arena, enum jx_lang lang, const struct yaml_node *old,
    const struct yaml_node *new, struct scheme_change **changes, size_t *count)
{
	struct leaves before = {.arena = arena, .lang = lang, .root = old};
	struct leaves after = {.arena = arena, .lang = lang, .root = new};
	struct pairing pairing = {.old = &before, .new = &after};

	flatten(&before);
	flatten(&after);
	pairing.sorted[0] = sort(&before);
	pairing.sorted[1] = sort(&after);
	pairing.changes = arena_alloc(arena, (before.count + after.count + 1) * sizeof *pairing.changes);
	if (before.is_out || after.is_out || pairing.changes == NULL)
		return JX_E_MEMORY;
	compare(&pairing);
	*changes = pairing.changes;
	*count = pairing.count;
	return JX_OK;
}
