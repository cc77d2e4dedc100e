import Determinism
import FleetModel

/// Guards a load: five wrong codes lock it for five minutes.
struct ReleaseLock: Sendable, Equatable, Codable {
  static let tries: Int32 = 5
  static let lockTime = Duration.seconds(300)

  private let code: String
  private var wrong: Int32 = 0
  private var lockedUntil: Instant?

  init(code: String) { self.code = code }

  /// - Throws: `.wrongCode`, saying how many tries are left or how long the lock lasts.
  mutating func open(with given: String, now: Instant) throws(Refusal) {
    if let until = lockedUntil, now < until { throw Self.locked(for: until - now) }
    lockedUntil = nil
    guard !Self.isSame(code, given) else {
      wrong = 0
      return
    }
    wrong += 1
    guard wrong < Self.tries else {
      wrong = 0
      lockedUntil = now + Self.lockTime
      throw Self.locked(for: Self.lockTime)
    }
    let left = Self.tries - wrong
    throw Refusal(
      .wrongCode, "the release code is wrong",
      hint: "\(left) \(left == 1 ? "try" : "tries") left before the load is locked for a while")
  }

  private static func locked(for time: Duration) -> Refusal {
    let seconds = (time.wholeMicroseconds + 999_999) / 1_000_000
    return Refusal(
      .wrongCode, "too many wrong codes: the load is locked",
      hint: "try again in \(seconds) s")
  }

  /// Takes the same time wherever the two differ: it looks at every byte of `given`.
  private static func isSame(_ code: String, _ given: String) -> Bool {
    let right = Array(code.utf8)
    var difference = UInt8(right.count == given.utf8.count ? 0 : 1)
    for (i, byte) in given.utf8.enumerated() {
      difference |= byte ^ (right.isEmpty ? 0xFF : right[i % right.count])
    }
    return difference == 0
  }
}
