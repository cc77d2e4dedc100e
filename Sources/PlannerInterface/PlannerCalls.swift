import CDroverPlanner
import Determinism
import Grid
import MAPF

/// A lifelong planner and the agents as they were set last.
final class PlannerObject: HandleObject, @unchecked Sendable {
  let graph: Graph
  var planner: WindowPlanner
  var agents: [WindowPlanner.Agent]
  /// The agents that the last plan began from.
  var planned: [WindowPlanner.Agent]?

  init(graph: Graph, planner: consuming WindowPlanner, agents: Int) {
    self.graph = graph
    self.planner = planner
    self.agents = Array(
      repeating: WindowPlanner.Agent(pose: GridPose(at: 0), mobility: .absent), count: agents)
  }
}

@_cdecl("drover_planner_settings_init")
public func droverPlannerSettingsInit(
  _ settings: UnsafeMutablePointer<drover_planner_settings>?
) {
  settings?.pointee = PlannerSettings.defaults
}

@_cdecl("drover_planner_create")
public func droverPlannerCreate(
  _ map: OpaquePointer?, _ settings: UnsafePointer<drover_planner_settings>?, _ agents: Int32,
  _ planner: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  create("drover_planner_create", from: map, MapObject.self, to: planner, "planner", error) {
    map throws(InterfaceError) in
    guard agents >= 1, Int(agents) <= GridLifelongPlanner.agentLimit else {
      throw .range("agents", agents, "1...\(GridLifelongPlanner.agentLimit)")
    }
    let settings = try PlannerSettings.read(settings, map.graph, agents: Int(agents))
    let planner = WindowPlanner(graph: map.graph, settings: settings)
    return PlannerObject(graph: map.graph, planner: planner, agents: Int(agents))
  }
}

@_cdecl("drover_planner_set_agents")
public func droverPlannerSetAgents(
  _ planner: OpaquePointer?, _ first: Int32, _ agents: UnsafePointer<drover_agent>?, _ count: Int,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_planner_set_agents", planner, PlannerObject.self, error) {
    planner throws(InterfaceError) in
    let total = planner.agents.count
    guard first >= 0, Int(first) <= total else { throw .range("first", first, "0...\(total)") }
    guard count >= 0, count <= total - Int(first) else {
      throw .range("count", count, "0...\(total - Int(first))")
    }
    guard count > 0 else { return }
    let agents = try required(agents, "agents")
    var read: [WindowPlanner.Agent] = []
    for i in 0..<count { read.append(try planner.agent(agents[i], i)) }
    planner.agents.replaceSubrange(Int(first)..<Int(first) + count, with: read)
  }
}

extension PlannerObject {
  /// One agent as the caller gives it.
  func agent(_ given: drover_agent, _ i: Int) throws(InterfaceError) -> WindowPlanner.Agent {
    guard given.mobility >= 0, given.mobility <= 3,
      let mobility = Mobility(rawValue: UInt8(given.mobility))
    else { throw .range("agents[\(i)].mobility", given.mobility, "0...3") }
    guard mobility != .absent else {
      return WindowPlanner.Agent(pose: GridPose(at: 0), mobility: .absent)
    }
    guard given.heading >= 0, given.heading <= 3 else {
      throw .range("agents[\(i)].heading", given.heading, "0...3")
    }
    guard given.priority >= -512, given.priority <= 511 else {
      throw .range("agents[\(i)].priority", given.priority, "-512...511")
    }
    let at = try graph.vertex(ofCell: given.cell, "agents[\(i)].cell")
    guard given.goal >= -1 else {
      throw .range("agents[\(i)].goal", given.goal, "-1...\(graph.vertexAtRaster.count - 1)")
    }
    let goals =
      given.goal < 0 ? [] : [try graph.vertex(ofCell: given.goal, "agents[\(i)].goal")]
    return WindowPlanner.Agent(
      pose: GridPose(at: at, heading: UInt8(given.heading)), goals: goals, mobility: mobility,
      priority: given.priority)
  }

  /// No two present agents on one cell.
  func checkPlaces() throws(InterfaceError) {
    var occupant: [Int32: Int] = [:]
    for (a, agent) in agents.enumerated() where agent.mobility != .absent {
      if let other = occupant.updateValue(a, forKey: agent.pose.at) {
        throw InterfaceError(
          DROVER_CONFLICT,
          "agents \(other) and \(a) are both on cell \(graph.cellNumber(of: agent.pose.at))")
      }
    }
  }
}

