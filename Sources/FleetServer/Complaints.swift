import Determinism

/// Keeps a log readable when somebody misbehaves all the time: one complaint a subject in ten
/// seconds, and a bounded memory of subjects.
struct Complaints {
  private static let period = Duration.seconds(10)
  private static let subjectsKept = 10_000
  private var last: [String: Instant] = [:]

  mutating func mayComplain(_ subject: String, _ now: Instant) -> Bool {
    if let before = last[subject], now - before < Self.period { return false }
    if last.count >= Self.subjectsKept { last.removeAll(keepingCapacity: true) }
    last[subject] = now
    return true
  }
}
