import FleetModel

/// What is different between two snapshots, a line each: `watch` without a terminal.
enum WatchChanges {
  static func lines(from old: SnapshotView?, to new: SnapshotView) -> [String] {
    var before: [RobotID: String] = [:]
    for robot in old?.robots ?? [] { before[robot.id] = line(robot) }
    var lines: [String] = []
    if old?.openTasks != new.openTasks || old?.endedTasks != new.endedTasks {
      lines.append("\(new.site): \(new.openTasks) tasks open, \(new.endedTasks) ended")
    }
    for robot in new.robots where before.removeValue(forKey: robot.id) != line(robot) {
      lines.append(line(robot))
    }
    return lines + before.keys.sorted().map { "\($0): removed" }
  }

  private static func line(_ robot: RobotView) -> String {
    var text = "\(robot.id): \(RobotText.link(robot)) \(RobotText.mode(robot))"
    if let task = robot.task { text += " \(task)" }
    if !robot.activity.isEmpty { text += " \(robot.activity)" }
    return text
  }
}

/// A snapshot as `--json` prints it.
struct SnapshotJSON: Encodable {
  var site: String
  var robots: [RobotJSON]
  var openTasks: Int32
  var endedTasks: Int64
  var releasedCells: Int
  var closedCells: Int

  init(_ snapshot: SnapshotView) {
    site = snapshot.site.text
    robots = snapshot.robots.map(RobotJSON.init)
    openTasks = snapshot.openTasks
    endedTasks = snapshot.endedTasks
    releasedCells = snapshot.released.count
    closedCells = snapshot.closed.count
  }
}
