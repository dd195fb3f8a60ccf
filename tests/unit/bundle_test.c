/*
 * A city bundle in and out. Each row of the table below is the small bundle of
 * tests/data with one thing changed: units, classes, goals and their sums (R01, R06).
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bundle/bundle.h"

enum { PATH_SIZE = 512 };

static const char small[] = JX_SOURCE_DIR "/tests/data/small";

/* ---- A folder to spoil. */

static char *
slurp(const char *folder, const char *name, size_t *size)
{
	char path[PATH_SIZE], *text;
	struct stat stat_now;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	cr_assert_not_null(file, "%s", path);
	cr_assert_eq(fstat(fileno(file), &stat_now), 0);
	*size = (size_t)stat_now.st_size;
	text = malloc(*size + 1);
	cr_assert_eq(fread(text, 1, *size, file), *size);
	text[*size] = '\0';
	fclose(file);
	return text;
}

static void
spill(const char *folder, const char *name, const char *text, size_t size)
{
	char path[PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "wb");
	cr_assert_not_null(file, "%s", path);
	cr_assert_eq(fwrite(text, 1, size, file), size);
	fclose(file);
}

static void
each_file(
    const char *folder, void (*fn)(const char *folder, const char *name, void *arg), void *arg)
{
	DIR *list = opendir(folder);
	struct dirent *entry;

	cr_assert_not_null(list, "%s", folder);
	while ((entry = readdir(list)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			fn(folder, entry->d_name, arg);
	closedir(list);
}

static void
copy_file(const char *folder, const char *name, void *to)
{
	size_t size;
	char *text = slurp(folder, name, &size);

	spill(to, name, text, size);
	free(text);
}

static void
remove_file(const char *folder, const char *name, void *arg)
{
	char path[PATH_SIZE];

	(void)arg;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	cr_assert_eq(remove(path), 0, "%s", path);
}

static char *
folder_new(bool is_filled)
{
	char *folder = strdup("/tmp/jx_bundle_test_XXXXXX");

	cr_assert_not_null(mkdtemp(folder));
	if (is_filled)
		each_file(small, copy_file, folder);
	return folder;
}

static void
folder_free(char *folder)
{
	each_file(folder, remove_file, NULL);
	rmdir(folder);
	free(folder);
}

/* ---- Spoiling one file. */

struct spoil {
	const char *file;
	const char *from, *to; /* the first from becomes to; from NULL: to stands at the end */
	size_t to_size;        /* when to holds a NUL */
	void (*fn)(const char *folder, const char *file); /* or this */
	const char *at;    /* FILE:LINE:COLUMN of the first fault; NULL: it must load as before */
	const char *cause; /* part of its words */
	size_t count;      /* of all faults; 0: one */
};

static void
put(const char *folder, const char *name, const char *from, const char *to, size_t to_size)
{
	size_t size, at, from_size = from == NULL ? 0 : strlen(from);
	char *text = slurp(folder, name, &size), *spoiled = malloc(size + to_size);

	if (from != NULL)
		cr_assert_not_null(strstr(text, from), "%s holds no %s", name, from);
	at = from == NULL ? size : (size_t)(strstr(text, from) - text);
	memcpy(spoiled, text, at);
	memcpy(spoiled + at, to, to_size);
	memcpy(spoiled + at + to_size, text + at + from_size, size - at - from_size);
	spill(folder, name, spoiled, size - from_size + to_size);
	free(spoiled);
	free(text);
}

static void
recode(const char *folder, const char *name, void *arg)
{
	size_t size, left, room;
	char *text = slurp(folder, name, &size), *in = text;
	char *coded = malloc(2 * size + 8), *out = coded;
	iconv_t converter = iconv_open("GB18030", "UTF-8");

	(void)arg;
	left = size;
	room = 2 * size + 8;
	cr_assert_neq(iconv(converter, &in, &left, &out, &room), (size_t)-1);
	iconv_close(converter);
	spill(folder, name, coded, (size_t)(out - coded));
	free(coded);
	free(text);
}

static void
recode_all(const char *folder, const char *file)
{
	(void)file;
	each_file(folder, recode, NULL);
}

static void
crlf(const char *folder, const char *name, void *arg)
{
	size_t size, i, used = 0;
	char *text = slurp(folder, name, &size), *wide = malloc(size * 2);

	(void)arg;
	for (i = 0; i < size; i++) {
		if (text[i] == '\n')
			wide[used++] = '\r';
		wide[used++] = text[i];
	}
	spill(folder, name, wide, used);
	free(wide);
	free(text);
}

static void
crlf_all(const char *folder, const char *file)
{
	(void)file;
	each_file(folder, crlf, NULL);
}

static void
cr_only(const char *folder, const char *name)
{
	size_t size, i;
	char *text = slurp(folder, name, &size);

	for (i = 0; i < size; i++)
		if (text[i] == '\n')
			text[i] = '\r';
	spill(folder, name, text, size);
	free(text);
}

static void
bom(const char *folder, const char *name, void *arg)
{
	size_t size;
	char *text = slurp(folder, name, &size);

	(void)arg;
	text = realloc(text, size + 3);
	memmove(text + 3, text, size);
	memcpy(text, "\xEF\xBB\xBF", 3);
	spill(folder, name, text, size + 3);
	free(text);
}

static void
bom_all(const char *folder, const char *file)
{
	(void)file;
	each_file(folder, bom, NULL);
}

static void
big_cell(const char *folder, const char *file)
{
	size_t size = 10 << 20;
	char *text = malloc(size);

	memset(text, 'x', size);
	put(folder, file, "东山县", text, size);
	free(text);
}

static void
million_columns(const char *folder, const char *file)
{
	size_t size = 2000000, i;
	char *text = malloc(size);

	for (i = 0; i < size; i += 2)
		memcpy(text + i, "a,", 2);
	put(folder, file, "unit,name", text, size);
	free(text);
}

static void
million_columns_row(const char *folder, const char *file)
{
	char *text = malloc(1000000);

	memset(text, ',', 1000000);
	put(folder, file, ",东山县", text, 1000000);
	free(text);
}

static void
half_character(const char *folder, const char *file)
{
	/* GB18030 ends within a character; UTF-8 it is not either. */
	static const char text[] = "unit,name,class\nX1,\xB6\xAB,county\nX2,\xCE\xF7\xFF\n";

	spill(folder, file, text, sizeof(text) - 1);
}

static void
utf16(const char *folder, const char *file)
{
	static const char text[] = "\xFF\xFEu\0n\0i\0t\0";

	spill(folder, file, text, sizeof(text) - 1);
}

static void
become(const char *folder, const char *file, const char *target, bool is_fifo)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	cr_assert_eq(unlink(path), 0);
	cr_assert_eq(is_fifo ? mkfifo(path, 0600) : symlink(target, path), 0);
}

static void
endless(const char *folder, const char *file)
{
	become(folder, file, "/dev/zero", false);
}

static void
dangling(const char *folder, const char *file)
{
	become(folder, file, "/nowhere/at/all", false);
}

static void
fifo(const char *folder, const char *file)
{
	become(folder, file, NULL, true);
}

static void
directory(const char *folder, const char *file)
{
	become(folder, file, "/tmp", false);
}

static void
huge(const char *folder, const char *file)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	cr_assert_eq(truncate(path, (off_t)BUNDLE_FILE_SIZE_MAX + 1), 0);
}

