/*
 * usage: sim [--seeds FROM COUNT] [--seed N [--trace]] [--cover] [--expect-violation]
 *
 * Plays seeds; the first violation is printed with the line that reproduces it.
 * --cover: fails also when a row of the daemon's map was never accepted, or
 * never refused, in all seeds together. --expect-violation: passes only if some
 * seed finds one (a bug is planted).
 */
#include "sim.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bundle/bundle.h"
#include "core/route.h"

enum { SIM_TWICE_EVERY = 50 }; /* such a seed is played twice: a run must be its seed's alone */

struct options {
	uint64_t first, count;
	bool is_tracing, expects_violation, is_covering;
};

const char *__asan_default_options(void);

/* Millions of small allocations: how each came about is not worth its price. */
const char *
__asan_default_options(void)
{
	return "malloc_context_size=3:quarantine_size_mb=16";
}

static bool
read_options(int argc, char **argv, struct options *options)
{
	*options = (struct options){.first = 1, .count = 2000};
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--seeds") == 0 && i + 2 < argc) {
			options->first = strtoull(argv[++i], NULL, 10);
			options->count = strtoull(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
			options->first = strtoull(argv[++i], NULL, 10);
			options->count = 1;
		} else if (strcmp(argv[i], "--trace") == 0) {
			options->is_tracing = true;
		} else if (strcmp(argv[i], "--cover") == 0) {
			options->is_covering = true;
		} else if (strcmp(argv[i], "--expect-violation") == 0) {
			options->expects_violation = true;
		} else {
			return false;
		}
	}
	return true;
}

static bool
play_seed(const struct sim *common, uint64_t seed, bool is_tracing)
{
	struct sim_outcome outcome = sim_play(common, seed, is_tracing), again;

	if (outcome.violation[0] == '\0' && seed % SIM_TWICE_EVERY == 0) {
		again = sim_play(common, seed, false);
		if (again.order != outcome.order || again.now_us != outcome.now_us ||
		    again.random != outcome.random)
			snprintf(outcome.violation, sizeof outcome.violation,
			    "played twice, it is not the same");
	}
	if (outcome.violation[0] != '\0')
		printf("seed %llu: %s\nreproduce: sim --seed %llu --trace\n",
		    (unsigned long long)seed, outcome.violation, (unsigned long long)seed);
	return outcome.violation[0] == '\0';
}

static uint64_t
play_seeds(const struct sim *common, const struct options *options, bool *is_clean)
{
	struct timespec started, ended;
	uint64_t played = 0;
	double seconds;

	*is_clean = true;
	clock_gettime(CLOCK_MONOTONIC, &started);
	for (; played < options->count && *is_clean; played++)
		*is_clean = play_seed(common, options->first + played, options->is_tracing);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	seconds = (double)(ended.tv_sec - started.tv_sec) +
		  (double)(ended.tv_nsec - started.tv_nsec) / 1e9;
	printf("%llu seeds in %.1f s, %.0f seeds/s\n", (unsigned long long)played, seconds,
	    (double)played / seconds);
	return played;
}

/* Every row of the map was accepted and refused at least once. */
static bool
is_covered(const struct sim_cover *cover)
{
	bool is_whole = true;

	printf("%-16s %10s %10s %10s\n", "request", "accepted", "refused", "denied");
	for (unsigned i = 0; i < route_count; i++) {
		bool is_exercised = cover->accepted[i] > 0 && cover->refused[i] > 0;

		printf("%-16s %10llu %10llu %10llu%s\n", route_rows[i].name,
		    (unsigned long long)cover->accepted[i], (unsigned long long)cover->refused[i],
		    (unsigned long long)cover->denied[i],
		    is_exercised ? ""
				 : "  never exercised: give it a task in tests/sim/sim_task.c");
		is_whole &= is_exercised;
	}
	return is_whole;
}

int
main(int argc, char **argv)
{
	struct faults *faults = faults_new(JX_EN);
	struct arena *arena = arena_new(16 << 20);
	struct sim_cover cover = {{0}, {0}, {0}};
	struct bundle bundle = {0};
	struct sim common = {.cover = &cover};
	struct options options;
	uint8_t seed[32] = {1};
	bool is_good;

	if (!read_options(argc, argv, &options)) {
		fprintf(stderr, "usage: sim [--seeds FROM COUNT] [--seed N [--trace]] [--cover] "
				"[--expect-violation]\n");
		return 2;
	}
	if (sodium_init() < 0 ||
	    bundle_read(JX_SOURCE_DIR "/tests/data/small", faults, &bundle) != JX_OK) {
		fprintf(stderr, "the small city cannot be read\n");
		return 2;
	}
	common.city = sim_city_cut(bundle.records, arena);
	common.scheme_text = bundle.scheme_text;
	common.scheme = bundle.scheme;
	common.config = core_config_default();
	common.config.session_count_max = SIM_CONN_COUNT_MAX;
	common.config.session_count_max_address = 6;
	common.config.idle_seconds_max = 120;
	common.config.admin_password = "first-password";
	crypto_sign_seed_keypair(common.config.signing_public, common.config.signing_secret, seed);
	play_seeds(&common, &options, &is_good);
	if (is_good && options.is_covering)
		is_good = is_covered(&cover);
	if (options.expects_violation)
		is_good = !is_good;
	bundle_clear(&bundle);
	faults_free(faults);
	arena_free(arena);
	printf("%d passed, %d failed\n", is_good, !is_good);
	return is_good ? 0 : 1;
}
