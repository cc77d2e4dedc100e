// One-shot problems: a plan, a better one, a proof that there is none, and bad input.

#include "program.h"

#include <stdlib.h>

enum { AGENTS = 10, WIDTH = 12 };

/** The plan starts and ends where it should, and nobody jumps, meets or swaps. */
static void check_plan(
    const int32_t *plan, int length, const int32_t *starts, const int32_t *goals) {
  for (int a = 0; a < AGENTS; a++) {
    CHECK(plan[a] == starts[a]);
    CHECK(plan[(length - 1) * AGENTS + a] == goals[a]);
  }
  for (int t = 0; t + 1 < length; t++) {
    const int32_t *now = plan + t * AGENTS, *next = now + AGENTS;
    for (int a = 0; a < AGENTS; a++) {
      const int columns = abs(now[a] % WIDTH - next[a] % WIDTH);
      CHECK(columns + abs(now[a] / WIDTH - next[a] / WIDTH) <= 1);
      for (int b = 0; b < a; b++) {
        CHECK(next[a] != next[b]);
        CHECK(!(next[a] == now[b] && next[b] == now[a]));
      }
    }
  }
}

static void solve_room(const drover_map *map) {
  int32_t starts[AGENTS], goals[AGENTS];
  for (int a = 0; a < AGENTS; a++) {
    starts[a] = a;
    goals[a] = 107 - a;
  }
  drover_solver *solver = NULL;
  const drover_budget little = {DROVER_BUDGET_WORK, 1, NULL, NULL};
  const drover_budget more = {DROVER_BUDGET_WORK, 200000, NULL, NULL};
  drover_solver_measures first = {.struct_size = sizeof first}, last = first;
  CHECK(drover_solver_create(map, starts, goals, AGENTS, 3, 1, &solver, NULL) == DROVER_OK);
  FAILS(DROVER_NOT_READY, "no plan yet", drover_solver_improve(solver, &more, &problem));
  FAILS(DROVER_NOT_READY, "no plan yet", drover_solver_plan(solver, starts, 1, &problem));
  FAILS(DROVER_BUDGET_EXHAUSTED, "again", drover_solver_solve(solver, &little, &problem));
  CHECK(drover_solver_solve(solver, NULL, NULL) == DROVER_OK);
  CHECK(drover_solver_measure(solver, &first, NULL) == DROVER_OK);
  CHECK(first.sum_of_loss >= first.sum_of_loss_bound && first.sum_of_loss_bound > 0);
  CHECK(drover_solver_improve(solver, &more, NULL) == DROVER_OK);
  CHECK(drover_solver_measure(solver, &last, NULL) == DROVER_OK);
  CHECK(last.sum_of_loss <= first.sum_of_loss);
  const size_t count = (size_t)last.configurations * AGENTS;
  int32_t *plan = malloc(count * sizeof *plan);
  FAILS(DROVER_WRONG_SIZE, "expected", drover_solver_plan(solver, plan, count - 1, &problem));
  CHECK(drover_solver_plan(solver, plan, count, NULL) == DROVER_OK);
  check_plan(plan, (int)last.configurations, starts, goals);
  free(plan);
  CHECK(drover_solver_destroy(solver, NULL) == DROVER_OK);
}

void test_solver(void) {
  drover_map *map = make_room(), *lane = NULL;
  drover_solver *solver = NULL;
  const uint8_t cells[3] = {1, 1, 1};
  const int32_t ends[2] = {0, 2}, swapped[2] = {2, 0}, twice[2] = {1, 1};
  solve_room(map);
  CHECK(drover_map_create(3, 1, cells, 3, &lane, NULL) == DROVER_OK);
  CHECK(drover_solver_create(lane, ends, swapped, 2, 1, 0, &solver, NULL) == DROVER_OK);
  FAILS(DROVER_UNSOLVABLE, "no plan", drover_solver_solve(solver, NULL, &problem));
  CHECK(drover_solver_destroy(solver, NULL) == DROVER_OK);
  FAILS(DROVER_CONFLICT, "goals[0] and goals[1] are both cell 1",
        drover_solver_create(lane, ends, twice, 2, 1, 0, &solver, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "agents is 0",
        drover_solver_create(lane, ends, swapped, 0, 1, 0, &solver, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "starts",
        drover_solver_create(lane, NULL, swapped, 2, 1, 0, &solver, &problem));
  FAILS(DROVER_INVALID_HANDLE, "ended", drover_solver_solve(solver, NULL, &problem));
  CHECK(drover_map_destroy(lane, NULL) == DROVER_OK);
  CHECK(drover_map_destroy(map, NULL) == DROVER_OK);
}
