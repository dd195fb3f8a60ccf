/* Card sheets, read by other programs: poppler and zbar (R21). */
#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "print/sheet.h"

enum { CARD_COUNT = 19, LINE_COUNT_MAX = 4096, LINE_SIZE = 1024, COMMAND_SIZE = 256 };

static const struct sheet_words words = {
    .title = "临江市2025年度绩效评估",
    .heading = "民主评估评价卡",
    .group = "县区政府 · 人大代表",
    .steps = {"一、扫描左边的二维码。", "二、逐项评价。"},
    .note = "一卡一票",
};

static uint8_t codes[CARD_COUNT][CODE_CARD_SIZE];
static char path[64];

static void
make(const struct sheet_words *of)
{
	static const unsigned char seed[randombytes_SEEDBYTES] = {1};
	struct secret pdf = {.data = NULL};
	FILE *file;

	randombytes_buf_deterministic(codes, sizeof codes, seed);
	cr_assert_eq(sheet_make(of, (const uint8_t(*)[CODE_CARD_SIZE])codes, CARD_COUNT, &pdf), JX_OK);
	snprintf(path, sizeof path, "/tmp/jx-sheet-%d.pdf", (int)getpid());
	file = fopen(path, "wb");
	cr_assert_not_null(file);
	cr_assert_eq(fwrite(pdf.data, 1, pdf.size, file), pdf.size);
	cr_assert_eq(fclose(file), 0);
	secret_clear(&pdf);
	cr_assert(pdf.data == NULL && pdf.size == 0);
}

static char *lines[LINE_COUNT_MAX];
static size_t line_count;

static void
forget_lines(void)
{
	for (size_t i = 0; i < line_count; i++)
		free(lines[i]);
	line_count = 0;
}

static void
forget(void)
{
	forget_lines();
	unlink(path);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What a program says, line by line, sorted. command: %s is the PDF's path. */
static void
say(const char *command)
{
	char whole[COMMAND_SIZE], line[LINE_SIZE];
	FILE *from;

	snprintf(whole, sizeof whole, "p=%s; %s", path, command);
	from = popen(whole, "r");
	cr_assert_not_null(from);
	forget_lines();
	while (fgets(line, sizeof line, from) != NULL && line_count < LINE_COUNT_MAX) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[0] != '\0')
			lines[line_count++] = strdup(line);
	}
	cr_assert_eq(pclose(from), 0, "%s", command);
	qsort(lines, line_count, sizeof *lines, compare);
}

/* text in each of the lines' places where it stands; each card's must stand exactly once. */
static void
check_each_once(const char *separator)
{
	cr_assert_eq(line_count, (size_t)CARD_COUNT);
	for (size_t i = 0; i < CARD_COUNT; i++) {
		char code[CODE_TEXT_SIZE], *to = code;
		const char *key = code;

		code_write(codes[i], CODE_CARD_BITS, code);
		for (const char *from = code; *from != '\0'; from++)
			if (*from != '-')
				*to++ = *from;
			else if (separator[0] != '\0')
				*to++ = separator[0];
		*to = '\0';
		cr_assert_not_null(bsearch(&key, lines, line_count, sizeof *lines, compare), "%s", code);
	}
}

static const char qr_command[] = "pdftoppm -r 300 -gray $p $p && zbarimg --raw -q $p-*.pgm 2>/dev/null; s=$?; rm $p-*.pgm; exit $s";

Test(sheet, every_qr_is_read_back_R21)
{
	make(&words);
	say(qr_command);
	check_each_once("");
	forget();
}

/* As printed by an office's old machine: coarse and grey. */
Test(sheet, a_bad_print_is_still_read_R21)
{
	make(&words);
	say("pdftoppm -r 72 -gray $p $p && zbarimg --raw -q $p-*.pgm 2>/dev/null; s=$?; rm $p-*.pgm; exit $s");
	check_each_once("");
	forget();
}

static bool
is_code_line(const char *line)
{
	size_t size = strlen(line);

	/* "7Q2M 8K3D W0XV 5TRA" or, of three, "7Q2M 8K3D W0XV" */
	return (size == 19 || size == 14) && strspn(line, "0123456789ABCDEFGHJKMNPQRSTVWXYZ ") == size &&
	       line[4] == ' ' && line[9] == ' ';
}

