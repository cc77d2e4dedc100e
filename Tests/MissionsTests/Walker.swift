import Determinism
import FleetModel
import Foundation
import Grid
import Site
import Testing

@testable import Missions

/// A robot that does what a mission asks, badly: it strays, its plans are withdrawn, it is lost.
struct Walker {
  var mission: Mission
  let site: Site
  var at: VertexID
  var planned: [VertexID] = []
  var effects: [MissionEffect] = []
  private var asked = 0
  /// Cells driven and turns made.
  var steps = 0
  var turns = 0
  var lastMove: Cell?
  /// Distinct errands, for each of which a planner needs a distance table.
  var goals = 0
  private var lastGoal: VertexID?
  var now = Instant.zero
  /// Cells that cannot be entered now.
  var blocked: Set<VertexID> = []
  var strays = 0.1
  var withdraws = 0.02
  var losses = 0.002
  var delays = 0.1
  var vehicle: VehicleClass
  private var fields: [VertexID: [Int32]] = [:]

  init(mission: Mission, site: Site, at: VertexID) {
    self.mission = mission
    self.site = site
    self.at = at
    vehicle = site.classes[0]
    effects += self.mission.assign(vehicle: vehicle, at: at, site: site, now: now)
  }

  /// Nothing goes wrong from now on.
  mutating func makePerfect() {
    strays = 0
    withdraws = 0
    losses = 0
    delays = 0
  }

  mutating func walk(limit: Int, using rng: inout SeededGenerator) {
    for _ in 0..<limit where mission.end == nil {
      now = now + .milliseconds(700)
      disturb(using: &rng)
      if planned.count < 8 { plan(using: &rng) }
      if !planned.isEmpty, !rng.chance(delays) { step() }
    }
  }

  private mutating func disturb(using rng: inout SeededGenerator) {
    if rng.chance(withdraws), !planned.isEmpty {
      planned.removeLast(rng.next(in: 1...planned.count))
      mission.replanned(planned)
    }
    if rng.chance(losses), mission.robotLost() {
      planned = []
      effects += mission.assign(vehicle: vehicle, at: at, site: site, now: now)
    }
    if rng.chance(losses), let data = try? JSONEncoder().encode(mission),
      let copy = try? JSONDecoder().decode(Mission.self, from: data)
    {
      mission = copy
      effects += mission.restore(site: site)
      mission.replanned(planned)
    }
  }

  private mutating func plan(using rng: inout SeededGenerator) {
    let end = planned.last ?? at
    let found = mission.nextErrand(from: end, now: now)
    asked += 1
    if asked % 16 == 0 {
      // Asked again it says the same.
      var copy = mission
      #expect(copy.nextErrand(from: end, now: now) == found)
    }
    guard let errand = found,
      case .cell(let goal) = errand.target
    else { return }
    if end == goal, errand.stops {
      if planned.isEmpty {
        mission.actionStarted()
        effects += mission.actionEnded(
          rng.chance(0.1) ? .cancelled : .succeeded, now: now)
      }
      return
    }
    if goal != lastGoal {
      goals += 1
      lastGoal = goal
    }
    let field = distances(to: goal)
    guard field[end.index] >= 0 else {
      effects += mission.unreachable(goal, now: now)
      return
    }
    let options = Direction.allCases.compactMap { site.graph.successor(of: end, $0) }
      .filter { !blocked.contains($0) }
    let nearer = options.first { field[$0.index] >= 0 && field[$0.index] < field[end.index] }
    let next = rng.chance(strays) ? options[rng.next(below: options.count)] : nearer
    guard let next else { return }
    planned.append(next)
    mission.planned(next, now: now)
  }

  private mutating func step() {
    let next = planned.removeFirst()
    let a = site.graph.cell(of: at)
    let b = site.graph.cell(of: next)
    let move = Cell(x: b.x - a.x, y: b.y - a.y)
    if let lastMove, lastMove != move { turns += 1 }
    lastMove = move
    at = next
    steps += 1
    effects += mission.visited(next, now: now)
  }

  mutating func setBlocked(_ cells: Set<VertexID>) {
    blocked = cells
    fields = [:]
  }

  private mutating func distances(to goal: VertexID) -> [Int32] {
    if let field = fields[goal] { return field }
    var field = [Int32](repeating: -1, count: site.graph.vertexCount)
    var queue = blocked.contains(goal) ? [] : [goal.rawValue]
    if !queue.isEmpty { field[goal.index] = 0 }
    var head = 0
    while head < queue.count {
      let v = Int(queue[head])
      head += 1
      for d in 0..<4 {
        let w = site.graph.predecessors[4 * v + d]
        guard w >= 0, field[Int(w)] < 0, !blocked.contains(VertexID(w)) else { continue }
        field[Int(w)] = field[v] + 1
        queue.append(w)
      }
    }
    fields[goal] = field
    return field
  }
}
