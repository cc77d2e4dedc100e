import FleetModel
import Grid
import Site

/// Who may stand where: a place (a station's bay, a charger, a parking place) is held by one robot
/// before a way into it is planned, so no robot ever waits in front of an occupied place.
struct PlaceBook: Sendable {
  enum Kind: String, Sendable { case station, charger, parking }

  struct Group: Sendable {
    let id: StationID
    let kind: Kind
    let vertices: [Int32]
    /// Robots that wait for one of the places, first come first.
    var queue: [RobotIndex] = []
  }

  private(set) var groups: [Group]
  /// Chargers and parking places, by where they lie.
  let chargersByPlace: PlaceIndex
  let parkingByPlace: PlaceIndex
  private let groupByID: [StationID: Int]
  /// Place vertex -> its group.
  private let groupAt: [Int32: Int]
  /// Place vertex -> the robot that holds it.
  private var holder: [Int32: RobotIndex] = [:]
  /// Robot -> the place it holds.
  private var held: [RobotIndex: Int32] = [:]

  init(site: Site) {
    var groups = site.stations.map {
      Group(id: $0.id, kind: .station, vertices: $0.bays.map(\.rawValue))
    }
    groups += site.chargers.map {
      Group(id: $0.id, kind: .charger, vertices: [$0.vertex.rawValue])
    }
    groups += site.parking.map {
      Group(id: $0.id, kind: .parking, vertices: [$0.vertex.rawValue])
    }
    let located = groups.indices.map { group in
      (group: group, cell: site.graph.cells[Int(groups[group].vertices[0])])
    }
    chargersByPlace = PlaceIndex(located.filter { groups[$0.group].kind == .charger })
    parkingByPlace = PlaceIndex(located.filter { groups[$0.group].kind == .parking })
    var byID: [StationID: Int] = [:]
    var at: [Int32: Int] = [:]
    for (index, group) in groups.enumerated() {
      byID[group.id] = index
      for vertex in group.vertices { at[vertex] = index }
    }
    self.groups = groups
    groupByID = byID
    groupAt = at
  }

  func group(_ id: StationID) -> Int? { groupByID[id] }
  /// The group that `vertex` belongs to.
  func group(at vertex: Int32) -> Int? { groupAt[vertex] }
  func place(heldBy robot: RobotIndex) -> Int32? { held[robot] }
  func holder(of vertex: Int32) -> RobotIndex? { holder[vertex] }

  /// Whether `robot` may be sent to `vertex`: nobody else holds it, and nobody else's plan ends
  /// there.
  /// - Parameter standing: the robot whose plan ends at `vertex`.
  func isFree(_ vertex: Int32, for robot: RobotIndex, standing: RobotIndex?) -> Bool {
    if let other = holder[vertex], other != robot { return false }
    if let standing, standing != robot { return false }
    return true
  }

  /// Holds `vertex` for `robot` and lets go of what it held before.
  mutating func hold(_ vertex: Int32, for robot: RobotIndex) {
    if let before = held[robot] {
      if before == vertex { return }
      holder[before] = nil
    }
    precondition(
      holder[vertex] == nil, "place \(vertex) is held by \(String(describing: holder[vertex]))")
    held[robot] = vertex
    holder[vertex] = robot
  }

  mutating func letGo(_ robot: RobotIndex) {
    guard let before = held.removeValue(forKey: robot) else { return }
    holder[before] = nil
  }

  /// Puts `robot` at the end of the group's queue unless it is in it.
  mutating func enqueue(_ robot: RobotIndex, _ group: Int) {
    if !groups[group].queue.contains(robot) { groups[group].queue.append(robot) }
  }

  mutating func dequeue(_ robot: RobotIndex, _ group: Int) {
    groups[group].queue.removeAll { $0 == robot }
  }

  /// Whether `robot` is next: nobody waits for the group before it.
  func isNext(_ robot: RobotIndex, _ group: Int) -> Bool {
    guard let first = groups[group].queue.first else { return true }
    return first == robot
  }
}

// Who holds and waits, without what the site says.
extension PlaceBook {
  struct Claims: Sendable, Codable {
    /// By group.
    var queues: [[RobotIndex]]
    var robots: [RobotIndex]
    /// What each of them holds.
    var vertices: [Int32]
  }

  var claims: Claims {
    let held = held.sorted { $0.key < $1.key }
    return Claims(
      queues: groups.map(\.queue), robots: held.map(\.key), vertices: held.map(\.value))
  }

  /// Of a book that is new, of the same site.
  mutating func take(_ claims: Claims) {
    for (group, queue) in claims.queues.enumerated() where group < groups.count {
      groups[group].queue = queue
    }
    for (robot, vertex) in zip(claims.robots, claims.vertices) { hold(vertex, for: robot) }
  }
}
