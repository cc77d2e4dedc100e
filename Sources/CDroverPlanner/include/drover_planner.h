/**
 * @file drover_planner.h
 * @brief Drover's multi-agent planner and executor for programs in any language.
 *
 * Five kinds of objects, each made by a `..._create` and ended by its `..._destroy`:
 *
 * - `drover_map`: the raster of passable cells. Immutable; others keep what they need of it.
 * - `drover_planner`: plans unit steps for many agents at once (lifelong), without collisions.
 * - `drover_executor`: executes such plans when an action takes many ticks and robots are delayed:
 *   keeps the planned order of passing and says every tick who may go on and who must stop.
 * - `drover_assigner`: says which robot should do which task.
 * - `drover_solver`: finds one plan after which everybody rests on his goal, and improves it.
 *
 * The usual round: set the agents where their plans end, plan a few steps, append them to the
 * executor; then every tick report the robots and read the commands; before the next plan, let the
 * executor take back what will not have begun by then, and start over from the ends it tells.
 *
 * **Cells** are numbered row by row from the north-west corner: `row * width + column`.
 * **Headings** are 0 east, 1 north, 2 west, 3 south. **Steps** are the planner's unit of time (one
 * action), **ticks** the executor's (a fraction of an action). All sizes count elements, not
 * bytes, unless the name says bytes.
 *
 * **Errors.** Every function returns a status, `DROVER_OK` (0) or one of `drover_status`. When
 * `error` is not NULL it is filled in; its text names place and value. After an error nothing has
 * changed, but as told. No argument makes the library end the process: handles are checked
 * (unknown, ended, of another kind), and so are NULL, ranges and sizes. Only the sizes given for
 * arrays are believed.
 *
 * **Threads.** A handle serves one thread at a time: a call on a handle that another call is using
 * returns `DROVER_BUSY`. Different handles may be used by different threads at the same time; a map
 * by any number. Callbacks run on the calling thread and must not call back into the same handle.
 *
 * **Reproducible.** The same calls with the same seed give the same plans, as long as budgets count
 * work (`DROVER_BUDGET_WORK`).
 *
 * **Versions.** `DROVER_PLANNER_VERSION` is what this header says, `drover_planner_version()` what
 * the library is: use it if the major parts agree. Structures that may grow begin with their size
 * in bytes; set it (or call the `..._init` function): fields beyond it keep their defaults.
 */
#ifndef DROVER_PLANNER_H
#define DROVER_PLANNER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** This header's version: major * 65536 + minor. */
#define DROVER_PLANNER_VERSION 0x00010000u

/** The library's version: major * 65536 + minor. */
uint32_t drover_planner_version(void);

/** What a function returns. */
typedef enum drover_status {
  DROVER_OK = 0,
  /** A pointer that must not be NULL is. */
  DROVER_NULL_ARGUMENT = 1,
  /** A handle that was never made, has ended, or is of another kind. */
  DROVER_INVALID_HANDLE = 2,
  /** The handle is in use by another call. */
  DROVER_BUSY = 3,
  /** A number outside its range. */
  DROVER_OUT_OF_RANGE = 4,
  /** An array of the wrong size. */
  DROVER_WRONG_SIZE = 5,
  /** A structure whose size field is too small to be one. */
  DROVER_WRONG_STRUCT = 6,
  /** Text that cannot be read: a map or guidance. */
  DROVER_UNREADABLE = 7,
  /** Agents or robots that cannot be as told: two on one cell, one on a wall. */
  DROVER_CONFLICT = 8,
  /** A robot reported what does not follow from its plan. */
  DROVER_OFF_PLAN = 9,
  /** Called too early: nothing has been planned yet. */
  DROVER_NOT_READY = 10,
  /** The one-shot search proved that there is no solution. */
  DROVER_UNSOLVABLE = 11,
  /** The budget ended before there was a solution. */
  DROVER_BUDGET_EXHAUSTED = 12
} drover_status;

/** The name of a status, never NULL. Static text. */
const char *drover_status_name(int32_t status);

/** What went wrong. Given by the caller, filled in by a function that fails. */
typedef struct drover_error {
  /** A `drover_status`. */
  int32_t status;
  /** What, where and which value; UTF-8, ended by 0, cut to fit. */
  char text[252];
} drover_error;

typedef struct drover_map drover_map;
typedef struct drover_planner drover_planner;
typedef struct drover_executor drover_executor;
typedef struct drover_assigner drover_assigner;
typedef struct drover_solver drover_solver;

/* ---------------------------------------------------------------------------------------------
 * Maps
 */