@_cdecl("drover_planner_set_itinerary")
public func droverPlannerSetItinerary(
  _ planner: OpaquePointer?, _ agent: Int32, _ goals: UnsafePointer<Int32>?, _ count: Int,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_planner_set_itinerary", planner, PlannerObject.self, error) {
    planner throws(InterfaceError) in
    guard agent >= 0, Int(agent) < planner.agents.count else {
      throw .range("agent", agent, "0...\(planner.agents.count - 1)")
    }
    guard count >= 0, count <= 1 << 20 else { throw .range("count", count, "0...\(1 << 20)") }
    var read: [Int32] = []
    if count > 0 {
      let goals = try required(goals, "goals")
      for i in 0..<count { read.append(try planner.graph.vertex(ofCell: goals[i], "goals[\(i)]")) }
    }
    planner.agents[Int(agent)].goals = read
  }
}

@_cdecl("drover_planner_plan")
public func droverPlannerPlan(
  _ planner: OpaquePointer?, _ steps: Int32, _ budgets: UnsafePointer<drover_budget>?,
  _ budgetCount: Int, _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_planner_plan", planner, PlannerObject.self, error) {
    planner throws(InterfaceError) in
    guard steps >= 1, steps <= 64 else { throw .range("steps", steps, "1...64") }
    let budgets = try Budgets(budgets, budgetCount, agents: planner.agents.count)
    try planner.checkPlaces()
    planner.planned = planner.agents
    planner.planner.plan(planner.agents, steps: Int(steps)) { budgets.start(step: $0) }
  }
}

@_cdecl("drover_planner_actions")
public func droverPlannerActions(
  _ planner: OpaquePointer?, _ actions: UnsafeMutablePointer<UInt8>?, _ count: Int,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_planner_actions", planner, PlannerObject.self, error) {
    planner throws(InterfaceError) in
    let actions = try required(actions, "actions")
    guard planner.planned != nil else { throw .unplanned }
    let window = planner.planner.window
    guard count == window.actions.count else {
      throw .size("count", expected: window.actions.count, found: count)
    }
    for (i, action) in window.actions.enumerated() { actions[i] = action.rawValue }
  }
}

@_cdecl("drover_planner_ends")
public func droverPlannerEnds(
  _ planner: OpaquePointer?, _ agents: UnsafeMutablePointer<drover_agent>?,
  _ reached: UnsafeMutablePointer<Int32>?, _ count: Int,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_planner_ends", planner, PlannerObject.self, error) {
    planner throws(InterfaceError) in
    let agents = try required(agents, "agents")
    guard let ends = planner.endAgents() else { throw .unplanned }
    guard count == ends.count else { throw .size("count", expected: ends.count, found: count) }
    for (a, end) in ends.enumerated() {
      let isAbsent = end.mobility == .absent
      agents[a] = drover_agent(
        cell: isAbsent ? -1 : planner.graph.cellNumber(of: end.pose.at),
        heading: Int32(end.pose.heading),
        goal: end.goals.first.map { planner.graph.cellNumber(of: $0) } ?? -1,
        mobility: Int32(end.mobility.rawValue), priority: end.priority)
      reached?[a] = planner.planner.reached[a]
    }
  }
}

@_cdecl("drover_planner_advance")
public func droverPlannerAdvance(
  _ planner: OpaquePointer?, _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_planner_advance", planner, PlannerObject.self, error) {
    planner throws(InterfaceError) in
    guard let ends = planner.endAgents() else { throw .unplanned }
    planner.agents = ends
  }
}

extension PlannerObject {
  /// The agents of the last plan at its end; the last goal of an itinerary is kept.
  func endAgents() -> [WindowPlanner.Agent]? {
    guard var ends = planned else { return nil }
    for a in ends.indices {
      ends[a].pose = planner.ends[a]
      let left = ends[a].goals.count - Int(planner.reached[a])
      ends[a].goals = left > 0 ? Array(ends[a].goals.suffix(left)) : ends[a].goals.suffix(1)
    }
    return ends
  }
}

extension InterfaceError {
  static var unplanned: InterfaceError {
    InterfaceError(DROVER_NOT_READY, "nothing has been planned yet")
  }
}

@_cdecl("drover_planner_read_statistics")
public func droverPlannerReadStatistics(
  _ planner: OpaquePointer?, _ statistics: UnsafeMutablePointer<drover_planner_statistics>?,
  _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  answer("drover_planner_read_statistics", planner, PlannerObject.self, error) {
    planner throws(InterfaceError) in
    let target = try required(statistics, "statistics")
    let size = try checked(structSize: target.pointee.struct_size, "statistics")
    let told = PlannerSettings.statistics(planner.planner.statistics, size: size)
    copy(told, to: target, size: size)
  }
}

@_cdecl("drover_planner_destroy")
public func droverPlannerDestroy(
  _ planner: OpaquePointer?, _ error: UnsafeMutablePointer<drover_error>?
) -> Int32 {
  end("drover_planner_destroy", planner, PlannerObject.self, error)
}
