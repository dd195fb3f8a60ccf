/* The contract's scenarios, on the real store. usage: store_contract_test [PART-OF-A-NAME] */
#include "contract/real_store.h"

int
main(int argc, char **argv)
{
	struct real_test tests[64];

	REQUIRE(contract_scenario_count <= 64);
	for (size_t i = 0; i < contract_scenario_count; i++)
		tests[i] = (struct real_test){
		    .name = contract_scenarios[i].name, .scenario = contract_scenarios[i].run};
	return real_run(tests, contract_scenario_count, argc > 1 ? argv[1] : NULL);
}
