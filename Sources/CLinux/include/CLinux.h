// The Linux headers that Swift's Glibc module leaves out, and inline wrappers for what
// Swift cannot call: variadic functions, macros, and GNU extensions. (_GNU_SOURCE must not be
// defined here: Swift's Glibc module is read without it, and one struct may not have two
// definitions.)

#ifndef DROVER_CLINUX_H
#define DROVER_CLINUX_H

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// Asks the kernel to send `signal` to this process when the thread that started it ends.
static inline int linux_signal_on_parent_death(int signal) {
  return prctl(PR_SET_PDEATHSIG, (unsigned long)signal, 0UL, 0UL, 0UL);
}

/// `open` with a mode, which is variadic.
static inline int linux_open(const char *path, int flags, mode_t mode) {
  return open(path, flags | O_CLOEXEC, mode);
}

/// Reads the soft and the hard limit of open file descriptors.
static inline int linux_open_files_limit(uint64_t *soft, uint64_t *hard) {
  struct rlimit limit;
  int result = getrlimit(RLIMIT_NOFILE, &limit);
  *soft = limit.rlim_cur;
  *hard = limit.rlim_max;
  return result;
}

/// Sets the soft limit of open file descriptors.
static inline int linux_set_open_files_limit(uint64_t soft, uint64_t hard) {
  struct rlimit limit = {soft, hard};
  return setrlimit(RLIMIT_NOFILE, &limit);
}

/// Processor time that a process has used, user and system, in nanoseconds; -1 when it is gone.
static inline int64_t linux_process_cpu_nanoseconds(pid_t pid) {
  clockid_t clock;
  struct timespec used;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) return -1;
  return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

/// Asks the processor for memory that will be needed soon: a hint, at any address.
static inline void linux_prefetch(const void *memory, size_t bytes) {
  for (size_t k = 0; k < bytes; k += 64) __builtin_prefetch((const char *)memory + k);
}

/// A GNU extension (glibc 2.34) that <spawn.h> shows under _GNU_SOURCE only.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

/// Closes every descriptor from `first` up in the child about to be started.
static inline int linux_spawn_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

/// The error that a socket has pending (SO_ERROR), and clears it.
static inline int linux_socket_error(int descriptor) {
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return 0;
  return error;
}

/// The waited-for child's exit status: its code, or 128 + signal.
static inline int linux_exit_status(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

#endif