/** The most cells a map may have. */
#define DROVER_MAP_CELL_LIMIT (1 << 28)

/**
 * Makes a map of `width * height` cells.
 * @param passable one byte a cell, row by row: 0 blocked, 1 passable.
 * @param count bytes in `passable`; must be `width * height`.
 * @param map receives the handle.
 */
int32_t drover_map_create(
    int32_t width, int32_t height, const uint8_t *passable, size_t count, drover_map **map,
    drover_error *error);

/**
 * Makes a map from the text of a MovingAI `.map` file.
 * @param length bytes of `text`; no terminating 0 is needed.
 */
int32_t drover_map_parse(
    const char *text, size_t length, drover_map **map, drover_error *error);

/**
 * Tells a map's size. Each pointer may be NULL.
 * @param passable receives the number of passable cells.
 */
int32_t drover_map_size(
    const drover_map *map, int32_t *width, int32_t *height, int32_t *passable,
    drover_error *error);

/** Ends a map. Planners made from it go on. */
int32_t drover_map_destroy(drover_map *map, drover_error *error);

/* ---------------------------------------------------------------------------------------------
 * Actions, agents, budgets
 */

/** What an agent does in one step. */
typedef enum drover_action {
  DROVER_WAIT = 0,
  /** To a neighbouring cell (four-neighbour model). */
  DROVER_NORTH = 1,
  DROVER_SOUTH = 2,
  DROVER_EAST = 3,
  DROVER_WEST = 4,
  /** One cell in the heading; quarter turns (turning model). */
  DROVER_FORWARD = 5,
  DROVER_TURN_LEFT = 6,
  DROVER_TURN_RIGHT = 7
} drover_action;

/** How agents move in one step. */
typedef enum drover_motion {
  /** To any of the four neighbouring cells, or not at all. */
  DROVER_FOUR_NEIGHBOUR = 0,
  /** Forward in the heading, a quarter turn left or right, or not at all. */
  DROVER_TURNING = 1
} drover_motion;

/** Whether an agent takes part. */
typedef enum drover_mobility {
  /** Not on the map. */
  DROVER_ABSENT = 0,
  /** May be moved. */
  DROVER_FREE = 1,
  /** Cannot be moved; nobody enters its cell. */
  DROVER_FROZEN = 2,
  /** Frozen for long: others plan round it. */
  DROVER_WALL = 3
} drover_mobility;

/** One agent where its plan ends so far. */
typedef struct drover_agent {
  /** The cell it stands on. */
  int32_t cell;
  /** 0 east, 1 north, 2 west, 3 south. */
  int32_t heading;
  /** The cell it wants to reach; -1: none, it stays unless pushed. */
  int32_t goal;
  /** A `drover_mobility`. */
  int32_t mobility;
  /** Higher goes first, whatever its way; -512...511. 0 for all is a good start. */
  int32_t priority;
} drover_agent;

/** How a budget is counted. */
typedef enum drover_budget_kind {
  /** Operations tried: reproducible. */
  DROVER_BUDGET_WORK = 0,
  /** Milliseconds of the calling thread's CPU time. */
  DROVER_BUDGET_CPU_MS = 1,
  /** Milliseconds of a steady clock. */
  DROVER_BUDGET_WALL_MS = 2,
  /** Until `is_over` says so. */
  DROVER_BUDGET_CALLBACK = 3
} drover_budget_kind;

/** What one planned step may use. Of work a step needs a few units for each agent: given less,
 *  agents stand or go on with what they had begun. */
typedef struct drover_budget {
  /** A `drover_budget_kind`. */
  int32_t kind;
  /** Units or milliseconds, at least 0; ignored for callbacks. */
  int64_t amount;
  /** Asked every few hundred units of work: not 0 ends. Only for callbacks. */
  int32_t (*is_over)(void *context);
  void *context;
} drover_budget;

/* ---------------------------------------------------------------------------------------------
 * The lifelong planner
 */