static void
empty(const char *folder, const char *file)
{
	spill(folder, file, "", 0);
}

static void
absent(const char *folder, const char *file)
{
	remove_file(folder, file, NULL);
}

static void
column_order(const char *folder, const char *file)
{
	size_t size;
	char *text = slurp(folder, file, &size), *line, *rest, turned[4096] = "";
	char unit[64], name[64], class[64];

	for (line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
		cr_assert_eq(sscanf(line, "%63[^,],%63[^,],%63[^,]", unit, name, class), 3);
		sprintf(turned + strlen(turned), "%s,%s,%s\n", class, unit, name);
	}
	spill(folder, file, turned, strlen(turned));
	free(text);
}

/* clang-format off */
static const struct spoil spoils[] = {
	/* What must load as before. */
	{"*", .fn = recode_all},
	{"*", .fn = crlf_all},
	{"*", .fn = bom_all},
	{"units.csv", .fn = column_order},
	{"units.csv", "X1,东山县,county", "\"X1\",\"东山县\",county", .at = NULL},
	{"units.csv", "X1,东山县,county", " X1 ,\xE3\x80\x80东山县, county", .at = NULL},
	{"units.csv", NULL, "\n\n\n", .at = NULL},
	{"units.csv", NULL, ",,\n,,\n", .at = NULL},
	{"units.csv", NULL, "\r\n,,\r\n", .at = NULL},
	{"basic.csv", "unit,item", " unit , item", .at = NULL},
	{"goals.csv", ",45.5,", ",４５．５0,", .at = NULL},
	{"goals.csv", ",40,lead", ",40.00,lead", .at = NULL},
	{"leader_marks.csv", "L2,E1,rank,1", "L2,E1,rank,０1", .at = NULL},
	{"leader_marks.csv", "L1,X1,tier,1", "L1,X1,tier,１", .at = NULL},
	{"leader_marks.csv", "mark,88.52", "mark,088.52", .at = NULL},
	{"ballots.csv", ",A", ",Ａ", .at = NULL},
	{"notes.csv", .fn = empty},

	/* Shape of the file. */
	{"units.csv", .fn = empty, .at = "units.csv:1:1", .cause = "empty"},
	{"units.csv", .fn = half_character, .at = "units.csv:3:0", .cause = "UTF-8 or GB18030"},
	{"units.csv", .fn = utf16, .at = "units.csv:1:0", .cause = "UTF-8 or GB18030"},
	{"units.csv", .fn = cr_only, .at = "units.csv:1:3", .cause = "CR alone"},
	{"units.csv", "X3,南城区", "X3,\"南城区", .at = "units.csv:4:2", .cause = "never closed"},
	{"goals.csv", "争创\"\"五城\"\",打造载体\"", "争创", .at = "goals.csv:4:3", .cause = "after the quote"},
	{"units.csv", "西水县", "西\"水\"县", .at = "units.csv:3:2", .cause = "quote within an unquoted"},
	{"units.csv", "西水县", "\"西水县\"x", .at = "units.csv:3:2", .cause = "after the quote"},
	{"units.csv", "西水县", "西\0水县", 10, .at = "units.csv:3:2", .cause = "NUL"},
	{"units.csv", "S3,民政局,social", "S3,民政局,\"social\"\0", 22, .at = "units.csv:10:3", .cause = "NUL"},
	{"units.csv", "西水县", "\"西\n水县\"", .at = "units.csv:3:2", .cause = "line breaks"},
	{"units.csv", .fn = big_cell, .at = "units.csv:2:2", .cause = "too big"},
	{"units.csv", .fn = million_columns, .at = "units.csv:1:257", .cause = "too many columns"},
	{"units.csv", .fn = million_columns_row, .at = "units.csv:2:257", .cause = "too many columns"},
	{"units.csv", "西水县,county", "西水县", .at = "units.csv:3:3", .cause = "expected 3 cells, found 2"},
	{"units.csv", "西水县,county", "西水县,county,", .at = "units.csv:3:4", .cause = "expected 3 cells, found 4"},
	{"units.csv", "X2,", "\nX2,", .at = "units.csv:3:0", .cause = "blank rows"},
	{"units.csv", "X2,", ",,\n,,\nX2,", .at = "units.csv:3:0", .cause = "blank rows"},
	{"units.csv", "unit,name,class", "unit,name,class,class", .at = "units.csv:1:4", .cause = "stands in column 3", .count = 10},
	{"goals.csv", "duty", "duties", .at = "goals.csv:1:6", .cause = "no such column", .count = 2},
	{"ballots.csv", "conduct", "honesty", .at = "ballots.csv:1:6", .cause = "no such column", .count = 2},
	{"bonus.csv", "unit,kind", "unit,", .at = "bonus.csv:1:2", .cause = "must not be empty", .count = 2},
	{"goals.csv", .fn = endless, .at = "goals.csv:0:0", .cause = "not a regular file"},
	{"goals.csv", .fn = fifo, .at = "goals.csv:0:0", .cause = "not a regular file"},
	{"goals.csv", .fn = directory, .at = "goals.csv:0:0", .cause = "not a regular file"},
	{"goals.csv", .fn = dangling, .at = "goals.csv:0:0", .cause = "No such file"},
	{"goals.csv", .fn = huge, .at = "goals.csv:0:0", .cause = "too big"},
	{"scheme.yaml", .fn = absent, .at = "scheme.yaml:0:0", .cause = "missing"},
	{"scheme.yaml", .fn = endless, .at = "scheme.yaml:0:0", .cause = "not a regular file"},

	/* Cells. */
	{"goals.csv", ",45.5,", ",45.505,", .at = "goals.csv:11:5", .cause = "at most 2 decimals"},
	{"goals.csv", ",45.5,", ",-45.5,", .at = "goals.csv:11:5", .cause = "plain number"},
	{"goals.csv", ",45.5,", ",+45.5,", .at = "goals.csv:11:5", .cause = "plain number"},
	{"goals.csv", ",45.5,", ",4.55e1,", .at = "goals.csv:11:5", .cause = "plain number"},
	{"goals.csv", ",45.5,", ",\"4,5.5\",", .at = "goals.csv:11:5", .cause = "plain number"},
	{"goals.csv", ",45.5,", ",nan,", .at = "goals.csv:11:5", .cause = "plain number"},
	{"goals.csv", ",45.5,", ",inf,", .at = "goals.csv:11:5", .cause = "plain number"},
	{"goals.csv", ",45.5,", ",,", .at = "goals.csv:11:5", .cause = "plain number"},
	{"goals.csv", ",45.5,", ",99999999999999999999,", .at = "goals.csv:11:5", .cause = "plain number"},
	{"goals.csv", "assigned,45.5,lead", "assigned,45.5,both", .at = "goals.csv:11:6", .cause = "lead / coordinate"},
	{"goals.csv", "承接任务", "承接\xE2\x80\x8B任务", .at = "goals.csv:11:3", .cause = "not allowed"},
	{"goals.csv", "承接任务", "承接\xE2\x80\xAE任务", .at = "goals.csv:11:3", .cause = "not allowed"},
	{"goals.csv", "承接任务", "", .at = "goals.csv:11:3", .cause = "must not be empty"},
	{"progress.csv", "X1,1,", "X1,1.5,", .at = "progress.csv:2:2", .cause = "whole number"},
	{"progress.csv", "X1,1,", "X1,0,", .at = "progress.csv:2:2", .cause = "at least 1"},
	{"progress.csv", "X1,1,", "X1,3,", .at = "progress.csv:2:2", .cause = "1 to 2"},
	{"visits.csv", "E1,V1,", "E1,V1,1", .at = "visits.csv:3:3", .cause = "0 to 100"},
	{"bonus.csv", "granted", "given", .at = "bonus.csv:2:3", .cause = "claimed / refused / granted"},
	{"vetoes.csv", "confirmed", "Confirmed", .at = "vetoes.csv:2:3", .cause = "alleged / dismissed / confirmed"},
	{"units.csv", "S3,民政局", "S300000000000000000000000000000000000000000000000000000000000000000,民政局",
	    .at = "units.csv:10:1", .cause = "at most 64 bytes"},

	/* Keys that stand twice. */
	{"units.csv", NULL, "X1,东山县,county\n", .at = "units.csv:11:1", .cause = "line 2"},
	{"basic.csv", NULL, "X1,organisation,1\n", .at = "basic.csv:20:1", .cause = "line 2"},
	{"progress.csv", NULL, "X1,01,1\n", .at = "progress.csv:20:1", .cause = "line 2"},
	{"common.csv", NULL, "X1,discipline,审计局,1\n", .at = "common.csv:29:1", .cause = "line 3"},
	{"ballots.csv", NULL, "X1,municipal,1,A,A,A\n", .at = "ballots.csv:92:1", .cause = "line 2"},
	{"leader_marks.csv", NULL, "L1,E1,mark,90\n", .at = "leader_marks.csv:35:1", .cause = "line 17"},
	{"leader_marks.csv", NULL, "L1,E1,tier,1\n", .at = "leader_marks.csv:35:1", .cause = "line 17", .count = 2},

	/* What is not in the scheme or in another file. */
	{"units.csv", "西水县,county", "西水县,country", .at = "units.csv:3:3", .cause = "class"},
	{"leaders.csv", "副市长甲,vice", "副市长甲,chief", .at = "leaders.csv:3:3", .cause = "not a rank"},
	{"supervision.csv", "L2,E1", "L9,E1", .at = "leader_marks.csv:23:2", .cause = "does not supervise", .count = 3},
	{"visits.csv", "E1,", "E9,", .at = "visits.csv:3:1", .cause = "no such unit"},
	{"goals.csv", "E1,G1,承接任务,assigned", "E1,G1,承接任务,main", .at = "goals.csv:11:4", .cause = "not a part"},
	{"goals.csv", "S3,G2", "S3,capacity", .at = "goals.csv:22:2", .cause = "common item", .count = 4},
	{"basic.csv", "organisation", "organization", .at = "basic.csv:2:2", .cause = "not an item"},
	{"self.csv", "X1,G1", "X1,G9", .at = "self.csv:2:2", .cause = "neither a key goal"},
	{"common.csv", "X1,safety", "X1,capacity", .at = "common.csv:4:2", .cause = "not a common item"},
	{"common.csv", "安监局", "监察局", .at = "common.csv:4:3", .cause = "not a department that marks"},
	{"ballots.csv", "X1,municipal,1", "X1,clients,1", .at = "ballots.csv:2:2", .cause = "voter group"},
	{"ballots.csv", "X1,municipal,1,", "X1,municipal,1,E", .at = "ballots.csv:2:4", .cause = "not an option"},
	{"group.csv", "X1,G1", "X1,safety", .at = "group.csv:2:2", .cause = "not a key goal"},
	{"bonus.csv", "honours", "honour", .at = "bonus.csv:2:2", .cause = "not a kind of bonus"},
	{"vetoes.csv", "other", "others", .at = "vetoes.csv:2:2", .cause = "not a kind of veto"},
	{"contributions.csv", "investment", "investments", .at = "contributions.csv:2:1", .cause = "single award"},
	{"contributions.csv", "E1", "X1", .at = "contributions.csv:2:2", .cause = "departments only"},

	/* Points and sums. */
	{"basic.csv", "X1,organisation,", "X1,organisation,10", .at = "basic.csv:2:3", .cause = "the full 10"},
	{"self.csv", "X1,G1,40", "X1,G1,40.01", .at = "self.csv:2:3", .cause = "the full 40"},
	{"self.csv", "X1,safety,5", "X1,safety,5.5", .at = "self.csv:24:3", .cause = "the full 5"},
	{"common.csv", "X1,safety,安监局,", "X1,safety,安监局,10", .at = "common.csv:4:4", .cause = "the full 5"},
	{"group.csv", "X1,G1,P1,", "X1,G1,P1,1", .at = "group.csv:2:4", .cause = "the full 40"},
	{"goals.csv", "S3,G1,承接任务,assigned,45.5", "S3,G1,承接任务,assigned,45.51",
	    .at = "goals.csv:22:5", .cause = "unit S3: expected the goals to sum to 80"},
	{"goals.csv", "main,32", "main,32.01", .at = "goals.csv:4:5", .cause = "part main to sum to 72"},
	{"goals.csv", "\"争创\"\"五城\"\",打造载体\",innovation,18", "\"争创\"\"五城\"\",打造载体\",innovation,0",
	    .at = "goals.csv:4:5", .cause = "above 0"},

	/* Leaders' marks. */
	{"leader_marks.csv", "L1,E1,mark,88.52", "L1,E1,mark,100.01", .at = "leader_marks.csv:17:4", .cause = "0 to 100"},
	{"leader_marks.csv", "L1,X1,tier,1", "L1,X1,tier,4", .at = "leader_marks.csv:2:4", .cause = "not a tier"},
	{"leader_marks.csv", "L1,X1,tier,1", "L1,X1,mark,90", .at = "leader_marks.csv:2:3", .cause = "expected tier"},
	{"leader_marks.csv", "L2,E1,rank,1", "L2,E1,rank,2", .at = "leader_marks.csv:24:4", .cause = "line 23"},
	{"leader_marks.csv", "L2,E3,rank,3", "L2,E3,rank,4", .at = "leader_marks.csv:25:4", .cause = "1 to 3"},
	{"leader_marks.csv", "L2,E3,rank,3", "L2,E3,rank,0", .at = "leader_marks.csv:25:4", .cause = "1 to 3"},
	{"leader_marks.csv", "L2,E3,rank,3", "L2,S3,rank,3", .at = "leader_marks.csv:25:2", .cause = "does not supervise"},
	{"leader_marks.csv", "L2,E3,rank,3", "L9,E3,rank,3", .at = "leader_marks.csv:25:1", .cause = "no such leader"},

	/* One fault is one line, whatever hangs on it. */
	{"units.csv", "X1,东山县,county", "X1,东山县,", .at = "units.csv:2:3", .cause = "must not be empty"},
	{"units.csv", "X1,东山县,county", ",东山县,county", .at = "units.csv:2:1", .cause = "must not be empty"},
	{"leaders.csv", "L2,副市长甲,vice", "L2,副市长甲,\x07", .at = "leaders.csv:3:3", .cause = "not allowed"},
	{"supervision.csv", "L2,E1", "L2,", .at = "supervision.csv:2:2", .cause = "must not be empty"},
	{"goals.csv", "X1,G1,", "X1,,", .at = "goals.csv:2:2", .cause = "must not be empty"},
	{"scheme.yaml", "key_points: 90", "key_points: 91", .at = "scheme.yaml:31:17", .cause = "", .count = 999},
};
/* clang-format on */

