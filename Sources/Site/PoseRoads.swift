import FleetModel
import Grid
import MAPF

/// Where a class longer than a cell can drive for good while somebody stands at every place, and
/// whether it can come to each place and away from it.
struct PoseRoads {
  /// Pose -> whether it belongs to the largest part in which each can be reached from each other.
  private(set) var inMain: [Bool]
  /// Place's vertex -> whether there is a way from the main part, and one back, past no other place.
  private(set) var ways: [Int32: (there: Bool, back: Bool)] = [:]

  private var after: [[Int32]]
  private var before: [[Int32]]

  /// - Complexity: O(poses times the cells that a move sweeps)
  init(_ site: Site, class classIndex: Int) {
    let count = 4 * site.graph.vertexCount
    inMain = [Bool](repeating: false, count: count)
    after = [[Int32]](repeating: [], count: count)
    before = after
    guard let poses = site.index.poses[classIndex] else { return }
    var covered: [Int32: Set<Int32>] = [:]
    let places = site.allPlaces.flatMap(\.vertices)
    for place in places {
      let under = site.cells(under: classIndex, at: place)
      covered[place.rawValue] = Set(under + [place.rawValue])
    }
    // Cell -> the places at which somebody may cover it.
    var coveredBy: [Int32: [Int32]] = [:]
    for (place, cells) in covered.sorted(by: { $0.key < $1.key }) {
      for cell in cells { coveredBy[cell, default: []].append(place) }
    }
    var moves: [(from: Int32, to: Int32, places: Set<Int32>)] = []
    for pose in 0..<Int32(count) where poses.isResting(pose) {
      for move in PoseMove.allCases {
        guard let end = poses.end(of: move, from: pose) else { continue }
        let swept = poses.swept(by: move, from: pose) + poses.rest(pose)
        moves.append((pose, end, Set(swept.flatMap { coveredBy[$0] ?? [] })))
      }
    }
    connect(moves.filter(\.places.isEmpty))
    markLargestPart()
    for place in places where poses.canRest(on: place.rawValue) {
      connect(moves.filter { $0.places.isEmpty || $0.places == [place.rawValue] })
      let own = Direction.allCases.map { PoseGraph.pose(place.rawValue, $0) }
        .filter { poses.isResting($0) }
      ways[place.rawValue] = (
        reach(own, before).contains { inMain[Int($0)] },
        reach(own, after).contains { inMain[Int($0)] }
      )
    }
  }

  private mutating func connect(_ moves: [(from: Int32, to: Int32, places: Set<Int32>)]) {
    for pose in after.indices where !after[pose].isEmpty { after[pose] = [] }
    for pose in before.indices where !before[pose].isEmpty { before[pose] = [] }
    for move in moves {
      after[Int(move.from)].append(move.to)
      before[Int(move.to)].append(move.from)
    }
  }

  private func reach(_ starts: [Int32], _ table: [[Int32]]) -> Set<Int32> {
    var seen = Set(starts)
    var stack = starts
    while let pose = stack.popLast() {
      for next in table[Int(pose)] where seen.insert(next).inserted { stack.append(next) }
    }
    return seen
  }

  /// Both ways from one pose after the other that is in no part yet.
  private mutating func markLargestPart() {
    var known: Set<Int32> = []
    var best: Set<Int32> = []
    for pose in 0..<Int32(after.count) where !after[Int(pose)].isEmpty && !known.contains(pose) {
      let part = reach([pose], after).intersection(reach([pose], before))
      known.formUnion(part)
      if part.count > best.count { best = part }
    }
    for pose in best { inMain[Int(pose)] = true }
  }
}
