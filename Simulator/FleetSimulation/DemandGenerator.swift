import Determinism
import FleetModel
import Grid
import Site

/// What operators ask for next: kinds by weight, places by chance.
struct DemandGenerator {
  private let demand: Scenario.Demand
  private let parameters: Scenario.TaskParameters
  private let site: Site
  /// Class -> robots of it, and the kinds of tasks that the class can do.
  private let fleet: [Int]
  private let kindsOf: [[TaskKind]]
  /// Cells to be sent to: on the way of everybody.
  private let cells: [Cell]
  private let payloadLimit: Int
  /// Class -> the stations that it may enter; what is nobody's in particular goes to those of a class
  /// in the fleet.
  private let stationsOf: [[Int]]
  private var random: SeededGenerator
  private var nextArrival: Int64 = 0

  init(_ scenario: Scenario, site: Site, fleet: [RobotStart], seed: Seed) {
    demand = scenario.demand
    parameters = scenario.tasks
    self.site = site
    var counts = [Int](repeating: 0, count: site.classes.count)
    for start in fleet { counts[start.classIndex] += 1 }
    self.fleet = counts
    let demand = self.demand
    let possible = TaskKind.allCases.filter { kind in
      demand.weight(kind) > 0 && Self.isPossible(kind, site)
    }
    kindsOf = site.classes.map { vehicle in
      possible.filter { kind in kind.skill.map { vehicle.skills.isSuperset(of: $0) } ?? true }
    }
    let closed = site.closedAtStart
    cells = (0..<site.graph.vertexCount).map { VertexID(Int32($0)) }.filter { vertex in
      site.place(at: vertex) == nil && !site.isNoStop(vertex)
        && site.classes.indices.allSatisfy { site.canRest(on: vertex, class: $0) }
        && !site.isClosed(vertex, closed: closed)
        && (0..<4).allSatisfy { site.graph.successors[4 * vertex.index + $0] >= 0 }
    }.map { site.graph.cell(of: $0) }
    stationsOf = site.classes.indices.map { classIndex in
      site.stations.indices.filter { station in
        site.stations[station].bays.contains { site.canRest(on: $0, class: classIndex) }
      }
    }
    payloadLimit = Int(
      site.classes.indices.filter { counts[$0] > 0 && site.classes[$0].skills.contains(.deliver) }
        .map { site.classes[$0].payloadGrams }.min() ?? 0)
    random = seed.generator()
  }

  private static func isPossible(_ kind: TaskKind, _ site: Site) -> Bool {
    switch kind {
    case .deliver: site.stations.count >= 2
    case .patrol: !site.routes.isEmpty
    case .sweep: !site.areas.isEmpty
    case .goTo: true
    }
  }

  /// What is asked for in the second before `elapsed`.
  /// - Parameter working: robots of each class that have a task.
  mutating func next(elapsed: Duration, working: [Int], desk: TaskDesk) -> [TaskOrder] {
    var orders: [TaskOrder] = []
    switch demand.volume {
    case .keepBusy(let share):
      for classIndex in fleet.indices where fleet[classIndex] > 0 {
        // What is on its way to a robot must not leave others idle: a small reserve on top.
        let reserve = max(1, fleet[classIndex] / 20)
        let target = Int((share * Double(fleet[classIndex])).rounded(.up)) + reserve
        var have = working[classIndex] + desk.unassigned[classIndex]
        while have < target, let order = draw(kindsOf[classIndex], for: classIndex) {
          orders.append(order)
          have += 1
        }
      }
    case .perHour(let rate):
      guard rate > 0 else { return [] }
      let able = TaskKind.allCases.filter { kind in
        fleet.indices.contains { fleet[$0] > 0 && kindsOf[$0].contains(kind) }
      }
      if nextArrival == 0 { nextArrival = FaultPlan.pause(perHour: rate, using: &random) }
      while nextArrival <= elapsed.wholeMicroseconds {
        if let order = draw(able, for: nil) { orders.append(order) }
        nextArrival += FaultPlan.pause(perHour: rate, using: &random)
      }
    }
    return orders
  }

  /// So many at once, of what somebody in the fleet can do.
  mutating func burst(_ count: Int) -> [TaskOrder] {
    let able = TaskKind.allCases.filter { kind in
      fleet.indices.contains { fleet[$0] > 0 && kindsOf[$0].contains(kind) }
    }
    return (0..<count).compactMap { _ in draw(able, for: nil) }
  }

  private mutating func draw(_ kinds: [TaskKind], for wanted: Int?) -> TaskOrder? {
    let total = kinds.reduce(0) { $0 + demand.weight($1) }
    guard total > 0 else { return nil }
    var ticket = random.next(below: total)
    for kind in kinds {
      ticket -= demand.weight(kind)
      if ticket < 0 { return make(kind, wanted) }
    }
    return nil
  }

  private mutating func make(_ kind: TaskKind, _ wanted: Int?) -> TaskOrder {
    let priority = Int32(random.next(in: parameters.priority))
    var code: String?
    let body: TaskBody
    switch kind {
    case .deliver:
      if random.chance(parameters.withCode) { code = String(1000 + random.next(below: 9000)) }
      body = .deliver(delivery(code, among: stations(for: wanted)))
    case .patrol:
      let route = site.routes[random.next(below: site.routes.count)].id
      let rounds = Int32(random.next(in: parameters.patrolRounds))
      body = .patrol(Patrol(route: route, extent: .rounds(rounds)))
    case .sweep:
      body = .sweep(Sweep(area: site.areas[random.next(below: site.areas.count)].id))
    case .goTo:
      body = .goTo(GoTo(target: target(among: stations(for: wanted))))
    }
    return TaskOrder(
      spec: TaskSpec(body: body, priority: priority, robot: nil), kind: kind, wanted: wanted,
      code: code)
  }

  /// The stations between which somebody can drive: those of the class that is to be kept busy, or
  /// of one that is drawn, where not every class may enter all.
  private mutating func stations(for wanted: Int?) -> [Int] {
    let able = fleet.indices.filter { fleet[$0] > 0 && stationsOf[$0].count >= 2 }
    let all = Array(site.stations.indices)
    if able.allSatisfy({ stationsOf[$0].count == all.count }) { return all }
    if let wanted, able.contains(wanted) { return stationsOf[wanted] }
    return able.isEmpty ? all : stationsOf[able[random.next(below: able.count)]]
  }

  private mutating func delivery(_ code: String?, among stations: [Int]) -> Delivery {
    let pickup = random.next(below: stations.count)
    let other = random.next(below: stations.count - 1)
    let drop = other < pickup ? other : other + 1
    return Delivery(
      pickup: site.stations[stations[pickup]].id, drop: site.stations[stations[drop]].id,
      loadMilliseconds: Int64(random.next(in: parameters.loadMilliseconds)),
      unloadMilliseconds: Int64(random.next(in: parameters.unloadMilliseconds)),
      releaseCode: code,
      payloadGrams: Int32(min(random.next(in: parameters.payloadGrams), payloadLimit)))
  }

  private mutating func target(among stations: [Int]) -> GoTo.Target {
    let station = stations.isEmpty ? nil : random.next(below: stations.count)
    if let station, cells.isEmpty || random.chance(0.5) {
      return .station(site.stations[stations[station]].id)
    }
    return .cell(cells[random.next(below: cells.count)])
  }
}

/// A task that operators ask for.
struct TaskOrder {
  let spec: TaskSpec
  let kind: TaskKind
  /// The class it is to keep busy; nil: none in particular.
  let wanted: Int?
  let code: String?
}
