import Glibc

/// The clocks and the memory gauge that runs of the planner are measured by.
enum ComputeClock {
  /// Processor time of this process since its start, all threads, in nanoseconds.
  static var process: Int64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  /// Processor time of this thread, in nanoseconds.
  static var thread: Int64 { read(CLOCK_THREAD_CPUTIME_ID) }

  /// Time that passes, in nanoseconds from some beginning.
  static var wall: Int64 { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// The most memory this process has had resident, in MB of 2^20 bytes: `VmHWM`. (`getrusage` would
  /// also count the process that started this one.)
  static var peakResidentMB: Double {
    guard let file = fopen("/proc/self/status", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let words = String(
        decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self
      )
      .split { $0 == " " || $0 == "\t" }
      if words.first == "VmHWM:", words.count > 1, let kilobytes = Double(words[1]) {
        return kilobytes / 1024
      }
    }
    return 0
  }
}

extension Int64 {
  /// Nanoseconds as milliseconds, to the microsecond.
  var inMilliseconds: Double { (Double(self) / 1000).rounded() / 1000 }
}

/// The time a run may take, on one of two clocks.
struct TimeLimit: Sendable {
  /// Whether processor time of this process counts, from its start; else time that passes from when
  /// this value was made.
  let isCPU: Bool
  private let end: Int64

  init(seconds: Double, isCPU: Bool) {
    self.isCPU = isCPU
    let begin = isCPU ? 0 : ComputeClock.wall
    end = begin + Int64(min(seconds, 1e9) * 1e9)
  }

  var now: Int64 { isCPU ? ComputeClock.process : ComputeClock.wall }
  var isOver: Bool { now >= end }
}

/// A line on a terminal that is written over, at most four times a second. Silent without a terminal.
final class ProgressLine: @unchecked Sendable {
  private let isShown: Bool
  private var next: Int64 = 0
  private var hasText = false

  /// Used from one thread at a time.
  init(isShown: Bool) { self.isShown = isShown }

  func show(_ text: () -> String) {
    guard isShown, ComputeClock.wall >= next else { return }
    next = ComputeClock.wall + 250_000_000
    hasText = true
    CommandContext.current.writeError("\r\u{1B}[K" + text())
  }

  func clear() {
    if hasText { CommandContext.current.writeError("\r\u{1B}[K") }
    hasText = false
  }
}