enum { MANY = 999 };

static void
spoil_one(const struct spoil *spoil, const char *folder)
{
	if (spoil->fn != NULL)
		spoil->fn(folder, spoil->file);
	else
		put(folder, spoil->file, spoil->from, spoil->to,
		    spoil->to_size == 0 ? strlen(spoil->to) : spoil->to_size);
}

static void
list(const struct faults *faults)
{
	struct arena *arena = arena_new(16 << 20);
	size_t i;

	for (i = 0; i < faults_kept(faults) && i < 20; i++)
		cr_log_warn("  %s", fault_text(arena, faults_at(faults, i)));
	arena_free(arena);
}

static void
load_small(struct bundle *bundle)
{
	struct faults *faults = faults_new(JX_EN);
	enum jx_err err = bundle_read(small, faults, bundle);

	list(faults);
	cr_assert_eq(err, JX_OK, "%s", err_name(err));
	faults_free(faults);
}

static bool
is_same(const Jx__Records *left, const Jx__Records *right)
{
	static const struct bytes none;
	uint8_t a[32], b[32];

	records_digest(left, none, a);
	records_digest(right, none, b);
	return memcmp(a, b, sizeof(a)) == 0;
}

static bool
is_as_expected(const struct spoil *spoil, enum jx_err err, const struct faults *faults,
    const struct bundle *bundle, const struct bundle *before)
{
	const struct fault *fault;
	char at[128];

	if (spoil->at == NULL)
		return err == JX_OK && is_same(bundle->records, before->records);
	if (err != JX_E_FAULTS || faults_kept(faults) == 0)
		return false;
	if (spoil->count != MANY && faults_count(faults) != (spoil->count == 0 ? 1 : spoil->count))
		return false;
	fault = faults_at(faults, 0);
	snprintf(at, sizeof(at), "%s:%u:%u", fault->file, fault->line, fault->column);
	return strcmp(at, spoil->at) == 0 && strstr(fault->expected, spoil->cause) != NULL;
}

