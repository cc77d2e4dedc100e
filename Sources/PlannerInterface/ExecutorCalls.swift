import CDroverPlanner
import Grid
import MAPF
import Traffic

final class ExecutorObject: HandleObject, @unchecked Sendable {
  let graph: Graph
  var executor: StepExecutor
  /// Memory for commands.
  var go: [Bool]

  init(_ executor: StepExecutor) {
    graph = executor.graph
    self.executor = executor
    go = Array(repeating: false, count: executor.robotCount)
  }

  func checkCount(_ count: Int, _ name: String = "count") throws(InterfaceError) {
    guard count == executor.robotCount else {
      throw .size(name, expected: executor.robotCount, found: count)
    }
  }
}

@_cdecl("drover_executor_settings_init")
public func droverExecutorSettingsInit(
  _ settings: UnsafeMutablePointer<drover_executor_settings>?
) {
  settings?.pointee = executorDefaults
}

private var executorDefaults: drover_executor_settings {
  drover_executor_settings(
    struct_size: UInt32(MemoryLayout<drover_executor_settings>.size), ticks_per_action: 1,
    follows_in_line: 1)
}

@_cdecl("drover_executor_create")
public func droverExecutorCreate(
  _ map: OpaquePointer?, _ settings: UnsafePointer<drover_executor_settings>?,
  _ starts: UnsafePointer<drover_pose>?, _ robots: Int,
  _ executor: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  create("drover_executor_create", from: map, MapObject.self, to: executor, "executor", error) {
    map throws(InterfaceError) in
    let starts = try required(starts, "starts")
    guard robots >= 1, robots < 1 << 20 else {
      throw .range("robots", robots, "1...\((1 << 20) - 1)")
    }
    let settings = try readSettings(settings)
    let poses = try readStarts(starts, robots, map.graph)
    return ExecutorObject(StepExecutor(graph: map.graph, settings: settings, starts: poses))
  }
}

private func readSettings(
  _ given: UnsafePointer<drover_executor_settings>?
) throws(InterfaceError) -> StepExecutor.Settings {
  let c = try merged(given, over: executorDefaults)
  guard c.ticks_per_action >= 1, c.ticks_per_action <= 1000 else {
    throw .range("settings.ticks_per_action", c.ticks_per_action, "1...1000")
  }
  return StepExecutor.Settings(
    ticksPerAction: c.ticks_per_action, followsInLine: c.follows_in_line != 0)
}

private func readStarts(
  _ starts: UnsafePointer<drover_pose>, _ robots: Int, _ graph: Graph
) throws(InterfaceError) -> [GridPose] {
  var poses: [GridPose] = []
  var occupant: [Int32: Int] = [:]
  for r in 0..<robots {
    guard starts[r].heading >= 0, starts[r].heading <= 3 else {
      throw .range("starts[\(r)].heading", starts[r].heading, "0...3")
    }
    let at = try graph.vertex(ofCell: starts[r].cell, "starts[\(r)].cell")
    if let other = occupant.updateValue(r, forKey: at) {
      throw InterfaceError(
        DROVER_CONFLICT, "robots \(other) and \(r) are both on cell \(starts[r].cell)")
    }
    poses.append(GridPose(at: at, heading: UInt8(starts[r].heading)))
  }
  return poses
}

@_cdecl("drover_executor_append")
public func droverExecutorAppend(
  _ executor: OpaquePointer?, _ actions: UnsafePointer<UInt8>?, _ count: Int,
  _ cutShort: UnsafeMutablePointer<Int32>?, _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_executor_append", executor, ExecutorObject.self, error) {
    executor throws(InterfaceError) in
    let actions = try required(actions, "actions")
    let robots = executor.executor.robotCount
    guard count >= 0, count % robots == 0 else {
      throw InterfaceError(
        DROVER_WRONG_SIZE, "count is \(count), expected whole steps of \(robots) robots")
    }
    var window = ActionWindow(agentCount: robots)
    var row = [GridAction](repeating: .wait, count: robots)
    for step in 0..<count / robots {
      for r in 0..<robots {
        let raw = actions[step * robots + r]
        guard let action = GridAction(rawValue: raw) else {
          throw .range("actions[\(step * robots + r)]", raw, "0...7")
        }
        row[r] = action
      }
      window.append(row)
    }
    let cut = executor.executor.append(window)
    cutShort?.pointee = Int32(cut.count)
  }
}

@_cdecl("drover_executor_report")
public func droverExecutorReport(
  _ executor: OpaquePointer?, _ reports: UnsafePointer<drover_report>?, _ count: Int,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_executor_report", executor, ExecutorObject.self, error) {
    executor throws(InterfaceError) in
    let reports = try required(reports, "reports")
    try executor.checkCount(count)
    var words: [StepExecutor.Report] = []
    words.reserveCapacity(count)
    for r in 0..<count {
      guard reports[r].heading >= 0, reports[r].heading <= 3 else {
        throw .range("reports[\(r)].heading", reports[r].heading, "0...3")
      }
      let at = try executor.graph.vertex(ofCell: reports[r].cell, "reports[\(r)].cell")
      words.append(
        StepExecutor.Report(
          pose: GridPose(at: at, heading: UInt8(reports[r].heading)),
          ticksDone: reports[r].ticks_done, isDelayed: reports[r].is_delayed != 0))
    }
    do throws(StepExecutor.ReportError) {
      try executor.executor.report(words)
    } catch {
      throw executor.told(error)
    }
  }
}

