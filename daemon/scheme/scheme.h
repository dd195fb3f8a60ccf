/*
 * scheme/scheme.h: the evaluation scheme (评估方案): the rules of one city's one
 * year, as data.
 *
 * Read from scheme.yaml (formats.md) by scheme_read, which checks all of it and
 * reports every fault with line and column; a struct scheme that exists is
 * valid. Immutable afterwards; any thread may read it. Pure: bytes in, no file.
 *
 * Marks, points and percentages are hundredths (3 % is 300, 0.5 points is 50).
 * Codes are NFC UTF-8, unique in their list; lists keep the file's order.
 * Every pointer is owned by the scheme. Source: R01-R03, R06, R07, R21, R27,
 * R28, R34-R37, R39.
 */
#ifndef JX_SCHEME_SCHEME_H
#define JX_SCHEME_SCHEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/bytes.h"
#include "wire/fault.h"

/* The nine components of a total, in the order in which they are printed. */
enum component {
	COMPONENT_BASIC,
	COMPONENT_PROGRESS,
	COMPONENT_VISITS,
	COMPONENT_SELF,
	COMPONENT_COMMON,
	COMPONENT_DEMOCRATIC,
	COMPONENT_KEY,
	COMPONENT_LEADERS,
	COMPONENT_BONUS,
	COMPONENT_COUNT
};
const char *component_code(enum component component); /* "basic" … */
/* The component of that code, or COMPONENT_COUNT. */
enum component component_find(const char *code);

enum kind { KIND_COUNTY, KIND_DEPARTMENT, KIND_COUNT };
const char *kind_code(enum kind kind);

enum { SCHEME_DIGITS_MAX = 4 };

/* A code with its official name. */
struct scheme_term {
	const char *code;
	const char *name;
};

struct scheme_class {
	const char *code, *name;
	enum kind kind;
};

struct scheme_item { /* of 基础工作, or a common item */
	const char *code, *name;
	int64_t points;      /* > 0 */
	const char **set_by; /* common items: who may mark it; at least one */
	size_t set_by_count;
};

struct scheme_part {
	const char *code, *name;
	bool has_points;
	int64_t points; /* the part's goals sum to this, if has_points */
};

struct scheme_voters {
	const char *code, *name;
	int64_t weight; /* percent */
	bool has_cards;
	uint32_t cards; /* how many cards are meant to be handed out; not enforced (R21) */
};

enum leader_method { LEADER_TIER, LEADER_MARK, LEADER_RANK };
const char *leader_method_code(enum leader_method method);

struct scheme_rank {
	const char *code, *name;
	int64_t weight; /* percent */
	enum leader_method method;
};

struct scheme_kind {
	bool present; /* the scheme has this kind (and some class of it) */
	int64_t key_points;
	struct scheme_part *parts;
	size_t part_count;
	struct scheme_item *common;
	size_t common_count;
	int64_t common_points;            /* sum of common; key_points + common_points = 100 */
	int64_t weights[COMPONENT_COUNT]; /* percent; democratic and leaders: the sums of their
					     lists; bonus: 0; sum is 100 */
	struct scheme_voters *voters;
	size_t voter_count;
	struct scheme_rank *ranks;
	size_t rank_count;
};

struct scheme_option { /* of a ballot's question, or a tier */
	const char *code;
	int64_t mark; /* 0..100 */
};

enum rounding_compare { COMPARE_PUBLISHED, COMPARE_EXACT };
enum unsampled { UNSAMPLED_PROGRESS, UNSAMPLED_ZERO };
enum unsupervised { UNSUPERVISED_REDISTRIBUTE, UNSUPERVISED_HOLE };

struct scheme_bonus {
	const char *code, *name;
	int64_t points;
};

struct scheme_grade {
	const char *code, *name;
	int64_t from; /* strictly falling down the list */
};

struct scheme_county_award {
	const char *code, *name;
	uint32_t rank_first, rank_last; /* among all counties, inclusive, 1 <= first <= last */
	int least_grade;                /* index into grades, or -1: any */
};

struct scheme_date {
	bool present;
	int16_t year;
	uint8_t month, day;
};

struct scheme {
	const char *city, *city_name, *title; /* title may be "" */
	uint32_t year;

	uint8_t digits; /* 0..SCHEME_DIGITS_MAX */
	enum rounding_compare compare;
	enum component *tie_break;
	size_t tie_break_count;

	struct scheme_class *classes;
	size_t class_count;

	struct {
		struct scheme_date goals_confirmed, adjustments, self_reports, common_results;
		bool has_publicity_days;
		uint32_t publicity_days;
	} calendar;

	struct scheme_item *basic;
	size_t basic_count;
	int64_t basic_points; /* sum */
	uint32_t round_count;
	enum unsampled unsampled;

	struct scheme_kind kinds[KIND_COUNT];

	struct scheme_term *questions;
	size_t question_count;
	struct scheme_option *options;
	size_t option_count;
	struct scheme_option *tiers;
	size_t tier_count;
	bool has_rank_marks, has_step;
	int64_t rank_best, rank_step, rank_least;
	enum unsupervised unsupervised;

	int64_t bonus_cap;
	struct scheme_bonus *bonus;
	size_t bonus_count;

	struct scheme_grade *grades; /* best first; at least one */
	size_t grade_count;
	uint32_t veto_levels;
	struct scheme_term *veto_kinds;
	size_t veto_kind_count;

	struct scheme_county_award *county_awards;
	size_t county_award_count;
	struct {
		bool present;
		int least_grade; /* index into grades */
		int64_t
		    *shares; /* one a class, percent of the class's departments; 0 when not named */
	} composite;
	struct {
		bool present;
		int least_grade;
		bool by_places; /* places shared out over the fields; else share */
		uint32_t places;
		int64_t share; /* percent of each field's listed departments */
		int64_t mix_total, mix_contribution; /* percent, sum is 100 */
		struct scheme_term *awards;
		size_t award_count;
	} single;

	struct arena *arena; /* owns everything above */
	uint8_t digest[32];  /* SHA-256 of the file's bytes as given */
};

/*
 * Reads and checks a scheme. file: its name in faults ("scheme.yaml").
 * NULL when there was any fault (all of them are in faults) or memory is out
 * (then faults holds a line saying so).
 */
struct scheme *scheme_read(struct bytes text, const char *file, struct faults *faults);
void scheme_free(struct scheme *scheme); /* NULL is fine */

/* Index in the list, or -1. */
int scheme_class_find(const struct scheme *scheme, const char *code);
int scheme_grade_find(const struct scheme *scheme, const char *code);
int scheme_item_find(const struct scheme_item *items, size_t count, const char *code);
int scheme_option_find(const struct scheme_option *options, size_t count, const char *code);
int scheme_term_find(const struct scheme_term *terms, size_t count, const char *code);
int scheme_part_find(const struct scheme_kind *kind, const char *code);
int scheme_voters_find(const struct scheme_kind *kind, const char *code);
int scheme_rank_find(const struct scheme_kind *kind, const char *code);
int scheme_bonus_find(const struct scheme *scheme, const char *code);
/* 1-based line of a key in the scheme's text, for "the clause of the scheme" (G6): path as
 * "kinds.county.weights.basic"; 0: no such key. */
uint32_t scheme_clause_line(const struct scheme *scheme, const char *path);

#endif
