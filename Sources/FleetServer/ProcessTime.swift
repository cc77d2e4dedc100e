import Glibc

/// Processor time of this process.
public enum ProcessTime {
  /// User and system time of all its threads.
  public static var used: Duration {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return .seconds(Int64(time.tv_sec)) + .nanoseconds(Int64(time.tv_nsec))
  }
}
