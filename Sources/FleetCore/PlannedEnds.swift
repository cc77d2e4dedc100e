import FleetModel

/// Which robot's plan ends on which vertex: a flat table, emptied by what was put in.
struct PlannedEnds: Sendable {
  private var robotAt: [Int32]
  /// Vertices that have been set since the last `removeAll`, some of them free again.
  private var touched: [Int32] = []

  init(vertexCount: Int) { robotAt = [Int32](repeating: -1, count: vertexCount) }

  /// - Complexity: O(1)
  subscript(vertex: Int32) -> RobotIndex? {
    get {
      let robot = robotAt[Int(vertex)]
      return robot < 0 ? nil : RobotIndex(robot)
    }
    set {
      if newValue != nil { touched.append(vertex) }
      robotAt[Int(vertex)] = newValue?.rawValue ?? -1
    }
  }

  /// All of them, by vertex.
  var entries: [(key: Int32, value: RobotIndex)] {
    Set(touched).sorted().compactMap { vertex in self[vertex].map { (vertex, $0) } }
  }

  /// - Complexity: O(what was set since the last time)
  mutating func removeAll() {
    for vertex in touched { robotAt[Int(vertex)] = -1 }
    touched.removeAll(keepingCapacity: true)
  }
}
