/* contract/scenarios_year.h: the scenarios of a city's year; their table stands in scenarios.c. */
#ifndef JX_CONTRACT_SCENARIOS_YEAR_H
#define JX_CONTRACT_SCENARIOS_YEAR_H

#include "contract/store_contract.h"

void an_import_is_there_whole_and_every_state_stays(struct contract *contract);
void a_record_withdrawn_can_come_back(struct contract *contract);
void a_run_lives_from_start_to_end(struct contract *contract);
void a_failed_run_needs_no_digests(struct contract *contract);
void a_large_import_goes_in_and_comes_out(struct contract *contract);

void a_deed_changes_records_and_papers_together(struct contract *contract);
void papers_are_asked_for_whole_with_versions(struct contract *contract);
void every_version_stays_in_the_history(struct contract *contract);
void a_long_history_shows_its_end(struct contract *contract);
void a_deed_that_is_malformed_leaves_nothing(struct contract *contract);

void a_card_is_cast_once(struct contract *contract);
void a_poll_has_a_slot_and_cards_of_its_own(struct contract *contract);
void a_poll_is_closed_with_all_its_votes_or_not(struct contract *contract);

#endif
