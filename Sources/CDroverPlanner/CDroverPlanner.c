// The functions are written in Swift (PlannerInterface); this file makes the header a module.
#include "drover_planner.h"
