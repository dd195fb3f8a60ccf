/* Errors, arenas, text, faults: the small things everything else stands on. */
#include <criterion/criterion.h>
#include <string.h>

#include "wire/bytes.h"
#include "wire/fault.h"
#include "wire/text.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* A literal as bytes, with whatever NUL stands in it. */
#define BYTES(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

static struct bytes
bytes_of(const char *text)
{
	return (struct bytes){(const uint8_t *)text, strlen(text)};
}

Test(err, every_error_has_its_words_and_is_found_by_its_name)
{
	for (int i = JX_AGAIN + 1; i < JX_ERR_COUNT; i++) {
		enum jx_err err = (enum jx_err)i;

		cr_assert_eq(strncmp(err_name(err), "E_", 2), 0, "%d is %s", i, err_name(err));
		cr_assert_eq(err_find(err_name(err)), err, "%s is not unique", err_name(err));
		for (int lang = JX_ZH; lang <= JX_EN; lang++) {
			cr_assert(text_is_clean(bytes_of(err_what(err, (enum jx_lang)lang))));
			cr_assert(text_is_clean(bytes_of(err_todo(err, (enum jx_lang)lang))));
			cr_assert_neq(
			    err_what(err, (enum jx_lang)lang)[0], '\0', "%s", err_name(err));
			cr_assert_neq(
			    err_todo(err, (enum jx_lang)lang)[0], '\0', "%s", err_name(err));
		}
		cr_assert(err_exit(err) >= 1 && (err_exit(err) <= 6 || err_exit(err) == 130));
	}
	cr_assert_eq(err_exit(JX_OK), 0);
	cr_assert_eq(err_retry_ms(JX_E_STALE), 0u);
	cr_assert_eq(err_retry_ms(JX_E_BUSY), 1000u);
}

Test(err, what_this_version_does_not_know_is_internal)
{
	static const char *const names[] = {
	    NULL, "", "E_FROM_THE_FUTURE", "OK", "AGAIN", "e_stale"};

	for (size_t i = 0; i < COUNT(names); i++)
		cr_assert_eq(err_find(names[i]), JX_E_INTERNAL, "%zu", i);
	cr_assert_str_eq(err_name((enum jx_err)12345), "E_INTERNAL");
	cr_assert_str_eq(err_name((enum jx_err) - 1), "E_INTERNAL");
	cr_assert_str_eq(err_what((enum jx_err)JX_ERR_COUNT, JX_EN), "internal error");
}

Test(arena, gives_out_its_cap_and_not_a_byte_more)
{
	static const size_t sizes[] = {1, 15, 16, 17, 100, 4096, 5000};

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct arena *arena = arena_new(64 << 10);
		size_t given = 0;

		while (arena_alloc(arena, sizes[i]) != NULL)
			given += (sizes[i] + 15) / 16 * 16;
		cr_assert_eq(given, arena_used(arena));
		cr_assert_leq(given, 64u << 10);
		cr_assert_gt(
		    given + sizes[i] + 16, 64u << 10, "size %zu: only %zu", sizes[i], given);
		arena_free(arena);
	}
}

Test(arena, refuses_sizes_beyond_reason)
{
	struct arena *arena = arena_new(1000);

	cr_assert_null(arena_alloc(arena, SIZE_MAX));
	cr_assert_null(arena_alloc(arena, SIZE_MAX - 15));
	cr_assert_null(arena_strndup(arena, "", SIZE_MAX));
	cr_assert_null(arena_printf(arena, "%2000d", 1));
	cr_assert_not_null(arena_alloc(arena, 1000), "the cap itself fits");
	cr_assert_null(arena_alloc(arena, 1));
	cr_assert_null(arena_copy(arena, BYTES("x")).data);
	arena_free(arena);
	arena_free(NULL);
}

