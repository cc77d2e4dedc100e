import Determinism
import FleetModel
import Grid

/// Task by task, the robot that is there first.
///
/// Tasks are taken in order of submission, each priority level being worth `ageing` of waiting:
/// no task waits for ever for others that keep coming. For each, robots are looked at in the order
/// of the time in which they could be there as the crow flies, until none can beat the best real
/// travel time found; the battery must last for the travel, the work and the way to a charger. A
/// task is held for a robot that is busy when that one is there clearly sooner than any idle one.
public struct GreedyDispatcher: Dispatcher {
  public struct Settings: Sendable, Equatable {
    /// Waiting time that a priority level is worth.
    public var ageing = Duration.seconds(600)
    /// A task as old as this is no longer held for a busy robot.
    public var patience = Duration.seconds(60)
    /// Robots per task whose real travel time is looked up, of those that could do it.
    public var lookups = 6
    /// Robots in a round that may turn out to have no way; then tasks wait for the next round, in
    /// which those that nobody reached are left out.
    public var failures = 1000
    /// Never planned to be used.
    public var reservePermille: Int32 = 100
    /// What a battery must hold for a divisible task at least (less if the task is smaller).
    public var sharePermille: Int32 = 250
    /// A task that nobody reached is tried again after this.
    public var retry = Duration.seconds(5)

    public init() {}
  }

  private let cells: [Cell]
  private let chargers: [Int32]
  private let cellMillimetres: Int32
  private let settings: Settings
  /// Tasks that nobody reached, and when they are tried again. Only looked up.
  private var outOfReach: [TaskID: Instant] = [:]

  /// - Parameters:
  ///   - cells: the cell of each vertex.
  ///   - chargers: vertices of chargers; empty: batteries need not last until one.
  public init(
    cells: [Cell], chargers: [Int32], cellMillimetres: Int32, settings: Settings = Settings()
  ) {
    self.cells = cells
    self.chargers = chargers
    self.cellMillimetres = cellMillimetres
    self.settings = settings
  }

  public mutating func assign(
    _ tasks: [OpenTask], to candidates: [Candidate], now: Instant,
    travel: (_ classIndex: Int, _ from: Int32, _ to: Int32) -> Int32?
  ) -> DispatchOutcome {
    var outcome = DispatchOutcome()
    var round = DispatchRound(
      candidates: candidates, cells: cells, cellMillimetres: cellMillimetres, settings: settings)
    var unreached: [TaskID: Instant] = [:]
    outOfReach = outOfReach.filter { now < $0.value }
    for task in inOrder(tasks) {
      switch choose(for: task, &round, now: now, travel: travel) {
      case .robot(let i, let travelCells):
        round.take(i)
        outcome.assignments.append(
          .init(task: task.id, robot: candidates[i].robot, travelCells: travelCells))
      case .hold(let i):
        round.take(i)
        outcome.blocked.append(.init(task: task.id, reason: .robotsBusy))
      case .none(let reason):
        if reason == .unreachable {
          unreached[task.id] = outOfReach[task.id] ?? now + settings.retry
        }
        outcome.blocked.append(.init(task: task.id, reason: reason))
      }
    }
    outOfReach = unreached
    return outcome
  }

  private func inOrder(_ tasks: [OpenTask]) -> [OpenTask] {
    let ageing = settings.ageing.wholeMicroseconds
    let keys = tasks.map { $0.submitted.microseconds - Int64($0.priority) * ageing }
    let order = tasks.indices.sorted {
      keys[$0] != keys[$1] ? keys[$0] < keys[$1] : tasks[$0].id < tasks[$1].id
    }
    return order.map { tasks[$0] }
  }

  private enum Choice {
    case robot(Int, travelCells: Int32)
    /// Not now, but for this one as soon as it is free.
    case hold(Int)
    case none(BlockReason)
  }

