/*
 * The contract's scenarios (tests/contract) on the simulated store: what the
 * simulator shows of the core holds only as far as both stores keep the same
 * promises. usage: sim_contract [PART-OF-A-NAME]
 */
#include <string.h>

#include "contract/store_contract.h"
#include "sim.h"

/* One turn of the world at least; time is free. */
static void
contract_world_pump(void *arg, unsigned ms)
{
	(void)ms;
	if (!sim_turn(arg))
		abort();
}

static void
contract_world_crash(void *arg)
{
	struct sim *sim = arg;

	sim_store_crash(sim->store);
}

static void
run_scenario(const struct contract_scenario *scenario, uint64_t seed)
{
	static struct contract contract;
	struct sim sim = {.random = seed, .epoch = 1};
	struct store_events events;

	contract_init(&contract);
	sim.store = sim_store_new(&sim);
	contract.world = (struct contract_world){
	    &sim, sim_store_port(sim.store), contract_world_pump, contract_world_crash};
	events = contract_events(&contract);
	sim_store_connect(sim.store, &events);
	contract_wait_available(&contract, true);
	scenario->run(&contract);
	REQUIRE(sim.violation[0] == '\0');
	sim_store_free(sim.store);
	free(sim.heap);
	contract_clear(&contract);
}

int
main(int argc, char **argv)
{
	enum { SEEDS = 4 };
	unsigned passed = 0;

	for (size_t i = 0; i < contract_scenario_count; i++) {
		if (argc > 1 && strstr(contract_scenarios[i].name, argv[1]) == NULL)
			continue;
		printf("%s\n", contract_scenarios[i].name);
		fflush(stdout);
		for (uint64_t seed = 1; seed <= SEEDS; seed++)
			run_scenario(&contract_scenarios[i], seed);
		passed++;
	}
	printf("%u passed, 0 failed\n", passed);
	return passed > 0 ? 0 : 1;
}