Test(bundle, each_fault_is_found_once_and_at_its_place, .timeout = 100)
{
	struct bundle before;
	size_t i, bad = 0;

	load_small(&before);
	for (i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
		struct faults *faults = faults_new(JX_EN);
		char *folder = folder_new(true);
		struct bundle bundle = {0};
		enum jx_err err;

		spoil_one(&spoils[i], folder);
		err = bundle_read(folder, faults, &bundle);
		if (!is_as_expected(&spoils[i], err, faults, &bundle, &before)) {
			cr_log_warn("row %zu: %s with %.40s for %.40s, expected %s %s; %s, %zu:", i,
			    spoils[i].file, spoils[i].to == NULL ? "?" : spoils[i].to,
			    spoils[i].from == NULL ? "?" : spoils[i].from,
			    spoils[i].at == NULL ? "no fault" : spoils[i].at,
			    spoils[i].cause == NULL ? "" : spoils[i].cause, err_name(err),
			    faults_count(faults));
			list(faults);
			bad++;
		}
		bundle_clear(&bundle);
		faults_free(faults);
		folder_free(folder);
	}
	bundle_clear(&before);
	cr_assert_eq(bad, 0u, "%zu rows", bad);
}

Test(bundle, all_faults_come_at_once_and_in_order)
{
	struct faults *faults = faults_new(JX_ZH);
	char *folder = folder_new(true);
	struct bundle bundle = {0};
	struct arena *arena = arena_new(1 << 20);

	put(folder, "scheme.yaml", "city_name", "city_nane", 9);
	put(folder, "goals.csv", ",45.5,", ",x,", 3);
	put(folder, "goals.csv", ",34.5,", ",y,", 3);
	put(folder, "basic.csv", "X1,organisation,", "X1,organisation,-", 17);
	cr_assert_eq(bundle_read(folder, faults, &bundle), JX_E_FAULTS);
	cr_assert_geq(faults_count(faults), 4u);
	cr_assert_str_eq(faults_at(faults, 0)->file, "basic.csv");
	cr_assert_str_eq(fault_text(arena, faults_at(faults, 1)),
	    "goals.csv:11:5: x · 应为不带符号的数，最多两位小数");
	cr_assert_eq(faults_at(faults, 2)->line, 12u);
	cr_assert_str_eq(faults_at(faults, 3)->file, "scheme.yaml");
	cr_assert_null(bundle.scheme, "*out must stay untouched");
	arena_free(arena);
	faults_free(faults);
	folder_free(folder);
}