/* No number, no order, no date: but for its code, a card is like every other. */
Test(sheet, cards_differ_by_their_code_alone_R21)
{
	size_t code_lines = 0, same = 1;

	make(&words);
	say("pdftotext -raw $p - | tr -d '\\f'");
	cr_assert_gt(line_count, (size_t)CARD_COUNT * 6);
	for (size_t i = 0; i < line_count; i++) {
		if (is_code_line(lines[i])) {
			code_lines++;
			continue;
		}
		if (i + 1 < line_count && strcmp(lines[i], lines[i + 1]) == 0) {
			same++;
			continue;
		}
		cr_assert_eq(same % CARD_COUNT, 0u, "\"%s\" stands on %zu cards", lines[i], same);
		same = 1;
	}
	cr_assert_eq(code_lines, (size_t)2 * CARD_COUNT);
	/* The two lines of a code, joined. */
	say("pdftotext -raw $p - | grep -E '^[0-9A-Z]{4}( [0-9A-Z]{4}){2,3}$' | paste -d' ' - -");
	check_each_once(" ");
	forget();
}

Test(sheet, tells_nothing_of_when_and_by_whom_and_has_chinese_in_it)
{
	static const char *const known[] = {"CreationDate: ", "Custom Metadata: ", "Encrypted: ", "File size: ", "Form: ",
	    "JavaScript: ", "Metadata Stream: ", "Optimized: ", "PDF version: ", "Page rot: ", "Page size: ", "Pages: ", "Producer: ",
	    "Suspects: ", "Tagged: ", "Title: ", "UserProperties: "};

	make(&words);
	say("TZ=UTC pdfinfo $p");
	cr_assert_eq(line_count, sizeof known / sizeof known[0]);
	for (size_t i = 0; i < line_count; i++)
		cr_assert_eq(strncmp(lines[i], known[i], strlen(known[i]) - 1), 0, "%s", lines[i]);
	cr_assert_not_null(strstr(lines[0], "Sat Jan  1 00:00:00 2000"), "%s", lines[0]);
	cr_assert_not_null(strstr(lines[10], "A4"), "%s", lines[10]);
	cr_assert_not_null(strstr(lines[11], " 3"), "%s", lines[11]);
	say("pdffonts $p | tail -n +3 | grep -v ' yes yes yes ' | wc -l");
	cr_assert_str_eq(lines[0], "0", "a face is not embedded, or its text cannot be found");
	say("pdftotext -raw $p - | grep -c 民主评估评价卡");
	cr_assert_str_eq(lines[0], "19");
	forget();
}

Test(sheet, the_same_cards_are_the_same_bytes)
{
	struct secret first = {.data = NULL}, second = {.data = NULL};

	make(&words);
	forget();
	cr_assert_eq(sheet_make(&words, (const uint8_t(*)[CODE_CARD_SIZE])codes, CARD_COUNT, &first), JX_OK);
	cr_assert_eq(sheet_make(&words, (const uint8_t(*)[CODE_CARD_SIZE])codes, CARD_COUNT, &second), JX_OK);
	cr_assert_eq(first.size, second.size);
	cr_assert_arr_eq(first.data, second.data, first.size);
	secret_clear(&first);
	secret_clear(&second);
}

/* Names of 200 characters are set smaller, then cut; never over the code. */
Test(sheet, long_words_leave_the_code_alone)
{
	static char name[601];
	struct sheet_words longer = words;

	for (size_t i = 0; i < 600; i += 3)
		memcpy(name + i, "长", 3);
	longer.title = longer.heading = longer.group = longer.note = name;
	for (size_t i = 0; i < SHEET_STEP_COUNT_MAX; i++)
		longer.steps[i] = name;
	make(&longer);
	say(qr_command);
	check_each_once("");
	say("pdftotext -raw $p - | grep -E '^[0-9A-Z]{4}( [0-9A-Z]{4}){2,3}$' | paste -d' ' - -");
	check_each_once(" ");
	forget();
}

Test(secret, grows_and_is_gone)
{
	struct secret secret = {.data = NULL};

	for (unsigned i = 0; i < 100000; i++)
		cr_assert_eq(secret_add(&secret, &i, sizeof i), JX_OK);
	cr_assert_eq(secret.size, 100000 * sizeof(unsigned));
	for (unsigned i = 0; i < 100000; i++)
		cr_assert_eq(memcmp(secret.data + i * sizeof i, &i, sizeof i), 0);
	cr_assert_eq(secret_add(&secret, "", SIZE_MAX), JX_E_MEMORY);
	cr_assert_eq(secret.size, 100000 * sizeof(unsigned));
	secret_clear(&secret);
	secret_clear(&secret);
}
