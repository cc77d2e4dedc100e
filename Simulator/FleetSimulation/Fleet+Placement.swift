import FleetModel
import Grid
import Site

/// A robot of the fleet and where it stands at first.
struct RobotStart {
  /// Position in the site's classes.
  let classIndex: Int
  let vertex: VertexID

  init(classIndex: Int, vertex: VertexID) {
    self.classIndex = classIndex
    self.vertex = vertex
  }

  init(_ start: FleetStart) {
    self.init(classIndex: start.classIndex, vertex: start.place.vertex)
  }
}

extension Scenario.Robots {
  /// The fleet and where each robot stands at first.
  /// - Throws: `SimulationError` for a class that the site does not have, or too few parking places.
  func placed(on site: Site) throws(SimulationError) -> [RobotStart] {
    let starts: [RobotStart]
    let wanted: Int
    switch self {
    case .ofSite:
      starts = site.fleet().map(RobotStart.init)
      wanted = site.robots.reduce(0) { $0 + $1.count }
    case .count(let count):
      starts = site.fleet(ofSize: count).map(RobotStart.init)
      wanted = count
    case .perClass(let counts):
      starts = try Self.place(counts, on: site)
      wanted = counts.reduce(0) { $0 + $1.count }
    }
    guard starts.count == wanted, wanted > 0 else {
      throw SimulationError(
        "site \"\(site.id)\" has parking for \(starts.count) of the \(wanted) robots")
    }
    return starts
  }

  /// Class by class in turn, over the parking places in an even spread.
  private static func place(
    _ counts: [Scenario.ClassCount], on site: Site
  ) throws(SimulationError) -> [RobotStart] {
    var left: [(classIndex: Int, count: Int)] = []
    for entry in counts {
      guard let classIndex = site.classIndex(of: entry.vehicle) else {
        let known = site.classes.map(\.id.text).joined(separator: ", ")
        throw SimulationError(
          "site \"\(site.id)\" has no class \"\(entry.vehicle)\"; it has \(known)")
      }
      left.append((classIndex, entry.count))
    }
    let total = left.reduce(0) { $0 + $1.count }
    var taken = [Bool](repeating: false, count: site.parking.count)
    var starts: [RobotStart] = []
    while let most = left.indices.max(by: { (left[$0].count, $1) < (left[$1].count, $0) }),
      left[most].count > 0
    {
      left[most].count -= 1
      let classIndex = left[most].classIndex
      let wished = starts.count * site.parking.count / max(1, total)
      let order = Array(wished..<site.parking.count) + Array(0..<min(wished, site.parking.count))
      let free = order.first {
        !taken[$0] && site.canRest(on: site.parking[$0].vertex, class: classIndex)
      }
      guard let free else { continue }
      taken[free] = true
      starts.append(RobotStart(classIndex: classIndex, vertex: site.parking[free].vertex))
    }
    return starts
  }
}

/// Why a scenario cannot be run on its site.
public struct SimulationError: Error, Equatable, Sendable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
