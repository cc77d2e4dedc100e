import FleetModel
import Grid

/// Cells with rules of their own.
public struct Zone: Sendable, Equatable {
  public let id: ZoneID
  /// Ascending, no two alike; at least one.
  public let cells: [VertexID]
  /// More than 0; nil: no limit here.
  public let speedLimitMillimetresPerSecond: Int32?
  /// Only these classes may enter; nil: all.
  public let classes: [ClassID]?
  /// Directions in which its cells may be left; nil: any. Cells of several zones: what all allow.
  public let exits: DirectionSet?
  /// Junction, crossing or fire lane: drive through, never rest.
  public let noStop: Bool
  /// One vehicle at a time (a mutex); nobody rests here either.
  public let exclusive: Bool
  /// At most this many vehicles at a time; at least 1.
  public let capacity: Int?
  public let closedAtStart: Bool

  /// - Complexity: O(log cells)
  public func contains(_ vertex: VertexID) -> Bool {
    var low = 0
    var high = cells.count
    while low < high {
      let middle = (low + high) / 2
      if cells[middle] < vertex { low = middle + 1 } else { high = middle }
    }
    return low < cells.count && cells[low] == vertex
  }
}
