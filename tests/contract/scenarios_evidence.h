/* contract/scenarios_evidence.h: the scenarios of puts (evidence in chunks). */
#ifndef JX_CONTRACT_SCENARIOS_EVIDENCE_H
#define JX_CONTRACT_SCENARIOS_EVIDENCE_H

#include "contract/store_contract.h"

void a_chunk_is_there_once_and_only_for_who_sent_it(struct contract *contract);
void a_list_tells_what_the_unit_has_sent(struct contract *contract);
void a_file_is_sealed_only_whole_and_then_stands(struct contract *contract);
void the_quota_counts_what_a_unit_sends(struct contract *contract);
void puts_beyond_the_bound_are_busy_and_all_are_answered(struct contract *contract);
void a_put_lost_with_the_database_is_put_again(struct contract *contract);

#endif
