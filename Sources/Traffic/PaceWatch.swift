import Determinism

/// How fast a robot drives what is released to it, against what its class takes for it (docs/traffic.md,
/// rule 7). One that takes more than twice as long runs up arrears; standing still counts, too.
public struct PaceWatch: Sendable, Equatable, Codable {
  public enum Effect: Equatable, Sendable {
    /// It is slow: it gets less road ahead, and those that wait for it may pass.
    case slow
    /// It has been slow for long, and creeps: others are planned round it.
    case replan
    /// It keeps up again.
    case normal
  }

  /// Arrears from which on it is slow, and those that are kept at most.
  public static let slowAt = Duration.seconds(10)
  static let mostKept = Duration.seconds(20)
  public static let replanAfter = Duration.seconds(30)
  /// Whoever takes so many times as long as it should creeps: a way round it is worth its while.
  private static let creeping = 6

  /// When it came to the leg that it drives; nil: it has no road, or is not meant to drive.
  private var since: Instant?
  /// By how much more than twice its time it has taken for the legs behind it.
  private var arrears = Duration.zero
  /// Since when it is slow; nil: it is not.
  public private(set) var slowSince: Instant?
  private var isPlannedRound = false
  /// Whether it has crept over the last leg.
  private var hasCrept = false

  public init() {}

  /// Whether it takes much longer than its class.
  public var isSlow: Bool { slowSince != nil }
  /// Whether it was slow for so long that others are planned round it.
  public var isVerySlow: Bool { isPlannedRound }

  /// Whether it was to drive when it was last told.
  public var isDriving: Bool { since != nil }

  /// It begins from rest: so much more is allowed for the leg.
  public mutating func excuse(_ time: Duration) { since = since.map { $0 + time * 2 } }

  /// Whether it is to drive, as of now. Where it has no road it proves nothing, either way.
  public mutating func drives(_ isDriving: Bool, now: Instant) {
    if isDriving { since = since ?? now } else { since = nil }
  }

  /// It has visited a leg for which its class takes `expected`.
  public mutating func visited(expected: Duration, now: Instant) -> [Effect] {
    guard let began = since else { return [] }
    since = now
    hasCrept = now - began >= expected * Self.creeping
    if !hasCrept { isPlannedRound = false }
    arrears = min(max(.zero, arrears + (now - began) - expected * 2), Self.mostKept)
    return slowSince != nil && arrears == .zero ? end() : []
  }

  /// Whether `check` could say anything, however short the leg is.
  public func isDue(_ now: Instant) -> Bool {
    slowSince != nil || since.map { arrears + max(.zero, now - $0) >= Self.slowAt } ?? false
  }

  /// What the leg that it drives, for which its class takes `expected`, has come to.
  public mutating func check(expected: Duration, now: Instant) -> [Effect] {
    if let slowSince {
      let creeps = hasCrept || since.map { now - $0 >= expected * Self.creeping } ?? false
      guard creeps, !isPlannedRound, now - slowSince >= Self.replanAfter else { return [] }
      isPlannedRound = true
      return [.replan]
    }
    guard let since, arrears + max(.zero, (now - since) - expected * 2) >= Self.slowAt else {
      return []
    }
    slowSince = now
    return [.slow]
  }

  private mutating func end() -> [Effect] {
    slowSince = nil
    isPlannedRound = false
    return [.normal]
  }
}
