#include <criterion/criterion.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/config.h"
#include "sys/disk.h"
#include "sys/keys.h"
#include "sys/lock.h"
#include "sys/log.h"
#include "sys/notify.h"

static char said[4096];

static void
on_log(void *arg, enum log_level level, const char *event, const char *text)
{
	(void)arg, (void)level;
	snprintf(said, sizeof said, "%s %s", event, text);
}

static const struct log_port listener = {NULL, on_log};

/* A folder of the test's own, as the current one. */
static void
enter_folder(char path[32])
{
	strcpy(path, "/tmp/jx-sys-XXXXXX");
	cr_assert_not_null(mkdtemp(path));
	cr_assert(chdir(path) == 0 && sodium_init() >= 0);
}

static void
leave_folder(const char *path)
{
	char command[64];

	cr_assert(chdir("/") == 0);
	snprintf(command, sizeof command, "rm -r %s", path);
	cr_expect(system(command) == 0);
}

static void
write_text(const char *path, const char *text)
{
	cr_assert(
	    disk_write(path, 0644, (struct bytes){(const uint8_t *)text, strlen(text)}) == JX_OK);
}

static enum jx_err
read_config(const char *text, struct config *config, char *faults_text)
{
	struct faults *faults = faults_new(JX_EN);
	struct arena *arena = arena_new(1 << 16);
	enum jx_err err;

	write_text("config.yaml", text);
	err = config_read("config.yaml", faults, config);
	faults_text[0] = '\0';
	for (size_t i = 0; i < faults_kept(faults); i++)
		strcat(strcat(faults_text, fault_text(arena, faults_at(faults, i))), "\n");
	arena_free(arena);
	faults_free(faults);
	return err;
}

Test(sys, settings_are_read_over_their_defaults)
{
	char folder[32], text[8192];
	struct config config, other;

	enter_folder(folder);
	config_set_default(&config);
	cr_expect_str_eq(config.listen, "127.0.0.1:7443");
	cr_expect_eq(config.log_level, LOG_LEVEL_INFO);
	cr_expect(
	    config.connection_count_max == 4096 && config.connection_count_max_address == 1024);
	cr_expect(
	    config.login_seconds == 60 && config.idle_seconds == 900 && config.frame_seconds == 30);
	cr_expect(
	    config.upload_mib == 256 && config.handshake_seconds == 10 && config.token_hours == 12);
	cr_expect(config.evidence_mib == 200 && config.evidence_unit_mib == 4096);
	cr_expect(read_config("limits:\n  evidence_mib_max: 4095\n  evidence_unit_mib_max: 16\n", &other, text) == JX_OK &&
		  other.evidence_mib == 4095 && other.evidence_unit_mib == 16,
	    "%s", text);
	cr_assert(
	    read_config("listen: '[::1]:0'\nlimits:\n  upload_mib: 64 # half\n  idle_seconds: 120\n"
			"log.level: debug\ndatabase:\n  url: postgres://u:secret@h/d\n",
		&other, text) == JX_OK,
	    "%s", text);
	cr_expect_str_eq(other.listen, "[::1]:0");
	cr_expect(other.upload_mib == 64 && other.idle_seconds == 120 && other.login_seconds == 60);
	cr_expect_eq(other.log_level, LOG_LEVEL_DEBUG);
	cr_expect_str_eq(other.database_url, "postgres://u:secret@h/d");
	config_reload(&config, &other);
	cr_expect(config.log_level == LOG_LEVEL_DEBUG && config.upload_mib == 256 &&
		  config.database_url[0] == '\0');
	cr_expect(read_config("", &other, text) == JX_OK && other.upload_mib == 256);
	cr_expect(read_config("# nothing\n", &other, text) == JX_OK, "%s", text);
	leave_folder(folder);
}

