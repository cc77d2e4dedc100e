// The whole loop: tasks, plans, an executor, and robots that are delayed.

#include "program.h"

#include <stdlib.h>
#include <string.h>

enum { WIDTH = 12, HEIGHT = 9, ROBOTS = 14, TICKS = 600, PERIOD = 6, STEPS = 4, TASKS = 40 };

typedef struct robot {
  int cell, heading, done, delay, task, leg;
} robot;

static const char room[] =
    "type octile\nheight 9\nwidth 12\nmap\n"
    "............\n"
    "............\n"
    ".....@......\n"
    ".....@......\n"
    "@@.@@@@@@.@@\n"
    ".....@......\n"
    ".....@......\n"
    "............\n"
    "............\n";

drover_map *make_room(void) {
  drover_map *map = NULL;
  CHECK(drover_map_parse(room, sizeof room - 1, &map, NULL) == DROVER_OK);
  return map;
}

drover_planner *make_planner(const drover_map *map, int motion, int agents) {
  drover_planner_settings settings;
  drover_planner_settings_init(&settings);
  settings.motion = motion;
  settings.seed = 7;
  drover_planner *planner = NULL;
  CHECK(drover_planner_create(map, &settings, agents, &planner, NULL) == DROVER_OK);
  return planner;
}

static uint32_t chance(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

static int is_open(int cell) { return room[strlen("type octile\nheight 9\nwidth 12\nmap\n") +
                                           (cell / WIDTH) * (WIDTH + 1) + cell % WIDTH] == '.'; }

/** The cell beside `cell`, or -1. */
static int beside(int cell, int heading) {
  const int x = cell % WIDTH + (heading == 0) - (heading == 2);
  const int y = cell / WIDTH + (heading == 3) - (heading == 1);
  if (x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT) return -1;
  return is_open(y * WIDTH + x) ? y * WIDTH + x : -1;
}

/** The heading in which `action` leaves the cell, or -1. */
static int leaves(const robot *r, int action) {
  switch (action) {
    case DROVER_FORWARD: return r->heading;
    case DROVER_EAST: return 0;
    case DROVER_NORTH: return 1;
    case DROVER_WEST: return 2;
    case DROVER_SOUTH: return 3;
    default: return -1;
  }
}

/** One tick of one robot with `action` before it. */
static void go_on(robot *r, int action, int ticks_per_action) {
  if (++r->done < ticks_per_action) return;
  r->done = 0;
  if (action == DROVER_TURN_LEFT) r->heading = (r->heading + 1) % 4;
  if (action == DROVER_TURN_RIGHT) r->heading = (r->heading + 3) % 4;
  const int out = leaves(r, action);
  if (out >= 0) r->cell = beside(r->cell, out);
}

/** A robot's outline: its corner in thousandths of a cell. */
static void outline(const robot *r, int action, int ticks_per_action, int *x, int *y) {
  const int out = r->done > 0 ? leaves(r, action) : -1;
  const int way = 1000 * r->done / ticks_per_action;
  *x = 1000 * (r->cell % WIDTH) + way * ((out == 0) - (out == 2));
  *y = 1000 * (r->cell / WIDTH) + way * ((out == 3) - (out == 1));
}

static int first_action(drover_executor *executor, int r) {
  uint8_t actions[DROVER_QUEUE_LIMIT];
  size_t count = 0;
  CHECK(drover_executor_pending(executor, r, actions, sizeof actions, &count, NULL) == DROVER_OK);
  return count > 0 ? actions[0] : DROVER_WAIT;
}

/** No two outlines overlap. */
static void check_outlines(const robot *robots, const int *actions, int ticks_per_action) {
  int x[ROBOTS], y[ROBOTS];
  for (int r = 0; r < ROBOTS; r++)
    outline(&robots[r], actions[r], ticks_per_action, &x[r], &y[r]);
  for (int a = 0; a < ROBOTS; a++)
    for (int b = a + 1; b < ROBOTS; b++)
      CHECK(abs(x[a] - x[b]) >= 999 || abs(y[a] - y[b]) >= 999);
}

static void place(robot *robots, drover_pose *poses) {
  for (int r = 0, cell = 0; r < ROBOTS; cell++) {
    if (!is_open(cell)) continue;
    robots[r] = (robot){.cell = cell, .heading = r % 4, .task = -1};
    poses[r] = (drover_pose){.cell = cell, .heading = r % 4};
    r++;
  }
}

static void tick(drover_executor *executor, robot *robots, uint32_t *random, int ticks_per_action) {
  drover_report reports[ROBOTS];
  uint8_t go[ROBOTS];
  int actions[ROBOTS];
  for (int r = 0; r < ROBOTS; r++)
    reports[r] = (drover_report){
        robots[r].cell, robots[r].heading, robots[r].done, robots[r].delay > 0};
  CHECK(drover_executor_report(executor, reports, ROBOTS, NULL) == DROVER_OK);
  CHECK(drover_executor_commands(executor, go, ROBOTS, NULL) == DROVER_OK);
  for (int r = 0; r < ROBOTS; r++) {
    actions[r] = first_action(executor, r);
    if (robots[r].delay > 0) robots[r].delay--;
    else if (chance(random) % 20 == 0) robots[r].delay = 1 + (int)(chance(random) % 12);
    if (go[r] && robots[r].delay == 0) go_on(&robots[r], actions[r], ticks_per_action);
  }
  check_outlines(robots, actions, ticks_per_action);
}

/** Counts tasks whose cells have been visited in order, and keeps the assigner up to date. */
static int visit(drover_assigner *assigner, robot *robots, int tasks[TASKS][2], char *state) {
  int finished = 0;
  for (int r = 0; r < ROBOTS; r++) {
    robot *it = &robots[r];
    if (it->task < 0 || it->cell != tasks[it->task][it->leg]) continue;
    if (it->leg == 0 && state[it->task] == 0) {
      CHECK(drover_assigner_remove_task(assigner, it->task, NULL) == DROVER_OK);
      state[it->task] = 1;
    }
    if (++it->leg < 2) continue;
    state[it->task] = 2;
    it->task = -1;
    finished++;
  }
  return finished;
}

static void give_tasks(drover_assigner *assigner, robot *robots) {
  int32_t cells[ROBOTS];
  int64_t present[ROBOTS], given[ROBOTS];
  for (int r = 0; r < ROBOTS; r++) {
    const int is_open_to_change = robots[r].task < 0 || robots[r].leg == 0;
    cells[r] = is_open_to_change ? robots[r].cell : -1;
    present[r] = is_open_to_change ? robots[r].task : -1;
  }
  CHECK(drover_assigner_assign(assigner, cells, NULL, present, given, ROBOTS, NULL) == DROVER_OK);
  for (int r = 0; r < ROBOTS; r++) {
    if (cells[r] < 0) continue;
    robots[r].task = (int)given[r];
    robots[r].leg = 0;
  }
}

static void plan(
    drover_planner *planner, drover_executor *executor, const robot *robots, int tasks[TASKS][2]) {
  drover_agent agents[ROBOTS];
  drover_pose ends[ROBOTS];
  uint8_t actions[ROBOTS * STEPS];
  const drover_budget budget = {DROVER_BUDGET_WORK, 2000, NULL, NULL};
  CHECK(drover_executor_keep(executor, PERIOD, NULL, NULL) == DROVER_OK);
  CHECK(drover_executor_ends(executor, ends, ROBOTS, NULL) == DROVER_OK);
  for (int r = 0; r < ROBOTS; r++)
    agents[r] = (drover_agent){ends[r].cell, ends[r].heading, -1, DROVER_FREE, 0};
  CHECK(drover_planner_set_agents(planner, 0, agents, ROBOTS, NULL) == DROVER_OK);
  for (int r = 0; r < ROBOTS; r++) {
    if (robots[r].task < 0) continue;
    const int leg = robots[r].leg;
    CHECK(drover_planner_set_itinerary(
              planner, r, &tasks[robots[r].task][leg], (size_t)(2 - leg), NULL) == DROVER_OK);
  }
  CHECK(drover_planner_plan(planner, STEPS, &budget, 1, NULL) == DROVER_OK);
  CHECK(drover_planner_actions(planner, actions, sizeof actions, NULL) == DROVER_OK);
  CHECK(drover_executor_append(executor, actions, sizeof actions, NULL, NULL) == DROVER_OK);
}

void test_loop(int motion, int ticks_per_action, int follows) {
  drover_map *map = make_room();
  drover_planner *planner = make_planner(map, motion, ROBOTS);
  drover_assigner *assigner = NULL;
  drover_executor *executor = NULL;
  drover_executor_settings settings;
  robot robots[ROBOTS];
  drover_pose poses[ROBOTS];
  int tasks[TASKS][2];
  char state[TASKS] = {0};
  uint32_t random = 1;
  place(robots, poses);
  drover_executor_settings_init(&settings);
  settings.ticks_per_action = ticks_per_action;
  settings.follows_in_line = follows;
  CHECK(drover_executor_create(map, &settings, poses, ROBOTS, &executor, NULL) == DROVER_OK);
  CHECK(drover_assigner_create(map, NULL, &assigner, NULL) == DROVER_OK);
  CHECK(drover_map_destroy(map, NULL) == DROVER_OK);
  for (int t = 0; t < TASKS; t++) {
    for (int k = 0; k < 2; k++)
      do tasks[t][k] = (int)(chance(&random) % (WIDTH * HEIGHT)); while (!is_open(tasks[t][k]));
    CHECK(drover_assigner_add_task(assigner, t, tasks[t], 2, NULL) == DROVER_OK);
  }
  int finished = 0;
  for (int t = 0; t < TICKS; t++) {
    if (t % PERIOD == 0) {
      give_tasks(assigner, robots);
      plan(planner, executor, robots, tasks);
    }
    tick(executor, robots, &random, ticks_per_action);
    finished += visit(assigner, robots, tasks, state);
  }
  CHECK(finished >= TASKS / 2);
  drover_executor_statistics executed = {.struct_size = sizeof executed};
  CHECK(drover_executor_read_statistics(executor, &executed, NULL) == DROVER_OK);
  CHECK(executed.ticks == TICKS && executed.finished > 0);
  drover_planner_statistics planned = {.struct_size = sizeof planned};
  CHECK(drover_planner_read_statistics(planner, &planned, NULL) == DROVER_OK);
  CHECK(planned.steps == STEPS * (TICKS / PERIOD));
  CHECK(drover_planner_destroy(planner, NULL) == DROVER_OK);
  CHECK(drover_executor_destroy(executor, NULL) == DROVER_OK);
  CHECK(drover_assigner_destroy(assigner, NULL) == DROVER_OK);
}
