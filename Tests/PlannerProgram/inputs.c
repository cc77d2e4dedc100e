// Same seed, same plan; budgets of every kind; bad input of every kind.

#include "program.h"

#include <stdio.h>
#include <string.h>

drover_error problem;

void check_failure(
    int expected, const char *word, int status, const char *call, const char *file, int line) {
  if (status == expected && problem.status == expected && strstr(problem.text, word)) return;
  failures++;
  printf("%s:%d: %s: %s (\"%s\"), expected %s with \"%s\"\n", file, line, call,
         drover_status_name(status), problem.text, drover_status_name(expected), word);
}

enum { AGENTS = 6, STEPS = 5 };

static void set_some(drover_planner *planner) {
  drover_agent agents[AGENTS];
  for (int a = 0; a < AGENTS; a++)
    agents[a] = (drover_agent){
        .cell = a, .heading = a % 4, .goal = 107 - a, .mobility = DROVER_FREE, .priority = 0};
  CHECK(drover_planner_set_agents(planner, 0, agents, AGENTS, NULL) == DROVER_OK);
}

static void plan_some(uint8_t *actions) {
  drover_map *map = make_room();
  drover_planner *planner = make_planner(map, DROVER_FOUR_NEIGHBOUR, AGENTS);
  const drover_budget budget = {DROVER_BUDGET_WORK, 5000, NULL, NULL};
  set_some(planner);
  for (int round = 0; round < 3; round++) {
    CHECK(drover_planner_plan(planner, STEPS, &budget, 1, NULL) == DROVER_OK);
    CHECK(drover_planner_actions(
              planner, actions + round * AGENTS * STEPS, AGENTS * STEPS, NULL) == DROVER_OK);
    CHECK(drover_planner_advance(planner, NULL) == DROVER_OK);
  }
  CHECK(drover_planner_destroy(planner, NULL) == DROVER_OK);
  CHECK(drover_map_destroy(map, NULL) == DROVER_OK);
}

void test_reproducible(void) {
  uint8_t first[3 * AGENTS * STEPS], second[3 * AGENTS * STEPS];
  plan_some(first);
  plan_some(second);
  CHECK(memcmp(first, second, sizeof first) == 0);
  CHECK(memchr(first, DROVER_SOUTH, sizeof first) != NULL);
}

static int32_t count_down(void *context) { return --*(int *)context <= 0; }

static int32_t call_back(void *context) {
  drover_planner *planner = *(drover_planner **)context;
  CHECK(drover_planner_advance(planner, NULL) == DROVER_BUSY);
  return 1;
}

