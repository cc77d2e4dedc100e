import Determinism
import FleetModel
import Grid
import MAPF
import Site
import Traffic

/// A long vehicle that gets out of the others' way by no order of moves.
struct ShutIn: Sendable, Codable {
  var since: Instant
  /// The one that somebody must carry away to let it out; nil: not told yet.
  var by: RobotIndex?
}

// Robots that come on by no plan, but only when somebody carries one away (docs/traffic.md, progress).
extension Fleet {
  /// Vehicles that are tried for the one to carry away.
  private static let candidates = 16

  /// The robots that somebody must carry away, for their own sake or for those whom they shut in.
  /// - Complexity: O(robots)
  public var robotsToCarry: [RobotID] {
    var found: [RobotID] = []
    for i in robots.indices where mustBeCarried(i) { found.append(robots[i].id) }
    return found
  }

  func mustBeCarried(_ i: Int) -> Bool {
    isToldMarooned(i) || robots[i].shutIn?.by == robots[i].index
  }

  func explainCarrying(_ i: Int) -> String? {
    if isToldMarooned(i) { return marooned(i) }
    guard let by = robots[i].shutIn?.by else { return nil }
    return by == robots[i].index
      ? "it does not get out by itself: somebody must carry it away"
      : "it does not get out before \(robots[by.index].id) is carried away"
  }

  // MARK: Nowhere to go

  /// Whether the robot could drive, and there is no place for it to drive to.
  func hasNowhereToGo(_ i: Int) -> Bool {
    guard mayDrive(i), robots[i].freshness == .fresh, robots[i].action == nil,
      robots[i].goal < 0, robots[i].isCutOff || robots[i].job == .idle
    else { return false }
    return places.group(at: traffic.plannedEnd(robots[i].index)) == nil
  }

  /// Whether the robot can drive to none of the places for its class from where its plan ends.
  /// - Complexity: O(places) where it is so
  mutating func isMarooned(_ i: Int) -> Bool {
    let at = traffic.plannedEnd(robots[i].index)
    let isLong = isLong(i)
    var isAnyForIt = false
    for group in places.groups.indices {
      for vertex in places.groups[group].vertices where canEnter(i, vertex) {
        isAnyForIt = true
        let isOpen =
          isLong
          ? distance(i, from: at, to: vertex) != nil : isReachable(i, from: at, to: vertex)
        if isOpen { return false }
      }
    }
    return isAnyForIt
  }

  private func isToldMarooned(_ i: Int) -> Bool {
    robots[i].progress.wait == .aimless && robots[i].progress.isReported
  }

  func marooned(_ i: Int) -> String {
    let cell = site.graph.cell(of: VertexID(traffic.plannedEnd(robots[i].index)))
    let zones = closedZones.contains(true) ? "a closed zone is opened (`drover zone list`) or " : ""
    return "it can drive to no place from \(cell): it stands there until \(zones)it is carried away"
  }

  // MARK: Rings

  /// Planning leaves everybody a way out, but hands may put a vehicle where it shuts others in, and then
  /// none of them comes out by itself: the ones are named whose leaving helps most. Vehicles that do
  /// not drive are left out: who waits for one of them is let out when that drives again.
  /// - Complexity: O(1) searches of the order; for a ring that has stood for long, once, O(ring)
  mutating func watchRings(_ blocked: [Int], _ ground: LongGround) {
    let moving = ground.vehicles.filter { $0.pose != nil }
    var isWaiting = false
    for i in blocked where now - robots[i].progress.since >= Self.patience { isWaiting = true }
    let stuck = isWaiting ? long.refuges.stranded(moving) : []
    var slots: [Int: Int] = [:]
    for i in robots.indices {
      guard let slot = ground.slots[i], ground.vehicles[slot].pose != nil else {
        robots[i].shutIn = nil
        continue
      }
      let place = ground.vehicles[..<slot].count { $0.pose != nil }
      guard stuck.contains(place) else {
        robots[i].shutIn = nil
        continue
      }
      slots[i] = place
      if robots[i].shutIn == nil { robots[i].shutIn = ShutIn(since: now) }
    }
    var left: [Int] = []
    for i in slots.keys.sorted() {
      // Whoever was to be carried away is out already, and that was not enough.
      if let by = robots[i].shutIn?.by, slots[by.index] == nil { robots[i].shutIn?.by = nil }
      guard let shutIn = robots[i].shutIn, shutIn.by == nil,
        robots[i].progress.wait != .aimless, now - shutIn.since >= Self.cannotMoveAfter
      else { continue }
      left.append(i)
    }
    while let first = left.first {
      nameWhomToCarry(&left, slots, moving)
      if left.first == first { left.removeFirst() }
    }
  }

  /// Tells of the one whose leaving lets most of `shut` out, and takes those out of it.
  private mutating func nameWhomToCarry(
    _ shut: inout [Int], _ slots: [Int: Int], _ moving: [RefugeSearch.Vehicle]
  ) {
    var best: (robot: Int, freed: [Int]) = (shut[0], [])
    for candidate in shut.prefix(Self.candidates) {
      guard let place = slots[candidate] else { continue }
      var others = moving
      // Not removed: the others keep their places.
      others[place].pose = nil
      others[place].rest = []
      let stuck = long.refuges.stranded(others)
      let freed = shut.filter { slots[$0].map { !stuck.contains($0) } ?? true }
      if freed.count > best.freed.count { best = (candidate, freed) }
    }
    let id = robots[best.robot].id
    let index = robots[best.robot].index
    for i in best.freed { robots[i].shutIn?.by = index }
    shut.removeAll(where: best.freed.contains)
    let names = best.freed.map { robots[$0].id.text }.joined(separator: ", ")
    incident(
      best.robot,
      best.freed.count == 1
        ? "\(id) does not get out by itself: somebody must carry it away"
        : "\(names): none gets out of the others' way: somebody must carry \(id) away")
  }
}
