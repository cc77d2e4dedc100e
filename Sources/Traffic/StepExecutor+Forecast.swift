import FleetModel
import MAPF

extension StepExecutor {
  /// Takes back everything that will not have begun within `ticks` ticks if nobody is delayed from
  /// now on but those who are already (they are expected to stand for the rest of a delay of mean
  /// length). `plannedEnds` is then where the robots will be when the next window comes, as well as
  /// anybody can tell, and everybody's plan starts from about the same time.
  ///
  /// What is kept is what a run of this executor itself would have begun: nothing that is kept
  /// waits for something taken back.
  /// - Returns: actions taken back.
  /// - Complexity: O(ticks * robots)
  @discardableResult
  public mutating func keep(ticks: Int) -> Int {
    let kept = begun(within: ticks)
    var removed = 0
    for robot in 0..<robotCount where Int(queue.count[robot]) > kept[robot] {
      removed += Int(queue.count[robot]) - kept[robot]
      takeBack(robot, keeping: kept[robot])
    }
    statistics.takenBack += removed
    return removed
  }

  /// Robot -> how many of its queued actions a run without new delays begins within `ticks`.
  private func begun(within ticks: Int) -> [Int] {
    var run = self
    var go = [Bool](repeating: false, count: robotCount)
    var held = (0..<robotCount).map { delays.expected($0) }
    for _ in 0..<ticks {
      run.commands(&go)
      for robot in 0..<robotCount {
        if held[robot] > 0 {
          held[robot] -= 1
        } else if go[robot] {
          run.progress(robot)
        }
      }
      run.releaseAll()
    }
    return (0..<robotCount).map { robot in
      let finished = Int(queue.count[robot] - run.queue.count[robot])
      return max(finished + (run.reports[robot].ticksDone > 0 ? 1 : 0), told[robot] ? 1 : 0)
    }
  }

  /// One tick of the action under way.
  private mutating func progress(_ robot: Int) {
    var word = reports[robot]
    word.isDelayed = false
    word.ticksDone += 1
    if word.ticksDone == settings.ticksPerAction, let action = queue.first(robot),
      let next = word.pose.after(action, on: graph)
    {
      word.pose = next
      word.ticksDone = 0
    }
    take(robot, word)
  }

  private mutating func takeBack(_ robot: Int, keeping kept: Int) {
    queue.truncate(robot, to: kept)
    var end = reports[robot].pose
    var legs: UInt64 = 0
    for offset in 0..<kept {
      guard let next = end.after(queue[robot, offset], on: graph) else {
        preconditionFailure("robot \(robot) would leave the map at \(end)")
      }
      legs += next.at != end.at ? 1 : 0
      end = next
    }
    ends[robot] = end
    _ = traffic.keep(RobotIndex(Int32(robot)), through: traffic.routes[robot].visited + legs)
  }
}