Test(arena, gives_zeroed_aligned_memory_that_does_not_overlap)
{
	struct arena *arena = arena_new(1 << 20);
	uint8_t *pieces[300];
	char *text;

	for (size_t i = 0; i < COUNT(pieces); i++) {
		pieces[i] = arena_alloc(arena, i);
		cr_assert_not_null(pieces[i]);
		cr_assert_eq((uintptr_t)pieces[i] % 16, 0u);
		for (size_t k = 0; k < i; k++)
			cr_assert_eq(pieces[i][k], 0);
		memset(pieces[i], (int)(i & 0xFF), i);
	}
	for (size_t i = 0; i < COUNT(pieces); i++)
		for (size_t k = 0; k < i; k++)
			cr_assert_eq(pieces[i][k], (uint8_t)i);
	text = arena_printf(arena, "%s-%d", "第", 3);
	cr_assert_str_eq(text, "第-3");
	cr_assert_str_eq(arena_strndup(arena, "abcdef", 3), "abc");
	cr_assert_str_eq(arena_strdup(arena, ""), "");
	arena_free(arena);
}

static const struct {
	struct bytes text;
	bool is_clean;
} clean_rows[] = {
    {BYTES(""), true}, {BYTES("abc 123 ~"), true}, {BYTES("市政府办公室(2026年)"), true},
    {BYTES("é e\xCC\x81"), true},  /* clean, though not NFC */
    {BYTES("𠮷野家"), true},       /* beyond the first plane */
    {BYTES("\xE3\x80\x80"), true}, /* U+3000 */
    {BYTES("a\0b"), false}, {BYTES("\0"), false}, {BYTES("a\tb"), false}, {BYTES("a\nb"), false},
    {BYTES("\x1B[31m"), false}, {BYTES("\x7F"), false}, {BYTES("\xC2\x85"), false}, /* U+0085 */
    {BYTES("a\xE2\x80\xAE"
	   "b"),
	false},                         /* U+202E, right to left */
    {BYTES("\xE2\x81\xA6"), false},     /* U+2066 */
    {BYTES("\xD8\x9C"), false},         /* U+061C */
    {BYTES("\xE2\x80\x8B"), false},     /* U+200B */
    {BYTES("\xE2\x80\x8D"), false},     /* U+200D */
    {BYTES("\xEF\xBB\xBF"), false},     /* byte order mark */
    {BYTES("\xE2\x80\xA8"), false},     /* U+2028 */
    {BYTES("\xC2\xAD"), false},         /* soft hyphen */
    {BYTES("\xE3\x85\xA4"), false},     /* U+3164, blank that is a letter */
    {BYTES("\xF3\xA0\x81\x81"), false}, /* U+E0041, tag */
    {BYTES("\xEF\xBF\xBE"), false},     /* U+FFFE */
    {BYTES("\xEF\xB7\x90"), false},     /* U+FDD0 */
    {BYTES("\xF4\x8F\xBF\xBF"), false}, /* U+10FFFF */
    {BYTES("\xF4\x90\x80\x80"), false}, /* beyond U+10FFFF */
    {BYTES("\xC0\x80"), false},         /* overlong NUL */
    {BYTES("\xC1\xA1"), false},         /* overlong a */
    {BYTES("\xE0\x81\xA1"), false},     /* overlong a */
    {BYTES("\xF0\x80\x81\xA1"), false}, /* overlong a */
    {BYTES("\xED\xA0\x80"), false},     /* surrogate */
    {BYTES("\xED\xBF\xBF"), false},     /* surrogate */
    {BYTES("\x80"), false}, {BYTES("\xFF"), false}, {BYTES("\xE4\xB8"), false}, /* cut */
    {BYTES("\xE4\xB8"
	   "a"),
	false},
    {BYTES("\xB1\xEA\xCC\xE2"), false}, /* GB18030 */
};

Test(text, is_clean_or_not)
{
	for (size_t i = 0; i < COUNT(clean_rows); i++)
		cr_assert_eq(text_is_clean(clean_rows[i].text), clean_rows[i].is_clean,
		    "row %zu: %.*s", i, (int)clean_rows[i].text.size,
		    (const char *)clean_rows[i].text.data);
}