Test(bundle, a_folder_that_is_not_there_is_a_file_error)
{
	struct faults *faults = faults_new(JX_EN);
	struct bundle bundle;

	cr_assert_eq(bundle_read("/nowhere/at/all", faults, &bundle), JX_E_FILE);
	cr_assert_eq(faults_count(faults), 0u);
	faults_free(faults);
}

/* ---- Out. */

static void
count_file(const char *folder, const char *name, void *count)
{
	struct stat stat_now;
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	cr_assert_eq(stat(path, &stat_now), 0);
	cr_assert_gt(stat_now.st_size, 0, "%s", name);
	cr_assert_neq(name[0], '.', "%s was left over", name);
	(*(int *)count)++;
}

Test(bundle, what_is_written_reads_back_equal)
{
	char *parent = folder_new(false), folder[PATH_SIZE];
	struct faults *faults = faults_new(JX_EN);
	struct bundle bundle, again;
	int count = 0;
	size_t size;
	char *text;

	load_small(&bundle);
	/* A formula of a spreadsheet is a name like any other, and stays one. */
	bundle.records->units[0]->name = (char *)"=1+1,\"县\"";
	snprintf(folder, sizeof(folder), "%s/out", parent);
	cr_assert_eq(
	    bundle_write(folder, bundle.scheme_text, bundle.scheme, bundle.records), JX_OK);
	each_file(folder, count_file, &count);
	cr_assert_eq(count, RECORD_KIND_COUNT + 1);
	cr_assert_eq(bundle_read(folder, faults, &again), JX_OK);
	cr_assert(is_same(bundle.records, again.records));
	cr_assert_eq(bundle.scheme_text.size, again.scheme_text.size);
	cr_assert_arr_eq(bundle.scheme_text.data, again.scheme_text.data, again.scheme_text.size);
	text = slurp(folder, "units.csv", &size);
	cr_assert_not_null(
	    strstr(text, "\nE1,\"=1+1,\"\"县\"\"\",economy\nE2,财政局,"), "%s", text);
	free(text);
	bundle_clear(&again);
	bundle_clear(&bundle);
	faults_free(faults);
	each_file(folder, remove_file, NULL);
	folder_free(parent);
}