  private func choose(
    for task: OpenTask, _ round: inout DispatchRound, now: Instant,
    travel: (Int, Int32, Int32) -> Int32?
  ) -> Choice {
    if let reason = round.obstacle(to: task) { return .none(reason) }
    guard !task.starts.isEmpty, outOfReach[task.id] == nil else { return .none(.unreachable) }
    guard round.idleCount > 0, round.failuresLeft > 0 else { return .none(.robotsBusy) }
    round.begin(task, starts: task.starts.map { cells[Int($0)] })
    guard !round.isEmpty() else {
      return .none(round.isShortOfEnergy ? .energy : .robotsBusy)
    }
    let best = nearest(to: task, &round, travel: travel)
    if let busy = best.busy {
      let isOld = now - task.submitted >= settings.patience
      guard let idle = best.idle, isOld || idle.time <= busy.time / 4 * 5 + 10_000 else {
        return .hold(busy.candidate)
      }
    }
    if let idle = best.idle { return .robot(idle.candidate, travelCells: idle.cells) }
    return .none(round.isShortOfEnergy ? .energy : .unreachable)
  }

  // MARK: The nearest

  private struct Found {
    var candidate: Int
    var time: Int64
    var cells: Int32
  }

  private struct Nearest {
    var idle: Found?
    var busy: Found?
  }

  private func nearest(
    to task: OpenTask, _ round: inout DispatchRound, travel: (Int, Int32, Int32) -> Int32?
  ) -> Nearest {
    var result = Nearest()
    var lookups = settings.lookups
    while lookups > 0, let option = round.next() {
      if let idle = result.idle, option.time >= idle.time { break }
      let candidate = round.candidates[option.candidate]
      guard let cells = way(candidate, to: task.starts, travel),
        let home = round.wayHome(
          option.candidate, find: { wayToCharger(from: task, candidate, travel) })
      else {
        round.noWay(option.candidate)
        continue
      }
      guard round.lasts(option.candidate, task, drivingCells: cells + home) else { continue }
      lookups -= 1
      let waiting = candidate.availableInMilliseconds ?? 0
      let time = waiting + round.milliseconds(option.candidate, cells: Int64(cells))
      let found = Found(candidate: option.candidate, time: time, cells: cells)
      if waiting > 0 {
        if time < result.busy?.time ?? .max { result.busy = found }
      } else if time < result.idle?.time ?? .max {
        result.idle = found
      }
    }
    return result
  }

  /// The shortest real way to the two starts that are nearest as the crow flies; else to any.
  private func way(
    _ candidate: Candidate, to starts: [Int32], _ travel: (Int, Int32, Int32) -> Int32?
  ) -> Int32? {
    shortest(from: candidate.vertex, to: starts, tries: 2) {
      travel(candidate.classIndex, candidate.vertex, $0)
    }
  }

  private func shortest(
    from vertex: Int32, to goals: [Int32], tries: Int, _ distance: (Int32) -> Int32?
  ) -> Int32? {
    if goals.count == 1 { return distance(goals[0]) }
    var best: Int32?
    var left = tries
    var last: (air: Int32, index: Int) = (-1, -1)
    // The first tries nearly always succeed: they are looked for one by one.
    while left > 0, let next = nearest(to: vertex, of: goals, after: last) {
      last = next
      guard let cells = distance(goals[next.index]) else { continue }
      best = min(best ?? cells, cells)
      left -= 1
    }
    return best
  }

  /// The goal that comes next by its distance as the crow flies, and then by its place in the list.
  private func nearest(
    to vertex: Int32, of goals: [Int32], after last: (air: Int32, index: Int)
  ) -> (air: Int32, index: Int)? {
    var best: (air: Int32, index: Int)?
    for (index, goal) in goals.enumerated() {
      let air = airDistance(goal, vertex)
      guard (air, index) > last else { continue }
      if let best, best.air <= air { continue }
      best = (air, index)
    }
    return best
  }

  private func airDistance(_ a: Int32, _ b: Int32) -> Int32 {
    let a = cells[Int(a)]
    let b = cells[Int(b)]
    return abs(a.x - b.x) + abs(a.y - b.y)
  }

  /// From the first of the task's ends to the charger nearest as the crow flies that has a way.
  private func wayToCharger(
    from task: OpenTask, _ candidate: Candidate, _ travel: (Int, Int32, Int32) -> Int32?
  ) -> Int32? {
    guard !chargers.isEmpty else { return 0 }
    guard let end = task.endVertices.first ?? task.starts.first else { return nil }
    return shortest(from: end, to: chargers, tries: 1) { travel(candidate.classIndex, end, $0) }
  }
}