static const struct {
	struct bytes text;
	size_t size_max;
	const char *normal;
} normal_rows[] = {
    {BYTES("abc"), 3, "abc"},
    {BYTES("abcd"), 3, NULL},
    {BYTES("  abc  "), 3, "abc"},
    {BYTES("\xE3\x80\x80\xC2\xA0市 府\xE3\x80\x80"), 7, "市 府"},
    {BYTES("   "), 3, ""},
    {BYTES(""), 0, ""},
    {BYTES("e\xCC\x81"), 2, "\xC3\xA9"},                                /* é composed */
    {BYTES("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB"), 3, "\xED\x95\x9C"}, /* 한 composed */
    {BYTES("\xE2\x84\xAB"), 2, "\xC3\x85"},                             /* Ångström sign */
    {BYTES("\xEF\xA4\x80"), 3, "\xE8\xB1\x88"},              /* compatibility ideograph */
    {BYTES("a\xCC\xA3\xCC\x87"), 6, "\xE1\xBA\xA1\xCC\x87"}, /* marks in order */
    {BYTES("a\xCC\x87\xCC\xA3"), 6, "\xE1\xBA\xA1\xCC\x87"}, /* and out of order */
    {BYTES("\xEF\xBC\x91"), 3, "\xEF\xBC\x91"},              /* full width stays in text */
    {BYTES("a\nb"), 10, NULL},
    {BYTES("abc\t"), 10, NULL},
    {BYTES("a\0"), 10, NULL},
    {BYTES("\xE2\x80\xAE"
	   "abc"),
	10, NULL},
    {BYTES("\xFF"), 10, NULL},
    {BYTES("  \x80"), 10, NULL},
    {BYTES("abc\x80\x80\x80\x80\x80"), 10, NULL},
};

Test(text, normal_form_is_trimmed_and_composed)
{
	for (size_t i = 0; i < COUNT(normal_rows); i++) {
		struct arena *arena = arena_new(4096);
		char *normal = text_normal(arena, normal_rows[i].text, normal_rows[i].size_max);

		if (normal_rows[i].normal == NULL)
			cr_assert_null(normal, "row %zu", i);
		else
			cr_assert_str_eq(normal, normal_rows[i].normal, "row %zu: %s", i, normal);
		arena_free(arena);
	}
}

static const struct {
	const char *text;
	int64_t hundredths; /* -1: refused */
} number_rows[] = {
    {"0", 0},
    {"9", 900},
    {"9.2", 920},
    {"9.25", 925},
    {"09.50", 950},
    {"100", 10000},
    {"999999999.99", 99999999999},
    {" 5 ", 500},
    {"\xE3\x80\x80"
     "5\xC2\xA0",
	500},
    {"\xEF\xBC\x95\xEF\xBC\x8E\xEF\xBC\x95", 550}, /* 5.5 in full width */
    {"\xEF\xBC\x99\xEF\xBC\x95.5", 9550},          /* mixed */
    {"1.234", -1},
    {"1e3", -1},
    {"+1", -1},
    {"-1", -1},
    {"", -1},
    {" ", -1},
    {".", -1},
    {"5.", -1},
    {".5", -1},
    {"1..2", -1},
    {"1.2.3", -1},
    {"1,000", -1},
    {"1 000", -1},
    {"inf", -1},
    {"nan", -1},
    {"0x10", -1},
    {"1234567890", -1},
    {"9999999999999999999999", -1},
    {"95.099999999999994", -1},
    {"\xC2\xBD", -1},
    {"\xE2\x91\xA0", -1},
    {"\xEF\xBC\x8B"
     "1",
	-1},
    {"\xE4\xB8\x89", -1}, /* ½ ① +1 三 */
    {"\xD9\xA3", -1},     /* Arabic 3 */
    {"5\xFF", -1},
    {"\xE2\x80\x8B"
     "5",
	-1},
    {"5\n", -1},
};

