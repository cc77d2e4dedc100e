import Determinism

/// Standing still with released road ahead (docs/traffic.md, rule 7): under 5 s nothing, under
/// 30 s the arrival is put later, after that its plan goes. A robot that waits in a queue has no
/// released road ahead: it is not watched.
public struct StandstillWatch: Sendable, Equatable, Codable {
  public enum Effect: Equatable, Sendable {
    /// It will be late: put its arrival later.
    case retime
    /// Hold it: its unreleased legs and whoever waits for it are withdrawn, its cells are walls.
    case withdraw
    /// It moves again after `retime` or `withdraw`, or has no road left to stand still before.
    case moving
  }

  private enum State: Sendable, Equatable, Codable {
    case unwatched
    case still(since: Instant)
    case late(since: Instant)
    case stuck
  }

  public static let retimeAfter = Duration.seconds(5)
  public static let withdrawAfter = Duration.seconds(30)

  private var state = State.unwatched

  public init() {}

  /// Whether the robot's plan was given up.
  public var isStuck: Bool { state == .stuck }

  /// Since when it has stood still for longer than it may; nil: it has not, or its plan is gone.
  public var lateSince: Instant? {
    switch state {
    case .late(let since): since
    case .unwatched, .still, .stuck: nil
    }
  }

  /// When `checkDue` has something to do; nil when nothing is awaited.
  public var deadline: Instant? {
    switch state {
    case .still(let since): since + Self.retimeAfter
    case .late(let since): since + Self.withdrawAfter
    case .unwatched, .stuck: nil
    }
  }

  /// What the robot does now, on every state, report and release.
  /// - Parameter isMoving: it moves, or visited a leg since it was last observed.
  /// - Parameter hasRoadAhead: released road lies ahead and it is meant to drive it.
  public mutating func observe(isMoving: Bool, hasRoadAhead: Bool, now: Instant) -> [Effect] {
    if isMoving { return reset() }
    switch state {
    case .unwatched where hasRoadAhead:
      state = .still(since: now)
      return []
    // Without road ahead it cannot prove that it moves: it had been silent and gave its road back.
    case .still where !hasRoadAhead, .late where !hasRoadAhead, .stuck where !hasRoadAhead:
      return reset()
    case .unwatched, .still, .late, .stuck: return []
    }
  }

  /// Says what the standstill has come to. To be asked again and again; before `deadline` there is
  /// nothing to say.
  public mutating func checkDue(now: Instant) -> [Effect] {
    guard let due = deadline, now >= due else { return [] }
    switch state {
    case .still(let since) where now < since + Self.withdrawAfter:
      state = .late(since: since)
      return [.retime]
    case .still, .late:
      state = .stuck
      return [.withdraw]
    case .unwatched, .stuck: return []
    }
  }

  private mutating func reset() -> [Effect] {
    defer { state = .unwatched }
    switch state {
    case .late, .stuck: return [.moving]
    case .unwatched, .still: return []
    }
  }
}
