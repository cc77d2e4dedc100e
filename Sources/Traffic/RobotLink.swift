import Determinism

/// How long a robot has been silent (docs/traffic.md, rule 6): fresh, suspect after three of its
/// current state intervals, lost after half a minute. Events in, effects out; it frees nothing.
public struct RobotLink: Sendable, Equatable, Codable {
  public enum Effect: Equatable, Sendable {
    case suspect
    case lost
    /// Heard again after it was suspect or lost.
    case restored
  }

  public enum Standing: Sendable, Equatable { case fresh, suspect, lost }

  private enum State: Sendable, Equatable, Codable {
    case fresh(heard: Instant, isMoving: Bool)
    case suspect(heard: Instant)
    case lost
  }

  /// How often a moving robot tells its state at least.
  public static let movingInterval = Duration.seconds(1)
  /// How often a standing robot tells its state at least.
  public static let idleInterval = Duration.seconds(5)
  public static let intervalsUntilSuspect = 3
  public static let lostAfter = Duration.seconds(30)
  // Asked for a thousand times a second: products of durations are dear.
  private static let suspectMovingAfter = movingInterval * intervalsUntilSuspect
  private static let suspectIdleAfter = idleInterval * intervalsUntilSuspect

  private var state: State

  /// A robot that was heard at `now`, or is given that long to be heard for the first time.
  public init(now: Instant) { state = .fresh(heard: now, isMoving: false) }

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
    case .fresh(let heard, let isMoving):
      heard + (isMoving ? Self.suspectMovingAfter : Self.suspectIdleAfter)
    case .suspect(let heard): heard + Self.lostAfter
    case .lost: nil
    }
  }

  /// Anything came from the robot.
  public mutating func heard(isMoving: Bool, now: Instant) -> [Effect] {
    defer { state = .fresh(heard: now, isMoving: isMoving) }
    switch state {
    case .fresh: return []
    case .suspect, .lost: return [.restored]
    }
  }

  /// Says what the silence has come to. To be asked again and again; before `deadline` there is
  /// nothing to say.
  public mutating func checkDue(now: Instant) -> [Effect] {
    guard let due = deadline, now >= due else { return [] }
    switch state {
    case .fresh(let heard, _) where now < heard + Self.lostAfter:
      state = .suspect(heard: heard)
      return [.suspect]
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
