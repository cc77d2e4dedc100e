#ifndef DROVER_PLANNER_PROGRAM_H
#define DROVER_PLANNER_PROGRAM_H

#include "drover_planner.h"

extern int failures;

void check(int is_so, const char *what, const char *file, int line);

#define CHECK(condition) check((condition) != 0, #condition, __FILE__, __LINE__)
/** The call fails with `expected`, and its text speaks of `word`. */
#define FAILS(expected, word, call) \
  check_failure((expected), (word), (call), #call, __FILE__, __LINE__)

/** Where calls under test put their errors. */
extern drover_error problem;

void check_failure(
    int expected, const char *word, int status, const char *call, const char *file, int line);

/** A room of 12 by 9 cells with a wall that has two doors. */
drover_map *make_room(void);
drover_planner *make_planner(const drover_map *map, int motion, int agents);

void test_loop(int motion, int ticks_per_action, int follows);
void test_reproducible(void);
void test_budgets(void);
void test_bad_maps(void);
void test_bad_handles(void);
void test_bad_planner_input(void);
void test_bad_executor_input(void);
void test_bad_assigner_input(void);
void test_solver(void);

#endif