extension ExecutorObject {
  func told(_ error: StepExecutor.ReportError) -> InterfaceError {
    switch error {
    case .robotCount(let expected, let found):
      .size("count", expected: expected, found: found)
    case .ticks(let robot, let found, let limit):
      .range("reports[\(robot)].ticks_done", found, "0...\(limit - 1)")
    case .offPlan(let robot, let expected, let found):
      InterfaceError(
        DROVER_OFF_PLAN,
        "reports[\(robot)] is at cell \(cell(found)) heading \(found.heading), expected "
          + "cell \(cell(expected)) heading \(expected.heading)")
    case .baseViolation(let robot, let cell):
      InterfaceError(
        DROVER_OFF_PLAN,
        "reports[\(robot)] entered cell \(graph.cellNumber(of: cell)) before it was its own")
    case .progress(let robot, let wasTold, let before, let found):
      InterfaceError(
        DROVER_OFF_PLAN,
        "reports[\(robot)].ticks_done is \(found) after \(before) and \(wasTold ? "GO" : "STOP")")
    case .early(let robot, let wasTold, let before, let limit):
      InterfaceError(
        DROVER_OFF_PLAN,
        "reports[\(robot)] ended an action of \(limit) ticks after \(before) and "
          + (wasTold ? "GO" : "STOP"))
    }
  }

  private func cell(_ pose: GridPose) -> Int32 { graph.cellNumber(of: pose.at) }
}

@_cdecl("drover_executor_commands")
public func droverExecutorCommands(
  _ executor: OpaquePointer?, _ go: UnsafeMutablePointer<UInt8>?, _ count: Int,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_executor_commands", executor, ExecutorObject.self, error) {
    executor throws(InterfaceError) in
    let go = try required(go, "go")
    try executor.checkCount(count)
    executor.executor.commands(&executor.go)
    for r in 0..<count { go[r] = executor.go[r] ? 1 : 0 }
  }
}

@_cdecl("drover_executor_keep")
public func droverExecutorKeep(
  _ executor: OpaquePointer?, _ ticks: Int32, _ takenBack: UnsafeMutablePointer<Int32>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_executor_keep", executor, ExecutorObject.self, error) {
    executor throws(InterfaceError) in
    guard ticks >= 0, ticks <= 1_000_000 else { throw .range("ticks", ticks, "0...1000000") }
    let removed = executor.executor.keep(ticks: Int(ticks))
    takenBack?.pointee = Int32(removed)
  }
}

@_cdecl("drover_executor_ends")
public func droverExecutorEnds(
  _ executor: OpaquePointer?, _ ends: UnsafeMutablePointer<drover_pose>?, _ count: Int,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_executor_ends", executor, ExecutorObject.self, error) {
    executor throws(InterfaceError) in
    let ends = try required(ends, "ends")
    try executor.checkCount(count)
    for (r, end) in executor.executor.plannedEnds.enumerated() {
      ends[r] = drover_pose(
        cell: executor.graph.cellNumber(of: end.at), heading: Int32(end.heading))
    }
  }
}

@_cdecl("drover_executor_pending")
public func droverExecutorPending(
  _ executor: OpaquePointer?, _ robot: Int32, _ actions: UnsafeMutablePointer<UInt8>?,
  _ capacity: Int, _ count: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_executor_pending", executor, ExecutorObject.self, error) {
    executor throws(InterfaceError) in
    let actions = try required(actions, "actions")
    let count = try required(count, "count")
    guard robot >= 0, Int(robot) < executor.executor.robotCount else {
      throw .range("robot", robot, "0...\(executor.executor.robotCount - 1)")
    }
    let pending = executor.executor.pending(Int(robot))
    guard capacity >= pending.count else {
      throw .size("capacity", expected: pending.count, found: capacity)
    }
    for (i, action) in pending.enumerated() { actions[i] = action.rawValue }
    count.pointee = pending.count
  }
}

@_cdecl("drover_executor_read_statistics")
public func droverExecutorReadStatistics(
  _ executor: OpaquePointer?, _ statistics: UnsafeMutablePointer<drover_executor_statistics>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_executor_read_statistics", executor, ExecutorObject.self, error) {
    executor throws(InterfaceError) in
    let target = try required(statistics, "statistics")
    let size = try checked(structSize: target.pointee.struct_size, "statistics")
    let told = executor.executor.statistics
    let statistics = drover_executor_statistics(
      struct_size: UInt32(size), reserved: 0, ticks: UInt64(told.ticks),
      appended: UInt64(told.appended), finished: UInt64(told.finished),
      taken_back: UInt64(told.takenBack), refusals: UInt64(told.refusals),
      stops: UInt64(told.stops))
    copy(statistics, to: target, size: size)
  }
}

@_cdecl("drover_executor_destroy")
public func droverExecutorDestroy(
  _ executor: OpaquePointer?, _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  end("drover_executor_destroy", executor, ExecutorObject.self, error)
}
