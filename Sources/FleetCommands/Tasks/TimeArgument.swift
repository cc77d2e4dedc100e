import Determinism
import Foundation

/// A time as typed: ISO 8601, `HH:MM` (the next one, local time) or `+N` with `s`, `m` or `h`.
enum TimeArgument {
  /// The instant that `text` means at `now`; nil: it means none.
  static func read(_ text: String, now: Instant) -> Instant? {
    if text.hasPrefix("+") { return later(text.dropFirst(), now) }
    if text.count <= 5 { return clock(text, now) }
    do {
      let date = try Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        .parse(text)
      return Instant(microseconds: Int64((date.timeIntervalSince1970 * 1_000_000).rounded()))
    } catch {
      return nil
    }
  }

  private static func later(_ text: Substring, _ now: Instant) -> Instant? {
    let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3600]
    guard let unit = text.last, let factor = seconds[unit], let count = Int64(text.dropLast()),
      (1...100_000).contains(count)
    else { return nil }
    return now + .seconds(count * factor)
  }

  private static func clock(_ text: String, _ now: Instant) -> Instant? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].count == 2, let hour = Int(parts[0]),
      let minute = Int(parts[1])
    else { return nil }
    guard (0...23).contains(hour), (0...59).contains(minute) else { return nil }
    let date = Calendar.current.nextDate(
      after: Date(timeIntervalSince1970: Double(now.microseconds) / 1_000_000),
      matching: DateComponents(hour: hour, minute: minute, second: 0), matchingPolicy: .nextTime)
    return date.map { Instant(microseconds: Int64($0.timeIntervalSince1970) * 1_000_000) }
  }
}
