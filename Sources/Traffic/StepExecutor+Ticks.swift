import FleetModel
import MAPF

extension StepExecutor {
  /// Takes all robots' words at the start of a tick: frees what they have left and releases what
  /// has become free.
  /// - Throws: the first word that does not follow from the plan; nothing has changed then.
  /// - Complexity: O(robots)
  public mutating func report(_ words: [Report]) throws(ReportError) {
    guard words.count == robotCount else {
      throw .robotCount(expected: robotCount, found: words.count)
    }
    for robot in 0..<robotCount { try check(robot, words) }
    for (robot, word) in words.enumerated() { take(robot, word) }
    releaseAll()
    statistics.ticks += 1
  }

  /// Who may go on in the coming tick; `report` first. What was appended since counts as well.
  /// - Complexity: O(robots)
  public mutating func commands(_ go: inout [Bool]) {
    _ = traffic.release()
    for robot in 0..<robotCount {
      go[robot] = mayGo(robot)
      told[robot] = go[robot]
      if !go[robot], queue.count[robot] > 0 { statistics.stops += 1 }
    }
  }

  private func check(_ robot: Int, _ words: [Report]) throws(ReportError) {
    let word = words[robot]
    guard word.ticksDone >= 0, word.ticksDone < settings.ticksPerAction else {
      throw .ticks(robot: robot, found: word.ticksDone, limit: settings.ticksPerAction)
    }
    let before = reports[robot].pose
    guard word.pose != before else { return try checkStay(robot, word) }
    let next = queue.first(robot).flatMap { before.after($0, on: graph) }
    guard let next, word.pose == next else {
      throw .offPlan(robot: robot, expected: next ?? before, found: word.pose)
    }
    guard next.at == before.at || isItsOwn(robot, words) else {
      throw .baseViolation(robot: robot, cell: next.at)
    }
    try checkEnd(robot, word)
  }

  /// Within an action a robot is as far as it was, or one tick farther if it was told to go.
  private func checkStay(_ robot: Int, _ word: Report) throws(ReportError) {
    let ticks = reports[robot].ticksDone
    let isSound = word.ticksDone == ticks || (told[robot] && word.ticksDone == ticks + 1)
    guard isSound else {
      throw .progress(
        robot: robot, wasTold: told[robot], before: ticks, found: word.ticksDone)
    }
  }

  /// An action ends with its last tick, and the next one has not begun then.
  private func checkEnd(_ robot: Int, _ word: Report) throws(ReportError) {
    let ticks = reports[robot].ticksDone
    guard told[robot], ticks == settings.ticksPerAction - 1 else {
      throw .early(
        robot: robot, wasTold: told[robot], before: ticks, limit: settings.ticksPerAction)
    }
    guard word.ticksDone == 0 else {
      throw .progress(robot: robot, wasTold: true, before: ticks, found: word.ticksDone)
    }
  }

  /// Whether the next leg of `robot` is released, or is as soon as `words` are taken.
  private func isItsOwn(_ robot: Int, _ words: [Report]) -> Bool {
    let route = traffic.routes[robot]
    guard route.released == route.visited else { return true }
    guard let leader = leader(of: robot) else { return false }
    return words[leader].pose.at != reports[leader].pose.at
  }

  /// Takes one checked word.
  mutating func take(_ robot: Int, _ word: Report) {
    delays.note(robot, isDelayed: word.isDelayed)
    told[robot] = false
    let before = reports[robot].pose
    reports[robot] = word
    guard word.pose != before else { return }
    queue.removeFirst(robot)
    statistics.finished += 1
    if word.pose.at != before.at { entered.append(Int32(robot)) }
  }

  /// Gives back what the robots in `entered` have left, and releases what has become free. One
  /// that rolled after another may enter only once that one's word is taken.
  mutating func releaseAll() {
    while !entered.isEmpty {
      var waiting: [Int32] = []
      for robot in entered {
        let leg = traffic.routes[Int(robot)].visited + 1
        let outcome = traffic.visited(RobotIndex(robot), order: 1, leg: leg)
        if case .refused = outcome { waiting.append(robot) }
      }
      _ = traffic.release()
      precondition(waiting.count < entered.count, "robots \(waiting) entered what is not theirs")
      entered = waiting
    }
    _ = traffic.release()
  }

  private func mayGo(_ robot: Int) -> Bool {
    guard let action = queue.first(robot) else { return false }
    let word = reports[robot]
    guard let direction = action.direction(heading: word.pose.heading) else { return true }
    let route = traffic.routes[robot]
    if route.released > route.visited { return true }
    return settings.followsInLine && follows(robot, direction, word.ticksDone)
  }

  /// Whether the cell ahead is being left in `direction` by the only visitor before `robot`, which
  /// is ahead by more ticks than the `ticksDone` of `robot`.
  private func follows(_ robot: Int, _ direction: UInt8, _ ticksDone: Int32) -> Bool {
    guard let leader = leader(of: robot) else { return false }
    let word = reports[leader]
    guard word.ticksDone > ticksDone, let action = queue.first(leader) else { return false }
    return action.direction(heading: word.pose.heading) == direction
  }

  /// Who stands in the cell of the next leg of `robot`, when nobody else comes between.
  private func leader(of robot: Int) -> Int? {
    let route = traffic.routes[robot]
    guard route.legs.last > route.visited else { return nil }
    let resource = route.legs[route.visited + 1].plan.end
    let node = traffic.queues.first(of: resource)
    guard node >= 0 else { return nil }
    let next = traffic.queues.next(after: node)
    guard next >= 0, Int(traffic.queues[next].robot) == robot,
      traffic.queues[next].leg == route.visited + 1
    else { return nil }
    let leader = Int(traffic.queues[node].robot)
    return reports[leader].pose.at == resource ? leader : nil
  }
}
