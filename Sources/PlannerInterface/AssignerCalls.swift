import CDroverPlanner
import Grid
import MAPF

final class AssignerObject: HandleObject, @unchecked Sendable {
  let graph: Graph
  let assignment: TaskAssignment
  /// Known tasks, rising by number.
  var tasks: [(number: Int64, task: TaskAssignment.Task)] = []

  init(_ assignment: TaskAssignment) {
    graph = assignment.estimates.graph
    self.assignment = assignment
  }

  /// Where `number` is or belongs.
  func place(of number: Int64) -> (index: Int, isKnown: Bool) {
    var low = 0
    var high = tasks.count
    while low < high {
      let middle = (low + high) / 2
      if tasks[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return (low, low < tasks.count && tasks[low].number == number)
  }
}

@_cdecl("drover_assigner_settings_init")
public func droverAssignerSettingsInit(
  _ settings: UnsafeMutablePointer<drover_assigner_settings>?
) {
  settings?.pointee = assignerDefaults
}

private var assignerDefaults: drover_assigner_settings {
  drover_assigner_settings(
    struct_size: UInt32(MemoryLayout<drover_assigner_settings>.size), approach_percent: 100,
    table_memory_bytes: 1 << 28, motion: Int32(DROVER_FOUR_NEIGHBOUR.rawValue))
}

@_cdecl("drover_assigner_create")
public func droverAssignerCreate(
  _ map: OpaquePointer?, _ settings: UnsafePointer<drover_assigner_settings>?,
  _ assigner: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  create("drover_assigner_create", from: map, MapObject.self, to: assigner, "assigner", error) {
    map throws(InterfaceError) in
    let c = try merged(settings, over: assignerDefaults)
    guard c.approach_percent >= 0, c.approach_percent <= 10_000 else {
      throw .range("settings.approach_percent", c.approach_percent, "0...10000")
    }
    guard c.motion == 0 || c.motion == 1 else { throw .range("settings.motion", c.motion, "0...1") }
    let memory = Int(clamping: c.table_memory_bytes)
    var settings = TaskAssignment.Settings()
    settings.approachPercent = c.approach_percent
    let estimates = WayEstimates(
      graph: map.graph, model: c.motion == 1 ? .turning : .fourNeighbour, memoryLimit: memory)
    return AssignerObject(TaskAssignment(estimates: estimates, settings: settings))
  }
}

@_cdecl("drover_assigner_add_task")
public func droverAssignerAddTask(
  _ assigner: OpaquePointer?, _ task: Int64, _ cells: UnsafePointer<Int32>?, _ count: Int,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_assigner_add_task", assigner, AssignerObject.self, error) {
    assigner throws(InterfaceError) in
    guard count >= 1, count <= 1 << 20 else { throw .range("count", count, "1...\(1 << 20)") }
    let cells = try required(cells, "cells")
    var places: [Int32] = []
    for i in 0..<count { places.append(try assigner.graph.vertex(ofCell: cells[i], "cells[\(i)]")) }
    guard let length = assigner.assignment.length(of: places) else {
      throw InterfaceError(DROVER_CONFLICT, "task \(task) has places that no way connects")
    }
    let (index, isKnown) = assigner.place(of: task)
    guard !isKnown else {
      throw InterfaceError(DROVER_CONFLICT, "task \(task) is known already")
    }
    assigner.tasks.insert(
      (task, TaskAssignment.Task(first: places[0], length: length)), at: index)
  }
}

@_cdecl("drover_assigner_remove_task")
public func droverAssignerRemoveTask(
  _ assigner: OpaquePointer?, _ task: Int64, _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_assigner_remove_task", assigner, AssignerObject.self, error) {
    assigner throws(InterfaceError) in
    let (index, isKnown) = assigner.place(of: task)
    guard isKnown else { throw InterfaceError(DROVER_OUT_OF_RANGE, "task \(task) is not known") }
    assigner.tasks.remove(at: index)
  }
}

@_cdecl("drover_assigner_assign")
public func droverAssignerAssign(
  _ assigner: OpaquePointer?, _ cells: UnsafePointer<Int32>?, _ delays: UnsafePointer<Int32>?,
  _ present: UnsafePointer<Int64>?, _ tasks: UnsafeMutablePointer<Int64>?, _ robots: Int,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_assigner_assign", assigner, AssignerObject.self, error) {
    assigner throws(InterfaceError) in
    let cells = try required(cells, "cells")
    let target = try required(tasks, "tasks")
    guard robots >= 0, robots < 1 << 20 else {
      throw .range("robots", robots, "0...\((1 << 20) - 1)")
    }
    var read: [TaskAssignment.Robot] = []
    for r in 0..<robots {
      let delay = delays?[r] ?? 0
      guard delay >= 0, delay <= 1 << 20 else {
        throw .range("delays[\(r)]", delay, "0...\(1 << 20)")
      }
      guard cells[r] >= -1 else {
        throw .range("cells[\(r)]", cells[r], "-1...\(assigner.graph.vertexAtRaster.count - 1)")
      }
      let at = cells[r] < 0 ? -1 : try assigner.graph.vertex(ofCell: cells[r], "cells[\(r)]")
      read.append(
        TaskAssignment.Robot(at: at, delay: delay, present: try presentIndex(assigner, present, r)))
    }
    let given = assigner.assignment.assign(read, assigner.tasks.map(\.task))
    for r in 0..<robots { target[r] = given[r] < 0 ? -1 : assigner.tasks[Int(given[r])].number }
  }
}

private func presentIndex(
  _ assigner: AssignerObject, _ present: UnsafePointer<Int64>?, _ robot: Int
) throws(InterfaceError) -> Int32 {
  guard let number = present?[robot], number != -1 else { return -1 }
  let (index, isKnown) = assigner.place(of: number)
  guard isKnown else {
    throw InterfaceError(DROVER_OUT_OF_RANGE, "present[\(robot)] is \(number), no known task")
  }
  return Int32(index)
}

@_cdecl("drover_assigner_distance")
public func droverAssignerDistance(
  _ assigner: OpaquePointer?, _ from: Int32, _ to: Int32, _ steps: UnsafeMutablePointer<Int32>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_assigner_distance", assigner, AssignerObject.self, error) {
    assigner throws(InterfaceError) in
    let target = try required(steps, "steps")
    let a = try assigner.graph.vertex(ofCell: from, "from")
    let b = try assigner.graph.vertex(ofCell: to, "to")
    target.pointee = assigner.assignment.estimates.steps(from: a, to: b) ?? -1
  }
}

@_cdecl("drover_assigner_destroy")
public func droverAssignerDestroy(
  _ assigner: OpaquePointer?, _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  end("drover_assigner_destroy", assigner, AssignerObject.self, error)
}
