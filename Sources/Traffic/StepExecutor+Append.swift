import FleetModel
import MAPF

extension StepExecutor {
  /// Queues a window of actions behind what is planned so far, step by step, leaders before
  /// followers. Waits are dropped: the order of passing says when to wait.
  ///
  /// A robot whose step is refused (it would close a rotation, or end on a robot that comes to rest
  /// there) loses that action and all later ones of the window.
  /// - Returns: the robots whose window was cut short, rising.
  /// - Precondition: as many agents as robots.
  /// - Complexity: O(actions)
  public mutating func append(_ window: ActionWindow) -> [Int32] {
    precondition(window.agentCount == robotCount, "\(window.agentCount) of \(robotCount) robots")
    var isCut = [Bool](repeating: false, count: robotCount)
    var stack: [Int32] = []
    var isPushed = [Bool](repeating: false, count: robotCount)
    for step in 0..<window.steps {
      var isDone = isCut
      for robot in 0..<robotCount where !isDone[robot] {
        appendWithLeaders(robot, window, step, &isDone, &isCut, &isPushed, &stack)
      }
    }
    return isCut.indices.filter { isCut[$0] }.map(Int32.init)
  }

  /// Appends `first`'s action, before it those of the robots in whose way it stands, and so on.
  private mutating func appendWithLeaders(
    _ first: Int, _ window: ActionWindow, _ step: Int, _ isDone: inout [Bool],
    _ isCut: inout [Bool], _ isPushed: inout [Bool], _ stack: inout [Int32]
  ) {
    stack.append(Int32(first))
    isPushed[first] = true
    while let top = stack.last {
      let robot = Int(top)
      switch appendOne(robot, window[step, robot]) {
      case .appended: break
      case .behind(let leader) where !isDone[leader] && !isPushed[leader]:
        stack.append(Int32(leader))
        isPushed[leader] = true
        continue
      case .behind, .refused:
        isCut[robot] = true
        statistics.refusals += 1
      }
      isDone[robot] = true
      isPushed[robot] = false
      stack.removeLast()
    }
  }

  private enum Outcome { case appended, behind(Int), refused }

  private mutating func appendOne(_ robot: Int, _ action: GridAction) -> Outcome {
    guard action != .wait else { return .appended }
    guard !queue.isFull(robot), let end = ends[robot].after(action, on: graph) else {
      return .refused
    }
    if end.at != ends[robot].at {
      switch traffic.append(RobotIndex(Int32(robot)), PlannedLeg(to: end.at)) {
      case nil: break
      case .restsThere(_, let other): return .behind(other.index)
      case .absent, .frozen, .malformed, .behindFrozen: return .refused
      }
    }
    queue.append(action, to: robot)
    ends[robot] = end
    statistics.appended += 1
    return .appended
  }
}