Test(text, marks_are_plain_decimals_of_two_digits)
{
	for (size_t i = 0; i < COUNT(number_rows); i++) {
		int64_t hundredths = -77;
		enum jx_err err = text_hundredths(bytes_of(number_rows[i].text), &hundredths);

		if (number_rows[i].hundredths < 0) {
			cr_assert_eq(err, JX_E_FIELD, "%s", number_rows[i].text);
			cr_assert_eq(hundredths, -77, "%s: touched", number_rows[i].text);
		} else {
			cr_assert_eq(err, JX_OK, "%s", number_rows[i].text);
			cr_assert_eq(
			    hundredths, number_rows[i].hundredths, "%s", number_rows[i].text);
		}
	}
	cr_assert_eq(text_hundredths(BYTES("1\0"), &(int64_t){0}), JX_E_FIELD);
	cr_assert_eq(text_hundredths((struct bytes){NULL, 0}, &(int64_t){0}), JX_E_FIELD);
}

static const struct {
	const char *text;
	int64_t whole; /* -1: refused */
} whole_rows[] = {
    {"0", 0},
    {"7", 7},
    {"007", 7},
    {" 12 ", 12},
    {"4294967295", 4294967295},
    {"\xEF\xBC\x91\xEF\xBC\x92", 12},
    {"4294967296", -1},
    {"99999999999999999999999", -1},
    {"", -1},
    {"1.0", -1},
    {"1.", -1},
    {"-1", -1},
    {"+1", -1},
    {"1e3", -1},
    {"a", -1},
    {"1a", -1},
};

Test(text, whole_numbers_fit_32_bits)
{
	for (size_t i = 0; i < COUNT(whole_rows); i++) {
		uint32_t whole = 77;
		enum jx_err err = text_whole(bytes_of(whole_rows[i].text), &whole);

		cr_assert_eq(
		    err, whole_rows[i].whole < 0 ? JX_E_FIELD : JX_OK, "%s", whole_rows[i].text);
		cr_assert_eq(whole, whole_rows[i].whole < 0 ? 77 : (uint32_t)whole_rows[i].whole,
		    "%s", whole_rows[i].text);
	}
}

Test(text, decimals_are_as_short_as_can_be)
{
	static const struct {
		int64_t hundredths;
		const char *text;
	} rows[] = {
	    {925, "9.25"},
	    {920, "9.2"},
	    {900, "9"},
	    {0, "0"},
	    {5, "0.05"},
	    {50, "0.5"},
	    {10000, "100"},
	    {-5, "-0.05"},
	    {-100, "-1"},
	    {INT64_MAX, "92233720368547758.07"},
	    {INT64_MIN, "-92233720368547758.08"},
	};
	char buffer[TEXT_DECIMAL_SIZE];

	for (size_t i = 0; i < COUNT(rows); i++)
		cr_assert_str_eq(text_decimal(rows[i].hundredths, buffer), rows[i].text);
	for (int64_t h = 0; h < 100000; h++) {
		int64_t back = -1;

		cr_assert_eq(text_hundredths(bytes_of(text_decimal(h, buffer)), &back), JX_OK);
		cr_assert_eq(back, h, "%s", buffer);
	}
}

Test(text, width_counts_columns_of_a_terminal)
{
	cr_assert_eq(text_width(""), 0);
	cr_assert_eq(text_width("abc"), 3);
	cr_assert_eq(text_width("市政府"), 6);
	cr_assert_eq(text_width("e\xCC\x81"), 1);
	cr_assert_eq(text_width("\xEF\xBC\x88"
				"1\xEF\xBC\x89"),
	    5);
	cr_assert_eq(text_width("a\xFF"
				"b"),
	    3);
}

Test(text, printable_replaces_and_cuts_at_a_character)
{
	static const struct {
		const char *text;
		size_t size_max;
		const char *shown;
	} rows[] = {
	    {"abc", 3, "abc"},
	    {"abcd", 3, "abc…"},
	    {"", 0, ""},
	    {"a", 0, "…"},
	    {"市政府", 9, "市政府"},
	    {"市政府", 8, "市政…"},
	    {"市政府", 2, "…"},
	    {"a\nb", 9,
		"a\xEF\xBF\xBD"
		"b"},
	    {"\x1B[31m", 9, "\xEF\xBF\xBD[31m"},
	    {"\xE2\x80\xAE", 9, "\xEF\xBF\xBD"},
	    {"\xE4\xB8", 9, "\xEF\xBF\xBD\xEF\xBF\xBD"},
	};
	char buffer[16];

	for (size_t i = 0; i < COUNT(rows); i++) {
		text_printable(rows[i].text, rows[i].size_max, buffer);
		cr_assert_str_eq(buffer, rows[i].shown, "row %zu: %s", i, buffer);
	}
}