Test(sys, what_is_wrong_with_a_config_is_told_with_its_place)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
	    {"limts:\n  upload_mib: 1\n", "config.yaml:2:3: limts.upload_mib · no such setting"},
	    {"listn: a\n", "config.yaml:1:1: listn · no such"},
	    {"limits:\n  upload_mib: 0\n",
		"config.yaml:2:15: 0 · limits.upload_mib: expected a whole number from 1 to 1024"},
	    {"limits:\n  upload_mib: -1\n", "config.yaml:2:15: -1 · "},
	    {"limits:\n  upload_mib: 1.5\n", "config.yaml:2:15: 1.5 · "},
	    {"limits:\n  upload_mib: 4294967297\n", "config.yaml:2:15: "},
	    {"limits:\n  upload_mib:\n", "limits.upload_mib: expected"},
	    {"limits:\n  upload_mib: [1]\n", "limits.upload_mib: expected"},
	    {"limits:\n  upload_mib: {a: 1}\n", "limits.upload_mib: expected"},
	    {"limits:\n  evidence_mib_max: 4096\n", "limits.evidence_mib_max: expected a whole number from 1 to 4095"},
	    {"limits:\n  evidence_unit_mib_max: 0\n", "limits.evidence_unit_mib_max: expected a whole number from 1 to"},
	    {"log:\n  level: loud\n", "config.yaml:2:10: loud · log.level: expected debug"},
	    {"listen: ''\n", "listen: expected text of 3 to 255"},
	    {"listen: \"a:1\\0b\"\n", "listen: expected"},
	    {"listen: &x a:1\nlog.level: *x\n", "log.level: expected"},
	    {"log.level: info\nlog:\n  level: info\n",
		"config.yaml:3:3: log.level · set twice; first on line 1"},
	    {"limits:\n  upload_mib: 1\n  upload_mib: 2\n",
		"config.yaml:3:3: not well-formed YAML"},
	    {"? [a]\n: b\n", "expected the name of a setting"},
	    {"limits\n", "config.yaml:1:1: expected lines"},
	    {"- a\n", "config.yaml:1:1: expected lines"},
	    {"a: [\n", "not well-formed YAML"},
	    {"a: b: c\n", "not well-formed YAML"},
	};
	char folder[32], text[65536];
	struct config config = {.upload_mib = 77};

	enter_folder(folder);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		cr_expect(
		    read_config(rows[i].text, &config, text) == JX_E_FAULTS, "%s", rows[i].text);
		cr_expect(strstr(text, rows[i].wanted) != NULL, "%s gives\n%s", rows[i].text, text);
		cr_expect_eq(config.upload_mib, 77);
	}
	cr_expect(read_config("listn: a\nlimits:\n  x: 1\n  idle_seconds: 0\n", &config, text) ==
		  JX_E_FAULTS);
	cr_expect(strstr(text, ":1:1: ") && strstr(text, ":3:3: ") && strstr(text, ":4:17: "),
	    "all at once: %s", text);
	leave_folder(folder);
}

Test(sys, the_printed_settings_are_a_config_that_means_the_same_and_hide_the_url)
{
	char folder[32], text[65536], printed[8192] = "";
	struct config config, again;
	FILE *out;

	enter_folder(folder);
	for (int lang = JX_ZH; lang <= JX_EN; lang++) {
		cr_assert(read_config("limits.frame_seconds: 31\nlisten: '[::1]:0'\n", &config,
			      text) == JX_OK);
		out = fmemopen(printed, sizeof printed, "w");
		config_print(&config, (enum jx_lang)lang, out);
		fclose(out);
		cr_assert(read_config(printed, &again, text) == JX_OK, "%s\n%s", text, printed);
		cr_expect(memcmp(&config, &again, sizeof config) == 0, "%s", printed);
		strcpy(config.database_url, "password=secret");
		out = fmemopen(printed, sizeof printed, "w");
		config_print(&config, (enum jx_lang)lang, out);
		fclose(out);
		cr_expect_null(strstr(printed, "secret"));
	}
	leave_folder(folder);
}

