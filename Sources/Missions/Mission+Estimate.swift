import Determinism
import FleetModel
import Grid
import Site

/// What is left of a mission, for dispatch.
public struct WorkEstimate: Sendable, Equatable, Codable {
  /// Where it may begin; any of them.
  public var starts: [VertexID]
  /// To be driven from there on.
  public var cells: Int64
  /// To be stood, all together; a human's time not counted.
  public var standingMilliseconds: Int64
  /// Where it may end; any of them.
  public var ends: [VertexID]
  /// Whether a robot may hand it back half done, so that its battery need not last for all of it.
  public var isDivisible: Bool

  public init(
    starts: [VertexID], cells: Int64, standingMilliseconds: Int64, ends: [VertexID],
    isDivisible: Bool
  ) {
    self.starts = starts
    self.cells = cells
    self.standingMilliseconds = standingMilliseconds
    self.ends = ends
    self.isDivisible = isDivisible
  }
}

extension Mission {
  /// What is left to do; a patrol until a time counts the rounds it has begun.
  /// - Parameter distance: cells from one vertex to another, nil: no way.
  /// - Returns: nil: some part cannot be reached.
  /// - Complexity: at most 16 distances for a delivery, one a checkpoint for a patrol.
  public func estimate(
    site: Site, distance: (VertexID, VertexID) -> Int32?
  ) -> WorkEstimate? {
    switch spec.body {
    case .deliver(let delivery):
      let pickup = site.station(named: delivery.pickup)?.bays ?? []
      let drop = site.station(named: delivery.drop)?.bays ?? []
      var best: Int32?
      for a in pickup.prefix(4) {
        for b in drop.prefix(4) { best = Self.shorter(best, distance(a, b)) }
      }
      return best.map {
        WorkEstimate(
          starts: pickup, cells: Int64($0),
          standingMilliseconds: delivery.loadMilliseconds + delivery.unloadMilliseconds,
          ends: drop, isDivisible: false)
      }
    case .patrol: return (run as? PatrolRun)?.estimate(distance)
    case .sweep: return (run as? SweepRun)?.estimate()
    case .goTo(let goTo):
      let ends: [VertexID] =
        switch goTo.target {
        case .station(let id): site.place(named: id)?.vertices ?? []
        case .cell(let cell): site.graph.vertex(at: cell).map { [$0] } ?? []
        }
      return ends.isEmpty
        ? nil
        : WorkEstimate(
          starts: ends, cells: 0, standingMilliseconds: 0, ends: ends, isDivisible: false)
    }
  }

  private static func shorter(_ a: Int32?, _ b: Int32?) -> Int32? {
    guard let a, let b else { return a ?? b }
    return min(a, b)
  }
}

extension PatrolRun {
  func estimate(_ distance: (VertexID, VertexID) -> Int32?) -> WorkEstimate? {
    let round = remaining
    guard let first = round.first, let last = round.last else { return nil }
    var loop: Int64 = 0
    for (a, b) in zip(round, round.dropFirst() + [first]) where a != b {
      guard let cells = distance(a, b) else { return nil }
      loop += Int64(cells)
    }
    return WorkEstimate(
      starts: [first], cells: loop * remainingCount / Int64(round.count),
      standingMilliseconds: inspectionMilliseconds * remainingCount, ends: [last],
      isDivisible: true)
  }
}

extension SweepRun {
  func estimate() -> WorkEstimate? {
    let ends = entries
    guard !ends.isEmpty else { return nil }
    let passes = Int64(ledger.count * ledger.passes - ledger.passCount)
    return WorkEstimate(
      starts: ends.map { tour.vertices[$0] }, cells: passes, standingMilliseconds: 0,
      ends: ends.map { tour.vertices[$0] }, isDivisible: true)
  }
}
