// Counts what a thread allocates: for tests of code that must not. The program that this is linked
// into gets its memory through the functions here, which pass on to glibc's own.

#ifndef DROVER_ALLOCATION_COUNTER_H
#define DROVER_ALLOCATION_COUNTER_H

#include <stdint.h>

/// How often the calling thread has asked for memory since it began.
uint64_t allocation_count(void);

#endif