Test(sys, keys_are_made_once_kept_and_private)
{
	static const char *const secrets[] = {
	    "keys/signing.key", "keys/token.key", "admin.password"};
	char folder[32], *text, hex[66];
	struct keys first, again;
	struct stat stat_of;
	size_t size;

	enter_folder(folder);
	cr_assert(keys_read(folder, &listener, &first) == JX_OK, "%s", said);
	cr_assert(keys_read(folder, &listener, &again) == JX_OK);
	cr_expect(memcmp(&first, &again, sizeof first) == 0);
	cr_expect_eq(strlen(first.admin_password), 20);
	cr_expect_eq(strspn(first.admin_password,
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"),
	    20);
	for (size_t i = 0; i < 3; i++)
		cr_expect(stat(secrets[i], &stat_of) == 0 && (stat_of.st_mode & 07777) == 0600,
		    "%s", secrets[i]);
	cr_assert(disk_read("receipt.pub", &text, &size) == JX_OK && size == 65);
	sodium_bin2hex(hex, sizeof hex, first.signing_public, 32);
	cr_expect_str_eq(text, strcat(hex, "\n"));
	free(text);

	cr_assert(chmod("keys/token.key", 0640) == 0);
	cr_expect(
	    keys_read(folder, &listener, &again) == JX_E_FILE && strstr(said, "chmod 600") != NULL);
	cr_assert(chmod("keys/token.key", 0600) == 0 && truncate("keys/token.key", 31) == 0);
	cr_expect(keys_read(folder, &listener, &again) == JX_E_FILE && strstr(said, "32") != NULL);
	cr_expect(sodium_is_zero((uint8_t *)&again, sizeof again), "nothing is left on failure");
	cr_assert(unlink("keys/token.key") == 0);
	cr_expect(keys_read(folder, &listener, &again) == JX_OK);
	cr_expect(memcmp(first.token_key, again.token_key, 32) != 0 &&
		  memcmp(first.signing_secret, again.signing_secret, 64) == 0);
	leave_folder(folder);
}

/* "keys/signing-KEYID.key" of that key. */
static const char *
former_name(const struct keys *keys)
{
	static char name[64];
	uint8_t hash[32];
	char hex[17];

	crypto_hash_sha256(hash, keys->signing_public, 32);
	sodium_bin2hex(hex, sizeof hex, hash, 8);
	snprintf(name, sizeof name, "keys/signing-%s.key", hex);
	return name;
}

static void
copy_file(const char *from, const char *to)
{
	char *text;
	size_t size;

	cr_assert(disk_read(from, &text, &size) == JX_OK);
	cr_assert(disk_write(to, 0600, (struct bytes){(uint8_t *)text, size}) == JX_OK);
	free(text);
}

Test(sys, a_rotated_key_is_kept_and_nothing_is_lost_wherever_it_is_cut_short)
{
	char folder[32], kept[64];
	struct keys first, second, third;
	struct stat stat_of;

	enter_folder(folder);
	cr_expect(keys_rotate(folder, &listener) == JX_E_FILE, "no daemon's folder");
	cr_expect(access("keys", F_OK) != 0, "nothing is made there");
	cr_assert(keys_read(folder, &listener, &first) == JX_OK && first.former_count == 0);
	/* Cut short after the first step: the present key is beside itself, and is no former one. */
	copy_file("keys/signing.key", former_name(&first));
	cr_assert(keys_read(folder, &listener, &second) == JX_OK && second.former_count == 0);
	cr_expect(memcmp(first.signing_public, second.signing_public, 32) == 0);
	/* Done again, it ends. */
	cr_assert(keys_rotate(folder, &listener) == JX_OK, "%s", said);
	cr_assert(keys_read(folder, &listener, &second) == JX_OK && second.former_count == 1);
	cr_expect(memcmp(second.former_secret[0], first.signing_secret, 64) == 0);
	cr_expect(memcmp(second.signing_public, first.signing_public, 32) != 0);
	cr_expect(memcmp(second.token_key, first.token_key, 32) == 0, "logins that are kept stay");
	cr_expect(stat(former_name(&first), &stat_of) == 0 && (stat_of.st_mode & 07777) == 0600);
	cr_assert(keys_rotate(folder, &listener) == JX_OK);
	cr_assert(keys_read(folder, &listener, &third) == JX_OK && third.former_count == 2);
	/* A key under another's name. */
	snprintf(kept, sizeof kept, "%s", former_name(&first));
	copy_file(kept, former_name(&third));
	cr_expect(keys_read(folder, &listener, &third) == JX_E_FILE && strstr(said, "文件名") != NULL, "%s", said);
	leave_folder(folder);
}

Test(sys, former_keys_have_a_bound)
{
	char folder[32];
	struct keys keys;

	enter_folder(folder);
	cr_assert(keys_read(folder, &listener, &keys) == JX_OK);
	for (int i = 0; i < KEYS_FORMER_COUNT_MAX; i++)
		cr_assert(keys_rotate(folder, &listener) == JX_OK, "%d", i);
	cr_assert(keys_read(folder, &listener, &keys) == JX_OK && keys.former_count == KEYS_FORMER_COUNT_MAX);
	cr_expect(keys_rotate(folder, &listener) == JX_E_TOO_BIG && strstr(said, "16") != NULL, "%s", said);
	leave_folder(folder);
}

Test(sys, a_second_daemon_is_refused_with_the_process_that_holds_the_folder)
{
	char folder[32], pid[24];
	int first, second, third;

	enter_folder(folder);
	cr_assert(lock_take(folder, &listener, &first) == JX_OK);
	cr_expect(lock_take(folder, &listener, &second) == JX_E_EXISTS);
	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	cr_expect(strstr(said, pid) != NULL && strstr(said, folder) != NULL, "%s", said);
	close(first);
	cr_expect(lock_take(folder, &listener, &third) == JX_OK, "free with its holder");
	close(third);
	cr_expect(lock_take("/nowhere", &listener, &third) == JX_E_FILE);
	leave_folder(folder);
}

Test(sys, a_log_line_has_time_level_event_text_and_unimportant_ones_are_left_out)
{
	char folder[32], *text;
	struct log log = {LOG_LEVEL_WARNING};
	struct log_port port = log_port(&log);
	size_t size;
	int before, file;

	enter_folder(folder);
	before = dup(2);
	file = open("log", O_CREAT | O_RDWR | O_APPEND, 0600);
	dup2(file, 2);
	log_say(&port, LOG_LEVEL_INFO, "quiet", "not seen");
	log_say(&port, LOG_LEVEL_WARNING, "loud", "one\ntwo %d", 3);
	log.level = LOG_LEVEL_DEBUG;
	log_say(&port, LOG_LEVEL_DEBUG, "small", "%02000d", 7);
	dup2(before, 2);
	cr_assert(disk_read("log", &text, &size) == JX_OK);
	cr_expect_null(strstr(text, "quiet"));
	cr_expect(strlen(text) > 25 && text[4] == '-' && text[10] == 'T' && text[19] == '.' &&
		      strncmp(text + 23, "Z WARNING loud one?two 3\n", 25) == 0,
	    "%.60s", text);
	cr_expect(strstr(text, "Z DEBUG small 000") != NULL && text[size - 1] == '\n');
	free(text);
	close(file), close(before);
	leave_folder(folder);
}

static struct moment seen[3];

static void
on_turn(evutil_socket_t fd, short what, void *arg)
{
	static int turn;
	struct clock_port *port = arg;
	struct moment first = port->now(port->arg), second;

	(void)fd, (void)what;
	usleep(20000);
	second = port->now(port->arg);
	cr_expect(first.wall_us == second.wall_us && first.mono_us == second.mono_us,
	    "one reading a turn");
	seen[turn++] = first;
}

Test(sys, the_clock_stands_still_within_a_turn_and_goes_on_between_turns)
{
	struct event_base *base = event_base_new();
	const struct timeval wait = {0, 30000};
	struct clock clock;
	struct clock_port port;
	struct event *event;

	clock_init(&clock, base);
	port = clock_port(&clock);
	event = event_new(base, -1, EV_PERSIST, on_turn, &port);
	event_add(event, &wait);
	for (int i = 0; i < 3; i++)
		event_base_loop(base, EVLOOP_ONCE);
	cr_expect(seen[0].wall_us > UINT64_C(1700000000000000));
	for (int i = 1; i < 3; i++)
		cr_expect(seen[i].mono_us >= seen[i - 1].mono_us + 10000 &&
			  seen[i].wall_us > seen[i - 1].wall_us);
	event_free(event);
	event_base_free(base);
}

#ifdef JX_TEST_CLOCK
/* What the machine's clock says, shifted by so much, in a turn of its own. */
static struct moment
clock_read_shifted(struct clock_port *port, int64_t shift_us)
{
	char text[32];

	snprintf(text, sizeof text, "%lld", (long long)shift_us);
	write_text("clock", text);
	usleep(2000); /* outside of the loop each reading is a turn; the time must differ */
	return port->now(port->arg);
}

/* Deadlines hang on it (G4): set back, it stands still until it has caught up. */
Test(sys, the_clock_never_goes_back)
{
	static const int64_t minute = 60000000;
	struct event_base *base = event_base_new();
	struct clock clock;
	struct clock_port port;
	struct moment first, back, still, caught_up;
	char folder[32];

	enter_folder(folder);
	setenv("JIXIAO_TEST_CLOCK", "clock", 1);
	clock_init(&clock, base);
	port = clock_port(&clock);
	first = clock_read_shifted(&port, 10 * minute);
	back = clock_read_shifted(&port, 5 * minute);
	still = clock_read_shifted(&port, -5 * minute);
	caught_up = clock_read_shifted(&port, 11 * minute);
	cr_expect_eq(back.wall_us, first.wall_us, "late stays late");
	cr_expect_eq(still.wall_us, first.wall_us);
	cr_expect_gt(back.mono_us, first.mono_us, "what waits goes on meanwhile");
	cr_expect_geq(caught_up.wall_us, first.wall_us + (uint64_t)minute);
	unsetenv("JIXIAO_TEST_CLOCK");
	event_base_free(base);
	leave_folder(folder);
}
#endif

Test(sys, systemd_is_told_on_its_socket)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char folder[32], got[64] = "";
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	enter_folder(folder);
	snprintf(address.sun_path, sizeof address.sun_path, "%s/notify", folder);
	cr_assert(bind(fd, (struct sockaddr *)&address, sizeof address) == 0);
	unsetenv("NOTIFY_SOCKET");
	notify_send("READY=0");
	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	notify_send("READY=1");
	cr_expect(recv(fd, got, sizeof got - 1, MSG_DONTWAIT) == 7);
	cr_expect_str_eq(got, "READY=1");
	close(fd);
	leave_folder(folder);
}
