import CDroverPlanner
import Determinism
import Grid
import MAPF

/// A planner's settings and statistics between C's structures and the planner's own.
enum PlannerSettings {
  static var defaults: drover_planner_settings {
    drover_planner_settings(
      struct_size: UInt32(MemoryLayout<drover_planner_settings>.size),
      motion: Int32(DROVER_FOUR_NEIGHBOUR.rawValue), refuses_rotations: 1, depth: 0, seed: 0,
      table_memory_bytes: 1 << 30, guidance: nil, guidance_count: 0, turn_weight: 1, wait_weight: 1,
      automatic_guidance: 1, learning_rounds: 0)
  }

  static func read(
    _ given: UnsafePointer<drover_planner_settings>?, _ graph: Graph, agents: Int
  ) throws(InterfaceError) -> GridLifelongPlanner.Settings {
    let c = try merged(given, over: defaults)
    guard c.motion == 0 || c.motion == 1 else { throw .range("settings.motion", c.motion, "0...1") }
    guard c.depth >= 0, c.depth <= 6 else { throw .range("settings.depth", c.depth, "0...6") }
    var settings = GridLifelongPlanner.Settings(
      model: c.motion == 1 ? .turning : .fourNeighbour, seed: Seed(c.seed))
    settings.refusesRotations = c.refuses_rotations != 0
    settings.depth = Int(c.depth)
    settings.guidance = try guidance(c, graph, agents: agents)
    settings.tableMemoryLimit = Int(clamping: c.table_memory_bytes)
    return settings
  }

  private static func guidance(
    _ c: drover_planner_settings, _ graph: Graph, agents: Int
  ) throws(InterfaceError) -> Guidance {
    let turnLimit = Int32(Guidance.turnLimit)
    guard c.turn_weight >= 1, c.turn_weight <= turnLimit else {
      throw .range("settings.turn_weight", c.turn_weight, "1...\(turnLimit)")
    }
    guard c.wait_weight >= 1, c.wait_weight <= 255 else {
      throw .range("settings.wait_weight", c.wait_weight, "1...255")
    }
    guard c.learning_rounds >= 0, c.learning_rounds <= 1000 else {
      throw .range("settings.learning_rounds", c.learning_rounds, "0...1000")
    }
    let turn = UInt8(c.turn_weight)
    let model: MotionModel = c.motion == 1 ? .turning : .fourNeighbour
    let limit = Guidance.edgeLimit(model: model, turn: turn)
    if c.guidance == nil, c.guidance_count == 0 {
      if c.learning_rounds > 0, agents < graph.vertexCount {
        return learnt(c, graph, model, agents: agents)
      }
      if c.automatic_guidance != 0 {
        return .automatic(for: graph, model: model, agentCount: agents)
      }
    }
    var guidance = Guidance.uniform(vertexCount: graph.vertexCount, turn: turn)
    if let edges = try edges(c, graph, limit) { guidance.edges = edges }
    guidance.wait = UInt8(c.wait_weight)
    return guidance
  }

  private static func learnt(
    _ c: drover_planner_settings, _ graph: Graph, _ model: MotionModel, agents: Int
  ) -> Guidance {
    var settings = GuidanceTrainer.Settings(agentCount: agents)
    settings.model = model
    settings.work = 150 * agents
    var trainer = GuidanceTrainer(graph: graph, settings: settings, seed: Seed(c.seed))
    for _ in 0..<c.learning_rounds { _ = trainer.playRound() }
    return trainer.guidance
  }

  private static func edges(
    _ c: drover_planner_settings, _ graph: Graph, _ limit: UInt8
  ) throws(InterfaceError) -> [UInt8]? {
    guard let guidance = c.guidance else {
      guard c.guidance_count == 0 else { throw .null("settings.guidance") }
      return nil
    }
    let expected = 4 * graph.vertexAtRaster.count
    guard c.guidance_count == expected else {
      throw .size("settings.guidance_count", expected: expected, found: c.guidance_count)
    }
    var weights = [UInt8](repeating: 1, count: 4 * graph.vertexCount)
    for v in 0..<graph.vertexCount {
      let cell = Int(graph.cellNumber(of: Int32(v)))
      for d in 0..<4 {
        let weight = guidance[4 * cell + d]
        guard weight > 0, weight <= limit else {
          throw .range("settings.guidance[\(4 * cell + d)]", weight, "1...\(limit)")
        }
        weights[4 * v + d] = weight
      }
    }
    return weights
  }

  static func statistics(
    _ told: GridLifelongPlanner.Statistics, size: Int
  ) -> drover_planner_statistics {
    drover_planner_statistics(
      struct_size: UInt32(size), reserved: 0, steps: UInt64(told.steps),
      operations_tried: UInt64(told.operationsTried), improvements: UInt64(told.improvements),
      table_fills: UInt64(told.tableFills), table_bytes: UInt64(told.tableBytes))
  }
}
