/* Names of files that come from elsewhere (cli/safe_name.h), and how fast it goes (cli/progress.h). */
#include <criterion/criterion.h>
#include <string.h>

#include "cli/progress.h"
#include "cli/safe_name.h"
#include "wire/text.h"

static const char long_name[] =
    "关于二〇二六年度重点工作目标完成情况的报告关于二〇二六年度重点工作目标完成情况的报告"
    "关于二〇二六年度重点工作目标完成情况的报告关于二〇二六年度重点工作目标完成情况的报告.docx";

Test(safe_name, is_harmless)
{
	static const struct {
		const char *name, *expected;
	} rows[] = {
	    {"报告.pdf", "报告.pdf"},
	    {"/etc/passwd", "passwd"},
	    {"../../.ssh/authorized_keys", "authorized_keys"},
	    {"C:\\Users\\甲\\报告.doc", "报告.doc"},
	    {"..", "fallback"},
	    {".", "fallback"},
	    {"", "fallback"},
	    {"甲/", "fallback"},
	    {".bashrc", "bashrc"},
	    {"...hidden", "hidden"},
	    {"-rf", "_-rf"},
	    {"a b.txt", "a b.txt"},
	    {" a. . ", "a"},
	    {"a<b>c:d\"e|f?g*h", "a_b_c_d_e_f_g_h"},
	    {"a\nb\tc\x1b[31m\x7f", "abc[31m"},
	    {"fdp.\xe2\x80\xaetxt", "fdp.txt"},          /* U+202E: text.pdf, read backwards */
	    {"a\xe2\x80\x8b" "b\xef\xbb\xbf", "ab"},      /* zero width */
	    {"bad\xff\xc0\xafutf\xe6\xb1", "badutf"},      /* not UTF-8, and cut short */
	    {"CON", "_CON"},
	    {"nul.txt", "_nul.txt"},
	    {"com1.tar.gz", "_com1.tar.gz"},
	    {"lpt9", "_lpt9"},
	    {"console.log", "console.log"},
	    {"com10", "com10"},
	    {"\xe3\x80\x82", "\xe3\x80\x82"},
	};
	char out[SAFE_NAME_SIZE_MAX + 1];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_assert_str_eq(safe_name(rows[i].name, "fallback", out), rows[i].expected, "row %zu: %s", i, out);
}

Test(safe_name, is_cut_at_a_character_and_keeps_its_extension)
{
	char out[SAFE_NAME_SIZE_MAX + 1], longest[3000];

	safe_name(long_name, "x", out);
	cr_assert_leq(strlen(out), (size_t)SAFE_NAME_SIZE_MAX);
	cr_assert_geq(strlen(out), (size_t)SAFE_NAME_SIZE_MAX - 4);
	cr_assert_str_eq(out + strlen(out) - 5, ".docx");
	cr_assert(text_is_clean((struct bytes){(const uint8_t *)out, strlen(out)}));
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	longest[0] = '-';
	safe_name(longest, "x", out);
	cr_assert_eq(strlen(out), (size_t)SAFE_NAME_SIZE_MAX);
	cr_assert_eq(strncmp(out, "_-a", 3), 0);
}

/* Any byte anywhere: never a path, never longer, never unclean. */
Test(safe_name, of_any_bytes)
{
	char out[SAFE_NAME_SIZE_MAX + 1], name[64];
	uint32_t dice = 1;

	for (int round = 0; round < 20000; round++) {
		for (size_t i = 0; i < sizeof name - 1; i++) {
			dice = dice * 1664525u + 1013904223u;
			name[i] = (char)(dice >> 24);
		}
		name[sizeof name - 1] = '\0';
		safe_name(name, "fallback", out);
		cr_assert(out[0] != '\0' && out[0] != '.' && out[0] != '-' && strchr(out, '/') == NULL);
		cr_assert(text_is_clean((struct bytes){(const uint8_t *)out, strlen(out)}));
	}
}

Test(progress, rate_is_that_of_the_last_seconds)
{
	struct progress_pace pace = {.count = 0};
	uint64_t now_ms = 5000, done = 1000;

	cr_assert_eq(progress_rate(&pace, now_ms, done), 0u, "nothing is known yet");
	cr_assert_eq(progress_rate(&pace, now_ms + 999, done + 100), 0u);
	for (int i = 0; i < 100; i++) {
		now_ms += 100;
		done += 200;
		progress_rate(&pace, now_ms, done);
	}
	cr_assert_eq(progress_rate(&pace, now_ms, done), 2000u);
	for (int i = 0; i < 100; i++)
		progress_rate(&pace, now_ms += 100, done);
	cr_assert_eq(progress_rate(&pace, now_ms, done), 0u, "it stands still");
	cr_assert_eq(progress_rate(&pace, now_ms, done - 500), 0u, "less than before: begun anew");
}

Test(progress, sizes_are_short)
{
	static const struct {
		uint64_t bytes;
		const char *expected;
	} rows[] = {{0, "0.0 kB"}, {999, "0.9 kB"}, {48 << 10, "49.1 kB"}, {999999, "999.9 kB"},
	    {1000000, "1.0 MB"}, {200 << 20, "209.7 MB"}, {4294967295u, "4.2 GB"}, {UINT64_MAX, "18446744073.7 GB"}};
	char text[PROGRESS_SIZE_TEXT];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		cr_assert_str_eq(progress_size(rows[i].bytes, text), rows[i].expected);
}