Test(fault, is_printed_as_file_line_column_value_expected)
{
	static const struct {
		struct fault fault;
		const char *text;
	} rows[] = {
	    {{"goals.csv", 3, 5, "1.234", "最多两位小数"}, "goals.csv:3:5: 1.234 · 最多两位小数"},
	    {{"goals.csv", 3, 0, "", "a row twice"}, "goals.csv:3:1: a row twice"},
	    {{"scheme.yaml", 0, 0, "", "missing"}, "scheme.yaml:1:1: missing"},
	};
	struct arena *arena = arena_new(4096);

	for (size_t i = 0; i < COUNT(rows); i++)
		cr_assert_str_eq(fault_text(arena, &rows[i].fault), rows[i].text);
	arena_free(arena);
}

Test(fault, list_speaks_one_language_and_shows_nothing_raw)
{
	struct faults *zh = faults_new(JX_ZH), *en = faults_new(JX_EN);
	char longer[200];

	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	faults_add(zh, "a.csv", 1, 1, NULL, "%d 至 %d", "%d to %d", 0, 100);
	faults_add(en, "a.csv", 1, 1, "\x1B]0;", "%s 不可", "not %s", "a\nb");
	faults_add(en, "a.csv", 1, 1, longer, "%s", "%s", longer);
	cr_assert_eq(faults_lang(zh), JX_ZH);
	cr_assert_str_eq(faults_at(zh, 0)->value, "");
	cr_assert_str_eq(faults_at(zh, 0)->expected, "0 至 100");
	cr_assert_str_eq(faults_at(en, 0)->value, "\xEF\xBF\xBD]0;");
	cr_assert_str_eq(faults_at(en, 0)->expected, "not a\xEF\xBF\xBD"
						     "b");
	cr_assert_eq(strlen(faults_at(en, 1)->value), FAULT_VALUE_SIZE_MAX + strlen("…"));
	faults_free(zh);
	faults_free(en);
	faults_free(NULL);
}

Test(fault, list_sorts_by_place_and_keeps_the_order_of_adding_there)
{
	static const struct {
		const char *file;
		uint32_t line, column;
		const char *value;
	} added[] = {{"b.csv", 1, 1, "5"}, {"a.csv", 10, 1, "4"}, {"a.csv", 9, 2, "2"},
	    {"a.csv", 9, 1, "0"}, {"a.csv", 9, 2, "3"}, {"a.csv", 9, 1, "1"}};
	struct faults *faults = faults_new(JX_ZH);

	for (size_t i = 0; i < COUNT(added); i++)
		faults_add(faults, added[i].file, added[i].line, added[i].column, added[i].value,
		    "x", "x");
	faults_sort(faults);
	for (size_t i = 0; i < COUNT(added); i++)
		cr_assert_eq(faults_at(faults, i)->value[0], (char)('0' + i), "at %zu: %s", i,
		    faults_at(faults, i)->value);
	faults_free(faults);
}

Test(fault, list_counts_on_when_it_keeps_no_more)
{
	struct faults *faults = faults_new(JX_ZH);
	char longer[2000];

	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	faults_sort(faults);
	for (int i = 0; i < FAULT_COUNT_MAX + 5; i++)
		faults_add(faults, "ballots.csv", (uint32_t)i, 1, longer, "%s", "%s", longer);
	cr_assert_eq(faults_count(faults), FAULT_COUNT_MAX + 5u);
	cr_assert_eq(faults_kept(faults), (size_t)FAULT_COUNT_MAX, "kept %zu", faults_kept(faults));
	faults_free(faults);
}
