import Determinism
import Glibc

/// Clocks of this process.
public enum ProcessTime {
  /// User and system time of all its threads.
  public static var used: Duration { .microseconds(read(CLOCK_PROCESS_CPUTIME_ID)) }

  /// Real time since the process was started, to 10 ms; zero where the system does not tell.
  static func sinceStart() -> Duration {
    guard let file = fopen("/proc/self/stat", "r") else { return .zero }
    defer { fclose(file) }
    var bytes = [CChar](repeating: 0, count: 1024)
    guard fgets(&bytes, Int32(bytes.count), file) != nil else { return .zero }
    let text = String(
      decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // After the name in brackets, which may hold anything: field 22 of all is the start in ticks.
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    guard fields.count > 20, let ticks = Int64(fields[20]) else { return .zero }
    let started = ticks * 1_000_000 / Int64(sysconf(Int32(_SC_CLK_TCK)))
    return .microseconds(max(0, read(CLOCK_BOOTTIME) - started))
  }

  /// Microseconds of a system clock.
  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}
