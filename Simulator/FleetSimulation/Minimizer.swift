import Determinism

/// Makes a failing run as small as it stays failing: a shorter one with fewer faults and robots.
///
/// Faults are thrown out by delta debugging (Zeller and Hildebrandt, "Simplifying and isolating
/// failure-inducing input", IEEE TSE 28(2), 2002): halves first, then ever finer pieces, until no
/// single fault can go. Where we differ: whole kinds of faults go first, the duration is cut
/// before everything else because each later run is then shorter, and only complements
/// are tried (a run with half of the faults is the complement of the other half).
///
/// It knows nothing of runs: `firstFailing` makes them and says which is the first that fails as
/// the original does. The result depends on its answers alone, not on how many runs it makes at a time.
public struct Minimizer: Sendable {
  /// A run to try.
  public struct Case: Sendable, Equatable {
    /// In order of time.
    public var faults: [Fault]
    /// So many robots, placed and numbered as ever for that many.
    public var robots: Int
    public var duration: Duration

    public init(faults: [Fault], robots: Int, duration: Duration) {
      self.faults = faults
      self.robots = robots
      self.duration = duration
    }

    /// With so many robots: the faults of others are gone with them.
    func with(robots count: Int) -> Case {
      Case(
        faults: faults.filter { $0.robot ?? 0 < count }, robots: count, duration: duration)
    }

    /// So short: what would begin later is gone, what would last longer ends with it.
    func with(duration end: Duration) -> Case {
      var cut = self
      cut.duration = end
      cut.faults = faults.filter { $0.after < end }
      for i in cut.faults.indices {
        cut.faults[i].lasting = min(cut.faults[i].lasting, end - cut.faults[i].after)
      }
      return cut
    }
  }

  /// The smallest failing run so far.
  public private(set) var best: Case
  /// Runs that have been made.
  public private(set) var runs = 0
  private let budget: Int
  /// Below this no duration is tried.
  private let shortest: Duration

  /// - Parameters:
  ///   - failing: a run that fails.
  ///   - budget: how many runs may be made.
  public init(_ failing: Case, budget: Int, shortest: Duration = .seconds(2)) {
    best = failing
    self.budget = budget
    self.shortest = shortest
  }

  /// Shrinks as far as the budget goes.
  /// - Parameters:
  ///   - failsAt: when the failure showed in the original, if it is known: tried first as the end.
  ///   - firstFailing: the position of the first case that fails; nil: none does. Throws to end it.
  public mutating func run<Failure: Error>(
    failsAt: Duration? = nil, _ firstFailing: ([Case]) throws(Failure) -> Int?
  ) throws(Failure) {
    if let failsAt, failsAt < best.duration {
      _ = try tryEach([best.with(duration: max(shortest, failsAt))], firstFailing)
    }
    var before: Case
    repeat {
      before = best
      try dropKinds(firstFailing)
      try dropFaults(firstFailing)
      try dropRobots(firstFailing)
      try shorten(firstFailing)
    } while best != before && runs < budget
  }

  /// Takes the first of the cases that fails. Whether there was one.
  private mutating func tryEach<Failure: Error>(
    _ cases: [Case], _ firstFailing: ([Case]) throws(Failure) -> Int?
  ) throws(Failure) -> Bool {
    let affordable = Array(cases.prefix(max(0, budget - runs)))
    guard !affordable.isEmpty else { return false }
    let found = try firstFailing(affordable)
    runs += (found ?? affordable.count - 1) + 1
    if let found { best = affordable[found] }
    return found != nil
  }

  /// All faults at once, then kind by kind.
  private mutating func dropKinds<Failure: Error>(
    _ firstFailing: ([Case]) throws(Failure) -> Int?
  ) throws(Failure) {
    guard !best.faults.isEmpty else { return }
    var none = best
    none.faults = []
    if try tryEach([none], firstFailing) { return }
    for kind in FaultKind.allCases where best.faults.contains(where: { $0.kind == kind }) {
      var without = best
      without.faults.removeAll { $0.kind == kind }
      guard !without.faults.isEmpty else { continue }
      _ = try tryEach([without], firstFailing)
    }
  }

  private mutating func dropFaults<Failure: Error>(
    _ firstFailing: ([Case]) throws(Failure) -> Int?
  ) throws(Failure) {
    var pieces = 2
    while best.faults.count > 1, runs < budget {
      let faults = best.faults
      pieces = min(pieces, faults.count)
      let cases = (0..<pieces).map { piece in
        let from = piece * faults.count / pieces
        let to = (piece + 1) * faults.count / pieces
        var without = best
        without.faults = Array(faults[..<from] + faults[to...])
        return without
      }
      if try tryEach(cases, firstFailing) {
        pieces = max(2, pieces - 1)
      } else if pieces == faults.count {
        return
      } else {
        pieces *= 2
      }
    }
  }

  /// By halves, then by quarters, … of what can go.
  private mutating func dropRobots<Failure: Error>(
    _ firstFailing: ([Case]) throws(Failure) -> Int?
  ) throws(Failure) {
    var step = best.robots / 2
    while step > 0, runs < budget {
      let fewer = best.robots - step
      if fewer >= 1, try tryEach([best.with(robots: fewer)], firstFailing) {
        step = min(step, best.robots / 2)
      } else {
        step /= 2
      }
    }
  }

  /// By halves of what can go, to a second.
  private mutating func shorten<Failure: Error>(
    _ firstFailing: ([Case]) throws(Failure) -> Int?
  ) throws(Failure) {
    var step = (best.duration - shortest) / 2
    while step >= .seconds(1), runs < budget {
      let shorter = best.duration - .seconds(Int64((step.inSeconds).rounded()))
      if shorter >= shortest, try tryEach([best.with(duration: shorter)], firstFailing) {
        step = min(step, (best.duration - shortest) / 2)
      } else {
        step = step / 2
      }
    }
  }
}
