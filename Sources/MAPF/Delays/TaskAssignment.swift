import Grid

/// Gives tasks (places to visit in order) to robots so that as many as possible are done soon.
///
/// Shortest first: a pair costs the way to the task's first place and the way through the task, and
/// the cheapest pair of all goes first; then tasks change hands as long as ways to first places get
/// shorter. Short jobs free robots and cells soonest; choosing over all pairs at once instead of
/// robot by robot keeps the last robots from getting what is left at the other end.
public struct TaskAssignment: Sendable {
  public struct Settings: Sendable, Hashable {
    /// What a step to the first place counts against one of the task itself, in hundredths.
    public var approachPercent: Int32 = 100
    public init() {}
  }

  /// A robot that could begin a task.
  public struct Robot: Sendable, Hashable {
    /// Where it will be free.
    public var at: Int32
    /// Steps until then.
    public var delay: Int32
    /// The index of the task it was to begin; -1: none.
    public var present: Int32

    public init(at: Int32, delay: Int32 = 0, present: Int32 = -1) {
      self.at = at
      self.delay = delay
      self.present = present
    }
  }

  /// A task nobody has begun.
  public struct Task: Sendable, Hashable {
    public var first: Int32
    /// Steps from its first place through all others.
    public var length: Int32

    public init(first: Int32, length: Int32) {
      self.first = first
      self.length = length
    }
  }

  /// Pairs looked at for each robot in each round.
  static let choices = 8
  /// Pairs of robots and tasks up to which everybody chooses anew.
  static let pairLimit = 1_000_000
  /// Pairs of robots tried for an exchange in all.
  static let exchangeLimit = 400_000

  public let estimates: WayEstimates
  public let settings: Settings

  public init(estimates: WayEstimates, settings: Settings = Settings()) {
    self.estimates = estimates
    self.settings = settings
  }

  /// The steps through `places` in order; nil: somewhere there is no way.
  public func length(of places: [Int32]) -> Int32? {
    var sum: Int32 = 0
    for (from, to) in zip(places, places.dropFirst()) {
      guard let steps = estimates.steps(from: from, to: to) else { return nil }
      sum += steps
    }
    return sum
  }

  /// Robot -> the index of its task, or -1.
  ///
  /// Everybody chooses anew as long as that is quick; in larger crowds whoever has a task keeps it.
  /// - Complexity: O(robots * tasks) estimates at worst; most tasks are passed over by their
  /// length.
  public func assign(_ robots: [Robot], _ tasks: [Task]) -> [Int32] {
    let order = tasks.indices.sorted { (tasks[$0].length, $0) < (tasks[$1].length, $1) }
    var given = [Int32](repeating: -1, count: robots.count)
    var isTaken = [Bool](repeating: false, count: tasks.count)
    var open = robots.indices.filter { robots[$0].at >= 0 }
    if open.count * tasks.count > Self.pairLimit { keep(robots, &open, &given, &isTaken) }
    let chosen = open
    while !open.isEmpty {
      let pairs = open.flatMap { best($0, robots[$0], tasks, order, isTaken) }.sorted()
      guard !pairs.isEmpty else { break }
      for pair in pairs where given[pair.robot] < 0 && !isTaken[pair.task] {
        given[pair.robot] = Int32(pair.task)
        isTaken[pair.task] = true
      }
      // Who found something but lost it looks again; who found nothing never will.
      let looked = Set(pairs.map(\.robot))
      open = open.filter { given[$0] < 0 && looked.contains($0) }
    }
    exchange(&given, robots, tasks, chosen: chosen)
    return given
  }

  /// Leaves robots the tasks that they have.
  private func keep(
    _ robots: [Robot], _ open: inout [Int], _ given: inout [Int32], _ isTaken: inout [Bool]
  ) {
    for r in open where robots[r].present >= 0 && !isTaken[Int(robots[r].present)] {
      given[r] = robots[r].present
      isTaken[Int(robots[r].present)] = true
    }
    open.removeAll { given[$0] >= 0 }
  }

  private struct Pair: Comparable {
    var cost: Int32
    var robot: Int
    var task: Int
    static func < (a: Pair, b: Pair) -> Bool {
      (a.cost, a.robot, a.task) < (b.cost, b.robot, b.task)
    }
  }

  /// The cheapest free tasks for one robot.
  private func best(
    _ r: Int, _ robot: Robot, _ tasks: [Task], _ order: [Int], _ isTaken: [Bool]
  ) -> [Pair] {
    var found: [Pair] = []
    for t in order where !isTaken[t] {
      let task = tasks[t]
      let base = 100 * (task.length + robot.delay)
      let bound = found.count < Self.choices ? Int32.max : found[found.count - 1].cost
      if base >= bound { break }
      let straight = estimates.straight(robot.at, task.first)
      guard base + settings.approachPercent * straight < bound,
        let steps = estimates.steps(from: robot.at, to: task.first)
      else { continue }
      let cost = base + settings.approachPercent * steps
      guard cost < bound else { continue }
      if found.count == Self.choices { found.removeLast() }
      let place = found.firstIndex { $0.cost > cost } ?? found.count
      found.insert(Pair(cost: cost, robot: r, task: t), at: place)
    }
    return found
  }

  /// Robots that have just chosen change tasks with any others while the ways to first places get
  /// shorter.
  private func exchange(
    _ given: inout [Int32], _ robots: [Robot], _ tasks: [Task], chosen: [Int]
  ) {
    let busy = robots.indices.filter { given[$0] >= 0 }
    let rounds = min(4, Self.exchangeLimit / max(1, chosen.count * busy.count))
    for _ in 0..<rounds {
      var isBetter = false
      for a in chosen where given[a] >= 0 {
        for b in busy where a != b && shorter(a, b, given, robots, tasks) {
          given.swapAt(a, b)
          isBetter = true
        }
      }
      if !isBetter { return }
    }
  }

  private func shorter(
    _ a: Int, _ b: Int, _ given: [Int32], _ robots: [Robot], _ tasks: [Task]
  ) -> Bool {
    let first = tasks[Int(given[a])].first
    let second = tasks[Int(given[b])].first
    guard let aa = estimates.steps(from: robots[a].at, to: first),
      let bb = estimates.steps(from: robots[b].at, to: second),
      let ab = estimates.steps(from: robots[a].at, to: second),
      let ba = estimates.steps(from: robots[b].at, to: first)
    else { return false }
    return ab + ba < aa + bb
  }
}