void test_budgets(void) {
  drover_map *map = make_room();
  drover_planner *planner = make_planner(map, DROVER_TURNING, AGENTS);
  int left = 3;
  drover_budget budgets[] = {
      {DROVER_BUDGET_WORK, 0, NULL, NULL},     {DROVER_BUDGET_CPU_MS, 2, NULL, NULL},
      {DROVER_BUDGET_WALL_MS, 2, NULL, NULL},  {DROVER_BUDGET_CALLBACK, 0, count_down, &left},
      {DROVER_BUDGET_CALLBACK, 0, call_back, &planner}};
  set_some(planner);
  CHECK(drover_planner_plan(planner, STEPS, budgets, 5, NULL) == DROVER_OK);
  CHECK(drover_planner_plan(planner, 1, NULL, 0, NULL) == DROVER_OK);
  CHECK(left <= 0);
  budgets[0].kind = 4;
  FAILS(DROVER_OUT_OF_RANGE, "budgets[0].kind",
        drover_planner_plan(planner, 1, budgets, 1, &problem));
  budgets[0] = (drover_budget){DROVER_BUDGET_CPU_MS, -1, NULL, NULL};
  FAILS(DROVER_OUT_OF_RANGE, "-1", drover_planner_plan(planner, 1, budgets, 1, &problem));
  budgets[0] = (drover_budget){DROVER_BUDGET_CALLBACK, 0, NULL, NULL};
  FAILS(DROVER_NULL_ARGUMENT, "is_over", drover_planner_plan(planner, 1, budgets, 1, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "budgets", drover_planner_plan(planner, 1, NULL, 1, &problem));
  CHECK(drover_planner_destroy(planner, NULL) == DROVER_OK);
  CHECK(drover_map_destroy(map, NULL) == DROVER_OK);
}

void test_bad_maps(void) {
  drover_map *map = NULL;
  uint8_t cells[4] = {1, 1, 0, 2};
  int32_t width = 0, height = 0, passable = 0;
  FAILS(DROVER_NULL_ARGUMENT, "passable", drover_map_create(2, 2, NULL, 4, &map, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "map", drover_map_create(2, 2, cells, 4, NULL, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "width is 0", drover_map_create(0, 2, cells, 4, &map, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "height is -2", drover_map_create(2, -2, cells, 4, &map, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "width * height",
        drover_map_create(1 << 20, 1 << 20, cells, 4, &map, &problem));
  FAILS(DROVER_WRONG_SIZE, "expected 6", drover_map_create(3, 2, cells, 4, &map, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "passable[3] is 2", drover_map_create(2, 2, cells, 4, &map, &problem));
  FAILS(DROVER_UNREADABLE, "line 1", drover_map_parse("type tree\n", 10, &map, &problem));
  FAILS(DROVER_UNREADABLE, "ends", drover_map_parse("", 0, &map, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "text", drover_map_parse(NULL, 0, &map, &problem));
  CHECK(map == NULL);
  cells[3] = 1;
  CHECK(drover_map_create(2, 2, cells, 4, &map, NULL) == DROVER_OK);
  CHECK(drover_map_size(map, &width, &height, &passable, NULL) == DROVER_OK);
  CHECK(width == 2 && height == 2 && passable == 3);
  CHECK(drover_map_size(map, NULL, NULL, NULL, NULL) == DROVER_OK);
  CHECK(drover_map_destroy(map, NULL) == DROVER_OK);
  CHECK(strcmp(drover_status_name(DROVER_BUSY), "DROVER_BUSY") == 0);
  CHECK(drover_status_name(-7) != NULL && drover_status_name(9999) != NULL);
}

void test_bad_handles(void) {
  drover_map *map = make_room();
  drover_planner *planner = make_planner(map, DROVER_TURNING, 1);
  int something = 0;
  FAILS(DROVER_NULL_ARGUMENT, "handle", drover_map_destroy(NULL, &problem));
  FAILS(DROVER_INVALID_HANDLE, "never made",
        drover_map_destroy((drover_map *)(void *)&something, &problem));
  FAILS(DROVER_INVALID_HANDLE, "another kind",
        drover_map_destroy((drover_map *)(void *)planner, &problem));
  FAILS(DROVER_INVALID_HANDLE, "another kind",
        drover_executor_commands((drover_executor *)(void *)map, NULL, 0, &problem));
  CHECK(drover_planner_destroy(planner, NULL) == DROVER_OK);
  FAILS(DROVER_INVALID_HANDLE, "ended", drover_planner_destroy(planner, &problem));
  FAILS(DROVER_INVALID_HANDLE, "ended", drover_planner_advance(planner, &problem));
  CHECK(drover_map_destroy(map, NULL) == DROVER_OK);
  FAILS(DROVER_INVALID_HANDLE, "ended",
        drover_planner_create(map, NULL, 1, &planner, &problem));
}

static void test_bad_planner_settings(const drover_map *map) {
  drover_planner *planner = NULL;
  drover_planner_settings settings;
  uint8_t weights[4 * 108];
  drover_planner_settings_init(&settings);
  settings.motion = 2;
  FAILS(DROVER_OUT_OF_RANGE, "motion is 2",
        drover_planner_create(map, &settings, 1, &planner, &problem));
  drover_planner_settings_init(&settings);
  settings.struct_size = 3;
  FAILS(DROVER_WRONG_STRUCT, "struct_size is 3",
        drover_planner_create(map, &settings, 1, &planner, &problem));
  drover_planner_settings_init(&settings);
  settings.depth = 7;
  FAILS(DROVER_OUT_OF_RANGE, "depth", drover_planner_create(map, &settings, 1, &planner, &problem));
  drover_planner_settings_init(&settings);
  settings.learning_rounds = -1;
  FAILS(DROVER_OUT_OF_RANGE, "learning_rounds is -1",
        drover_planner_create(map, &settings, 1, &planner, &problem));
  settings.learning_rounds = 1;
  CHECK(drover_planner_create(map, &settings, 1, &planner, NULL) == DROVER_OK);
  CHECK(drover_planner_destroy(planner, NULL) == DROVER_OK);
  planner = NULL;
  drover_planner_settings_init(&settings);
  settings.turn_weight = 4;
  FAILS(DROVER_OUT_OF_RANGE, "turn_weight is 4",
        drover_planner_create(map, &settings, 1, &planner, &problem));
  drover_planner_settings_init(&settings);
  memset(weights, 1, sizeof weights);
  settings.guidance = weights;
  settings.guidance_count = 5;
  FAILS(DROVER_WRONG_SIZE, "expected 432",
        drover_planner_create(map, &settings, 1, &planner, &problem));
  settings.guidance_count = sizeof weights;
  weights[1] = 0;
  FAILS(DROVER_OUT_OF_RANGE, "guidance[1]",
        drover_planner_create(map, &settings, 1, &planner, &problem));
  settings.guidance = NULL;
  FAILS(DROVER_NULL_ARGUMENT, "guidance",
        drover_planner_create(map, &settings, 1, &planner, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "agents is 0",
        drover_planner_create(map, NULL, 0, &planner, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "planner", drover_planner_create(map, NULL, 1, NULL, &problem));
  CHECK(planner == NULL);
}

void test_bad_planner_input(void) {
  drover_map *map = make_room();
  test_bad_planner_settings(map);
  drover_planner *planner = make_planner(map, DROVER_TURNING, 2);
  drover_agent agents[2] = {{0, 0, 5, DROVER_FREE, 0}, {1, 0, -1, DROVER_FREE, 0}};
  uint8_t actions[8];
  int32_t goals[2] = {3, 1000};
  FAILS(DROVER_NOT_READY, "planned", drover_planner_actions(planner, actions, 2, &problem));
  FAILS(DROVER_NOT_READY, "planned", drover_planner_advance(planner, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "first is 3",
        drover_planner_set_agents(planner, 3, agents, 1, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "count is 2",
        drover_planner_set_agents(planner, 1, agents, 2, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "agents", drover_planner_set_agents(planner, 0, NULL, 1, &problem));
  agents[1].cell = 108;
  FAILS(DROVER_OUT_OF_RANGE, "agents[1].cell is 108",
        drover_planner_set_agents(planner, 0, agents, 2, &problem));
  agents[1].cell = 48;
  FAILS(DROVER_CONFLICT, "agents[1].cell is 48, which is blocked",
        drover_planner_set_agents(planner, 0, agents, 2, &problem));
  agents[1] = (drover_agent){1, 4, -1, DROVER_FREE, 0};
  FAILS(DROVER_OUT_OF_RANGE, "heading is 4",
        drover_planner_set_agents(planner, 0, agents, 2, &problem));
  agents[1] = (drover_agent){1, 0, -2, DROVER_FREE, 0};
  FAILS(DROVER_OUT_OF_RANGE, "goal is -2",
        drover_planner_set_agents(planner, 0, agents, 2, &problem));
  agents[1] = (drover_agent){1, 0, -1, 9, 0};
  FAILS(DROVER_OUT_OF_RANGE, "mobility is 9",
        drover_planner_set_agents(planner, 0, agents, 2, &problem));
  agents[1] = (drover_agent){1, 0, -1, DROVER_FREE, 512};
  FAILS(DROVER_OUT_OF_RANGE, "priority",
        drover_planner_set_agents(planner, 0, agents, 2, &problem));
  agents[1] = agents[0];
  CHECK(drover_planner_set_agents(planner, 0, agents, 2, NULL) == DROVER_OK);
  FAILS(DROVER_CONFLICT, "0 and 1 are both on cell 0",
        drover_planner_plan(planner, 1, NULL, 0, &problem));
  agents[1] = (drover_agent){1, 0, -1, DROVER_FREE, 0};
  CHECK(drover_planner_set_agents(planner, 0, agents, 2, NULL) == DROVER_OK);
  FAILS(DROVER_OUT_OF_RANGE, "goals[1] is 1000",
        drover_planner_set_itinerary(planner, 0, goals, 2, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "agent is 2",
        drover_planner_set_itinerary(planner, 2, goals, 1, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "goals", drover_planner_set_itinerary(planner, 0, NULL, 1, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "steps is 0", drover_planner_plan(planner, 0, NULL, 0, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "steps is 65", drover_planner_plan(planner, 65, NULL, 0, &problem));
  CHECK(drover_planner_plan(planner, 4, NULL, 0, NULL) == DROVER_OK);
  FAILS(DROVER_WRONG_SIZE, "expected 8", drover_planner_actions(planner, actions, 7, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "actions", drover_planner_actions(planner, NULL, 8, &problem));
  FAILS(DROVER_WRONG_SIZE, "expected 2", drover_planner_ends(planner, agents, NULL, 1, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "statistics",
        drover_planner_read_statistics(planner, NULL, &problem));
  CHECK(drover_planner_ends(planner, agents, NULL, 2, NULL) == DROVER_OK);
  CHECK(agents[0].goal == 5);
  CHECK(drover_planner_destroy(planner, NULL) == DROVER_OK);
  CHECK(drover_map_destroy(map, NULL) == DROVER_OK);
}

void test_bad_executor_input(void) {
  drover_map *map = make_room();
  drover_executor *executor = NULL;
  drover_executor_settings settings;
  drover_pose starts[2] = {{0, 0}, {0, 0}};
  drover_report reports[2] = {{0, 0, 0, 0}, {1, 0, 0, 0}};
  uint8_t actions[4] = {DROVER_FORWARD, DROVER_FORWARD, DROVER_WAIT, 8}, go[2];
  int32_t number = -1;
  size_t count = 0;
  FAILS(DROVER_CONFLICT, "0 and 1 are both on cell 0",
        drover_executor_create(map, NULL, starts, 2, &executor, &problem));
  starts[1] = (drover_pose){1, 7};
  FAILS(DROVER_OUT_OF_RANGE, "starts[1].heading",
        drover_executor_create(map, NULL, starts, 2, &executor, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "robots is 0",
        drover_executor_create(map, NULL, starts, 0, &executor, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "starts",
        drover_executor_create(map, NULL, NULL, 2, &executor, &problem));
  drover_executor_settings_init(&settings);
  settings.ticks_per_action = 0;
  starts[1].heading = 0;
  FAILS(DROVER_OUT_OF_RANGE, "ticks_per_action",
        drover_executor_create(map, &settings, starts, 2, &executor, &problem));
  settings.ticks_per_action = 2;
  CHECK(executor == NULL);
  CHECK(drover_executor_create(map, &settings, starts, 2, &executor, NULL) == DROVER_OK);
  FAILS(DROVER_OUT_OF_RANGE, "actions[3] is 8",
        drover_executor_append(executor, actions, 4, &number, &problem));
  FAILS(DROVER_WRONG_SIZE, "count is 3",
        drover_executor_append(executor, actions, 3, NULL, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "actions", drover_executor_append(executor, NULL, 2, NULL, &problem));
  CHECK(drover_executor_append(executor, actions, 2, &number, NULL) == DROVER_OK && number == 0);
  FAILS(DROVER_WRONG_SIZE, "expected 2", drover_executor_report(executor, reports, 1, &problem));
  reports[0].cell = 3;
  FAILS(DROVER_OFF_PLAN, "reports[0] is at cell 3",
        drover_executor_report(executor, reports, 2, &problem));
  reports[0] = (drover_report){0, 0, 2, 0};
  FAILS(DROVER_OUT_OF_RANGE, "ticks_done is 2",
        drover_executor_report(executor, reports, 2, &problem));
  reports[0] = (drover_report){0, 0, 1, 0};
  FAILS(DROVER_OFF_PLAN, "reports[0].ticks_done is 1 after 0 and STOP",
        drover_executor_report(executor, reports, 2, &problem));
  reports[0] = (drover_report){1, 0, 0, 0};
  FAILS(DROVER_OFF_PLAN, "entered cell 1", drover_executor_report(executor, reports, 2, &problem));
  reports[0] = (drover_report){48, 0, 0, 0};
  FAILS(DROVER_CONFLICT, "blocked", drover_executor_report(executor, reports, 2, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "reports", drover_executor_report(executor, NULL, 2, &problem));
  FAILS(DROVER_WRONG_SIZE, "count is 3", drover_executor_commands(executor, go, 3, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "go", drover_executor_commands(executor, NULL, 2, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "ticks is -1", drover_executor_keep(executor, -1, NULL, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "robot is 2",
        drover_executor_pending(executor, 2, actions, 4, &count, &problem));
  FAILS(DROVER_WRONG_SIZE, "expected 1",
        drover_executor_pending(executor, 0, actions, 0, &count, &problem));
  FAILS(DROVER_WRONG_SIZE, "expected 2", drover_executor_ends(executor, starts, 3, &problem));
  CHECK(drover_executor_destroy(executor, NULL) == DROVER_OK);
  CHECK(drover_map_destroy(map, NULL) == DROVER_OK);
}

void test_bad_assigner_input(void) {
  drover_map *map = make_room();
  drover_assigner *assigner = NULL;
  drover_assigner_settings settings;
  int32_t cells[2] = {0, 107}, steps = 0, delays[1] = {-1};
  int64_t tasks[1], present[1] = {77};
  drover_assigner_settings_init(&settings);
  settings.approach_percent = -1;
  FAILS(DROVER_OUT_OF_RANGE, "approach_percent",
        drover_assigner_create(map, &settings, &assigner, &problem));
  drover_assigner_settings_init(&settings);
  settings.motion = -1;
  FAILS(DROVER_OUT_OF_RANGE, "motion", drover_assigner_create(map, &settings, &assigner, &problem));
  CHECK(drover_assigner_create(map, NULL, &assigner, NULL) == DROVER_OK);
  CHECK(drover_assigner_add_task(assigner, 5, cells, 2, NULL) == DROVER_OK);
  FAILS(DROVER_CONFLICT, "task 5", drover_assigner_add_task(assigner, 5, cells, 2, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "count is 0",
        drover_assigner_add_task(assigner, 6, cells, 0, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "task 6", drover_assigner_remove_task(assigner, 6, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "delays[0] is -1",
        drover_assigner_assign(assigner, cells, delays, NULL, tasks, 1, &problem));
  FAILS(DROVER_OUT_OF_RANGE, "present[0] is 77",
        drover_assigner_assign(assigner, cells, NULL, present, tasks, 1, &problem));
  FAILS(DROVER_NULL_ARGUMENT, "tasks",
        drover_assigner_assign(assigner, cells, NULL, NULL, NULL, 1, &problem));
  CHECK(drover_assigner_assign(assigner, cells, NULL, NULL, tasks, 1, NULL) == DROVER_OK);
  CHECK(tasks[0] == 5);
  CHECK(drover_assigner_distance(assigner, 0, 107, &steps, NULL) == DROVER_OK && steps == 19);
  FAILS(DROVER_OUT_OF_RANGE, "to is 108",
        drover_assigner_distance(assigner, 0, 108, &steps, &problem));
  cells[0] = 48;
  FAILS(DROVER_CONFLICT, "cells[0]", drover_assigner_add_task(assigner, 7, cells, 2, &problem));
  CHECK(drover_assigner_destroy(assigner, NULL) == DROVER_OK);
  CHECK(drover_map_destroy(map, NULL) == DROVER_OK);
}
