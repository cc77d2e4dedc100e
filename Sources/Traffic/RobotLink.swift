import Determinism

/// How long a robot has been silent (docs/traffic.md, rule 6): fresh, suspect after three of its
/// current state intervals, lost after half a minute. Events in, effects out; it frees nothing.
public struct RobotLink: Sendable, Equatable, Codable {
  public enum Effect: Equatable, Sendable {
    /// Call `checkDue` then, or later.
    case check(at: Instant)
    case suspect
    case lost
    /// Heard again after it was suspect or lost.
    case restored
  }

  public enum Standing: Sendable, Equatable { case fresh, suspect, lost }

  private enum State: Sendable, Equatable, Codable {
    case fresh(heard: Instant, interval: Duration)
    case suspect(heard: Instant)
    case lost
  }

  /// How often a moving robot tells its state at least.
  public static let movingInterval = Duration.seconds(1)
  /// How often a standing robot tells its state at least.
  public static let idleInterval = Duration.seconds(5)
  public static let intervalsUntilSuspect = 3
  public static let lostAfter = Duration.seconds(30)

  private var state: State

  /// A robot that was heard at `now`, or is given that long to be heard for the first time.
  public init(now: Instant) { state = .fresh(heard: now, interval: Self.idleInterval) }

  public var standing: Standing {
    switch state {
    case .fresh: .fresh
    case .suspect: .suspect
    case .lost: .lost
    }
  }

  /// When `checkDue` has something to do; nil when nothing is awaited any more.
  public var deadline: Instant? {
    switch state {
    case .fresh(let heard, let interval): heard + interval * Self.intervalsUntilSuspect
    case .suspect(let heard): heard + Self.lostAfter
    case .lost: nil
    }
  }

  /// Anything came from the robot. Checks that are under way stay valid: `checkDue` sets the next.
  public mutating func heard(isMoving: Bool, now: Instant) -> [Effect] {
    let interval = isMoving ? Self.movingInterval : Self.idleInterval
    defer { state = .fresh(heard: now, interval: interval) }
    switch state {
    case .fresh(_, let before) where interval < before:
      return [.check(at: now + interval * Self.intervalsUntilSuspect)]
    case .fresh: return []
    case .suspect, .lost:
      return [.restored, .check(at: now + interval * Self.intervalsUntilSuspect)]
    }
  }

  /// A check is due: says what the silence has come to, and when to look again.
  public mutating func checkDue(now: Instant) -> [Effect] {
    guard let due = deadline else { return [] }
    guard now >= due else { return [.check(at: due)] }
    switch state {
    case .fresh(let heard, _) where now < heard + Self.lostAfter:
      state = .suspect(heard: heard)
      return [.suspect, .check(at: heard + Self.lostAfter)]
    case .fresh:
      state = .lost
      return [.suspect, .lost]
    case .suspect:
      state = .lost
      return [.lost]
    case .lost: return []
    }
  }
}