/** How a planner plans. */
typedef struct drover_planner_settings {
  /** `sizeof(drover_planner_settings)`. */
  uint32_t struct_size;
  /** A `drover_motion`. Default: four-neighbour. */
  int32_t motion;
  /** Not 0: no step contains a rotation (three or more agents moving round a cycle at once), as
   *  executors need that let nobody enter before the other has left. Default: 1. */
  int32_t refuses_rotations;
  /** Steps each agent looks ahead; 0: as the model needs (default). At most 6, four-neighbour 5. */
  int32_t depth;
  /** Same seed, same plans. Default: 0. */
  uint64_t seed;
  /** Bytes of distance tables kept; those of present goals are kept beyond it. Default: 1 GiB. */
  uint64_t table_memory_bytes;
  /** The cost of leaving each cell, 4 a cell (east, north, west, south), at least 1: guidance that
   *  spreads traffic or gives lanes a direction. At most 255 in the four-neighbour model; in the
   *  turning model 200, 50 or 25 for a `turn_weight` of 1, 2 or 3. NULL: all 1, the default.
   *  Copied. */
  const uint8_t *guidance;
  /** Entries of `guidance`; must be `4 * width * height`. */
  size_t guidance_count;
  /** The cost of a quarter turn, 1...3 (turning model). Default: 1. */
  int32_t turn_weight;
  /** The cost of waiting a step, 1...255, when ways to go on are compared. Default: 1. */
  int32_t wait_weight;
  /** Not 0, and no `guidance` given: lanes are made from the map, as strong as the number of agents
   *  asks for; then the two weights above do not count. 0: all moves cost the same. Default: 1. */
  int32_t automatic_guidance;
  /** Rounds, 0...1000, in which the planner plays against itself with random goals and learns where
   *  streams belong, when no `guidance` is given; a round is 300 steps. Instead of lanes from the map
   *  alone. Worth it where a map is used for long: a dozen rounds do. Default: 0. */
  int32_t learning_rounds;
} drover_planner_settings;

/** Fills in the defaults, the size included. */
void drover_planner_settings_init(drover_planner_settings *settings);

/**
 * Makes a planner for `agents` agents, all absent at first.
 * @param settings NULL: defaults.
 * @param agents at least 1, at most 65,534.
 */
int32_t drover_planner_create(
    const drover_map *map, const drover_planner_settings *settings, int32_t agents,
    drover_planner **planner, drover_error *error);

/**
 * Sets agents `first ..< first + count` as they are now; their itineraries become their goals.
 * Present agents must stand on passable cells, no two on one: checked by the next plan.
 */
int32_t drover_planner_set_agents(
    drover_planner *planner, int32_t first, const drover_agent *agents, size_t count,
    drover_error *error);

/**
 * Sets what `agent` is to reach, one goal after the other, instead of its one goal. While planning
 * several steps, an agent that reaches a goal makes for the next one; the last is kept. Goals that
 * it stands on already count as reached.
 * @param count 0: no goal.
 */
int32_t drover_planner_set_itinerary(
    drover_planner *planner, int32_t agent, const int32_t *goals, size_t count,
    drover_error *error);

/**
 * Plans `steps` steps for all agents from where they were set. Reads nothing but what was set.
 * @param steps 1...64.
 * @param budgets what each step may use: `budget_count` of them; the last counts for all later
 *   steps. NULL (with count 0): 100 units of work for each agent.
 */
int32_t drover_planner_plan(
    drover_planner *planner, int32_t steps, const drover_budget *budgets, size_t budget_count,
    drover_error *error);

/**
 * Reads the actions planned last.
 * @param actions receives `step * agents + agent` -> a `drover_action`.
 * @param count room in `actions`; must be `steps * agents` of the last plan.
 */
int32_t drover_planner_actions(
    drover_planner *planner, uint8_t *actions, size_t count, drover_error *error);

/**
 * Reads where the agents are at the end of the last plan: `goal` is what they make for then, the
 * rest as it was set.
 * @param reached receives how many goals of its itinerary each agent has reached by then; may be
 *   NULL.
 * @param count room in `agents`, and in `reached`; must be the number of agents.
 */
int32_t drover_planner_ends(
    drover_planner *planner, drover_agent *agents, int32_t *reached, size_t count,
    drover_error *error);

/** Moves all agents to the ends of the last plan, itineraries included, as if all had gone well. */
int32_t drover_planner_advance(drover_planner *planner, drover_error *error);

/** What a planner has done so far. */
typedef struct drover_planner_statistics {
  /** `sizeof(drover_planner_statistics)`; set by the caller. */
  uint32_t struct_size;
  uint32_t reserved;
  /** Steps planned. */
  uint64_t steps;
  /** Operations tried: units of work. */
  uint64_t operations_tried;
  /** Operations replaced by better ones. */
  uint64_t improvements;
  /** Distance tables filled. */
  uint64_t table_fills;
  /** Bytes of distance tables kept. */
  uint64_t table_bytes;
} drover_planner_statistics;

int32_t drover_planner_read_statistics(
    drover_planner *planner, drover_planner_statistics *statistics, drover_error *error);

/** Ends a planner. */
int32_t drover_planner_destroy(drover_planner *planner, drover_error *error);

