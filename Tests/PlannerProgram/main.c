// Drives Drover's planner, executor, assigner and solver through drover_planner.h alone: rounds of
// plans and delayed ticks on a small map with a simulator and collision checks of its own, then bad
// input of every kind. Prints what failed and returns 1, or returns 0.

#include "program.h"

#include <stdio.h>

int failures = 0;

void check(int is_so, const char *what, const char *file, int line) {
  if (is_so) return;
  failures++;
  printf("%s:%d: not so: %s\n", file, line, what);
}

int main(void) {
  CHECK(drover_planner_version() >> 16 == DROVER_PLANNER_VERSION >> 16);
  test_loop(DROVER_TURNING, 3, 1);
  test_loop(DROVER_TURNING, 1, 0);
  test_loop(DROVER_FOUR_NEIGHBOUR, 4, 1);
  test_reproducible();
  test_budgets();
  test_bad_maps();
  test_bad_handles();
  test_bad_planner_input();
  test_bad_executor_input();
  test_bad_assigner_input();
  test_solver();
  if (failures == 0) printf("all is well\n");
  return failures == 0 ? 0 : 1;
}