Test(bundle, an_empty_year_is_written_as_headers)
{
	char *folder = folder_new(false);
	struct faults *faults = faults_new(JX_EN);
	Jx__Records none = JX__RECORDS__INIT;
	struct bundle bundle, again;
	size_t size;
	char *text;

	load_small(&bundle);
	cr_assert_eq(bundle_write(folder, bundle.scheme_text, bundle.scheme, &none), JX_OK);
	text = slurp(folder, "ballots.csv", &size);
	cr_assert_str_eq(text, "unit,group,card,results,service,conduct\n");
	free(text);
	cr_assert_eq(bundle_read(folder, faults, &again), JX_OK);
	cr_assert_eq(records_count_all(again.records), 0u);
	bundle_clear(&again);
	bundle_clear(&bundle);
	faults_free(faults);
	folder_free(folder);
}

Test(bundle, a_folder_with_something_in_it_is_not_written_to)
{
	char *folder = folder_new(false);
	struct bundle bundle;
	size_t size;
	char *text;

	load_small(&bundle);
	spill(folder, "units.csv", "mine", 4);
	cr_assert_eq(
	    bundle_write(folder, bundle.scheme_text, bundle.scheme, bundle.records), JX_E_EXISTS);
	text = slurp(folder, "units.csv", &size);
	cr_assert_str_eq(text, "mine");
	free(text);
	cr_assert_eq(
	    bundle_write("/nowhere/at/all", bundle.scheme_text, bundle.scheme, bundle.records),
	    JX_E_FILE);
	bundle_clear(&bundle);
	folder_free(folder);
}

/* A city of realistic size: the one the project ships. */
Test(bundle, a_whole_city_loads_and_survives_a_round_trip)
{
	static const char path[] = JX_SOURCE_DIR "/deploy/city";
	struct faults *faults = faults_new(JX_EN);
	char *folder;
	struct bundle bundle, again;
	enum jx_err err;

	err = bundle_read(path, faults, &bundle);
	list(faults);
	cr_assert_eq(err, JX_OK);
	cr_assert_eq(records_count(bundle.records, RECORD_UNITS), 51u);
	cr_assert_eq(records_count(bundle.records, RECORD_BALLOTS), 8157u);
	folder = folder_new(false);
	cr_assert_eq(
	    bundle_write(folder, bundle.scheme_text, bundle.scheme, bundle.records), JX_OK);
	cr_assert_eq(bundle_read(folder, faults, &again), JX_OK);
	cr_assert(is_same(bundle.records, again.records));
	bundle_clear(&again);
	bundle_clear(&bundle);
	faults_free(faults);
	folder_free(folder);
}