/* ---------------------------------------------------------------------------------------------
 * The executor
 */

/** A robot's place: the cell it stands on, or left when the action it is in began. */
typedef struct drover_pose {
  int32_t cell;
  /** 0 east, 1 north, 2 west, 3 south. */
  int32_t heading;
} drover_pose;

/** One robot's word at the start of a tick. */
typedef struct drover_report {
  int32_t cell;
  int32_t heading;
  /** Ticks done of the action it is in; 0 between actions. */
  int32_t ticks_done;
  /** Not 0: it was held up in the last tick. */
  int32_t is_delayed;
} drover_report;

/** How an executor executes. */
typedef struct drover_executor_settings {
  /** `sizeof(drover_executor_settings)`. */
  uint32_t struct_size;
  /** Ticks of an action that is not delayed, 1...1000. Default: 1. */
  int32_t ticks_per_action;
  /** Not 0: a robot may roll into a cell that is being left in its own direction by one that is
   *  ahead by at least a tick. Default: 1. */
  int32_t follows_in_line;
} drover_executor_settings;

/** Fills in the defaults, the size included. */
void drover_executor_settings_init(drover_executor_settings *settings);

/**
 * Makes an executor for `robots` robots.
 * @param settings NULL: defaults.
 * @param starts where they stand: passable cells, no two alike.
 */
int32_t drover_executor_create(
    const drover_map *map, const drover_executor_settings *settings, const drover_pose *starts,
    size_t robots, drover_executor **executor, drover_error *error);

/**
 * Queues planned steps behind what each robot has. They must start from where the robots' plans end
 * (`drover_executor_ends`). Waits are dropped. A robot whose step would close a rotation, enter the
 * cell of one that comes to rest there, or lead into a wall, loses that and all later actions of
 * this window; that is not an error.
 * @param actions `step * robots + robot` -> a `drover_action`.
 * @param count `steps * robots`.
 * @param cut_short receives how many robots lost actions; may be NULL.
 */
int32_t drover_executor_append(
    drover_executor *executor, const uint8_t *actions, size_t count, int32_t *cut_short,
    drover_error *error);

/**
 * Takes all robots' words at the start of a tick. After an error nothing has changed. A robot that
 * was told GO may have gone on by one tick since its last word, others not at all; a word that
 * claims anything else is `DROVER_OFF_PLAN`.
 * @param count must be the number of robots.
 */
int32_t drover_executor_report(
    drover_executor *executor, const drover_report *reports, size_t count, drover_error *error);

/**
 * Tells who may go on in the coming tick.
 * @param go receives 1 for GO, 0 for STOP.
 * @param count room in `go`; must be the number of robots.
 */
int32_t drover_executor_commands(
    drover_executor *executor, uint8_t *go, size_t count, drover_error *error);

/**
 * Takes back all actions that will not have begun within `ticks` ticks (0...1,000,000) if nobody
 * is newly delayed: then everybody's plan ends at about the same time, and the next one is made
 * from what is known by then. What is kept never waits for what is taken back.
 * @param taken_back receives the number of actions; may be NULL.
 */
int32_t drover_executor_keep(
    drover_executor *executor, int32_t ticks, int32_t *taken_back, drover_error *error);

/**
 * Reads where each robot's plan ends.
 * @param count room in `ends`; must be the number of robots.
 */
int32_t drover_executor_ends(
    drover_executor *executor, drover_pose *ends, size_t count, drover_error *error);

/**
 * Reads what a robot has still to do, the action under way first.
 * @param capacity room in `actions`; `DROVER_QUEUE_LIMIT` is always enough.
 * @param count receives the number of actions.
 */
int32_t drover_executor_pending(
    drover_executor *executor, int32_t robot, uint8_t *actions, size_t capacity, size_t *count,
    drover_error *error);

/** The most actions a robot has queued. */
#define DROVER_QUEUE_LIMIT 64

/** What an executor has done so far. */
typedef struct drover_executor_statistics {
  /** `sizeof(drover_executor_statistics)`; set by the caller. */
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t ticks;
  /** Actions queued, finished, and taken back. */
  uint64_t appended;
  uint64_t finished;
  uint64_t taken_back;
  /** Windows cut short for a robot. */
  uint64_t refusals;
  /** STOPs to robots with something to do, one a tick each. */
  uint64_t stops;
} drover_executor_statistics;

int32_t drover_executor_read_statistics(
    drover_executor *executor, drover_executor_statistics *statistics, drover_error *error);

/** Ends an executor. */
int32_t drover_executor_destroy(drover_executor *executor, drover_error *error);

/* ---------------------------------------------------------------------------------------------
 * Tasks
 */

/** How tasks are given out. */
typedef struct drover_assigner_settings {
  /** `sizeof(drover_assigner_settings)`. */
  uint32_t struct_size;
  /** What a cell on the way to a task's first place counts against one of the task itself, in
   *  hundredths. Default: 100. */
  int32_t approach_percent;
  /** Bytes of distance tables: where the distances of all pairs of cells do not fit (2 bytes each),
   *  bounds by landmarks are used. Default: 256 MiB. */
  uint64_t table_memory_bytes;
  /** A `drover_motion`: whether exact distances count turns. Default: four-neighbour. */
  int32_t motion;
} drover_assigner_settings;

/** Fills in the defaults, the size included. */
void drover_assigner_settings_init(drover_assigner_settings *settings);

/** @param settings NULL: defaults. */
int32_t drover_assigner_create(
    const drover_map *map, const drover_assigner_settings *settings, drover_assigner **assigner,
    drover_error *error);

/**
 * Makes a task known that nobody has begun.
 * @param task any number that is not known already.
 * @param cells its places, to be visited in order.
 * @param count at least 1.
 */
int32_t drover_assigner_add_task(
    drover_assigner *assigner, int64_t task, const int32_t *cells, size_t count,
    drover_error *error);

/** Forgets a task: begun, done or cancelled. */
int32_t drover_assigner_remove_task(drover_assigner *assigner, int64_t task, drover_error *error);

/**
 * Matches robots with known tasks so that short jobs close by go first.
 * @param cells where each robot is when it is free; -1: it takes none.
 * @param delays steps until it is free; NULL: all 0.
 * @param present the task it has not begun and may keep or change, -1: none; NULL: none.
 * @param tasks receives each robot's task, or -1.
 */
int32_t drover_assigner_assign(
    drover_assigner *assigner, const int32_t *cells, const int32_t *delays,
    const int64_t *present, int64_t *tasks, size_t robots, drover_error *error);

/** The steps a robot needs at least from one cell to another, or a bound below it; -1: no way. */
int32_t drover_assigner_distance(
    drover_assigner *assigner, int32_t from, int32_t to, int32_t *steps, drover_error *error);

/** Ends an assigner. */
int32_t drover_assigner_destroy(drover_assigner *assigner, drover_error *error);

/* ---------------------------------------------------------------------------------------------
 * One-shot problems (four-neighbour model)
 */

/**
 * Makes a problem: every agent goes from its start to its goal and rests there at the end.
 * Takes the time of filling the distance tables.
 * @param starts,goals `agents` different passable cells each.
 * @param refuses_rotations not 0: only plans without rotations count.
 */
int32_t drover_solver_create(
    const drover_map *map, const int32_t *starts, const int32_t *goals, size_t agents,
    uint64_t seed, int32_t refuses_rotations, drover_solver **solver, drover_error *error);

/**
 * Searches for a first plan; complete.
 * @param budget NULL: until there is an answer. A unit of work is one agent decided.
 * @return `DROVER_OK`, `DROVER_UNSOLVABLE` (proved), or `DROVER_BUDGET_EXHAUSTED`: call again to go
 *   on where it stopped.
 */
int32_t drover_solver_solve(
    drover_solver *solver, const drover_budget *budget, drover_error *error);

/** Improves the plan found (its sum of loss) as long as the budget lasts. May be repeated. */
int32_t drover_solver_improve(
    drover_solver *solver, const drover_budget *budget, drover_error *error);

/** What a solver has found. */
typedef struct drover_solver_measures {
  /** `sizeof(drover_solver_measures)`; set by the caller. */
  uint32_t struct_size;
  /** Configurations of the plan, the start included; 0: there is none yet. */
  uint32_t configurations;
  /** Transitions in which an agent does not rest on its goal; -1: no plan yet. */
  int64_t sum_of_loss;
  /** What no plan can be better than. */
  int64_t sum_of_loss_bound;
  int64_t makespan_bound;
} drover_solver_measures;

int32_t drover_solver_measure(
    drover_solver *solver, drover_solver_measures *measures, drover_error *error);

/**
 * Reads the plan.
 * @param cells receives `step * agents + agent` -> the cell.
 * @param count room in `cells`; must be `configurations * agents`.
 */
int32_t drover_solver_plan(
    drover_solver *solver, int32_t *cells, size_t count, drover_error *error);

/** Ends a solver. */
int32_t drover_solver_destroy(drover_solver *solver, drover_error *error);

#ifdef __cplusplus
}
#endif
#endif
