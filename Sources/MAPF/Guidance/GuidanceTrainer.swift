import Determinism
import Grid

/// Learns the guidance of a map from the traffic the planner makes on it: where agents meet head on,
/// the weaker direction becomes dearer, until streams keep to lanes of their own.
///
/// Each round plays the planner against itself with random goals and moves every weight towards
/// `1 + contraflow * opposing / (own + opposing)` easy moves. That is the idea of guidance from
/// observed flow (Zhang et al., "Guidance Graph Optimization", IJCAI 2024; Zang et al., "Online
/// Guidance Graph Optimization", AAAI 2025) without a search over weights: a dozen rounds do. The
/// result is a function of graph, settings and seed.
public struct GuidanceTrainer: Sendable {
  public struct Settings: Sendable, Hashable {
    public var model = MotionModel.fourNeighbour
    /// How many agents are at work.
    public var agentCount: Int
    /// Steps a round.
    public var steps = 300
    /// Work units of the planner a step.
    public var work = 60_000
    /// How much dearer than an easy move one against a full stream is, in easy moves. The fuller the
    /// map and the less time the planner has, the more; nil: by how full the map is.
    public var contraflow: Double?

    public init(agentCount: Int) { self.agentCount = agentCount }
  }

  /// The share of the way to its target that a weight goes in a round.
  private static let rate = 0.4
  /// What the flows of an edge are compared with where there is next to none, in mean flows.
  private static let calm = 0.2

  /// The guidance of the round that finished most.
  public private(set) var guidance: Guidance
  /// Goals reached a step in the best round; 0 before the first.
  public private(set) var throughput = 0.0
  /// Rounds played.
  public private(set) var round = 0
  private let graph: Graph
  private let settings: Settings
  private let seed: Seed
  private let easy: Double
  private let limit: Double
  private let contraflow: Double
  /// `4 * vertex + direction` -> weight.
  private(set) var weights: [Double]

  /// - Precondition: at least one agent, and fewer than vertices.
  public init(graph: Graph, settings: Settings, seed: Seed) {
    precondition(
      settings.agentCount > 0 && settings.agentCount < graph.vertexCount,
      "\(settings.agentCount) agents on \(graph.vertexCount) vertices")
    self.graph = graph
    self.settings = settings
    self.seed = seed
    let turn: UInt8 = settings.model == .turning ? 3 : 1
    easy = settings.model == .turning ? 3 : 8
    limit = Double(Guidance.edgeLimit(model: settings.model, turn: turn))
    let share = Double(settings.agentCount) / Double(graph.vertexCount)
    contraflow = settings.contraflow ?? (share > 0.6 ? 4 : share > 0.2 ? 1 : 2)
    guidance = .lanes(
      for: graph, easy: UInt8(easy), hard: UInt8(min(limit, easy * (1 + contraflow / 2))),
      turn: turn)
    weights = guidance.edges.map(Double.init)
  }

  /// Plays one round and learns from it.
  /// - Returns: goals reached a step in this round.
  /// - Complexity: `steps` planning steps.
  public mutating func playRound() -> Double {
    let played = Guidance(
      edges: weights.map { UInt8($0.rounded()) }, turn: guidance.turn, wait: guidance.wait)
    let (reached, flow) = play(played)
    round += 1
    let perStep = Double(reached) / Double(settings.steps)
    if perStep > throughput {
      throughput = perStep
      guidance = played
    }
    learn(from: flow)
    return perStep
  }

  /// Random starts and goals, alike in every round.
  private func play(_ guidance: Guidance) -> (reached: Int, flow: [Double]) {
    var rng = seed.derive("guidance goals").generator()
    var cells = Array(0..<Int32(graph.vertexCount))
    rng.shuffle(&cells)
    var agents = cells.prefix(settings.agentCount).map { GridAgent(at: $0) }
    var planner = GridLifelongPlanner(graph: graph, settings: plannerSettings(guidance))
    var actions: [GridAction] = []
    var flow = [Double](repeating: 0, count: 4 * graph.vertexCount)
    var reached = 0
    for _ in 0..<settings.steps {
      for a in agents.indices where agents[a].goal < 0 || agents[a].goal == agents[a].at {
        agents[a].goal = Int32(rng.next(below: graph.vertexCount))
      }
      planner.step(agents, budget: PlanningBudget(work: settings.work), actions: &actions)
      for a in agents.indices {
        let from = GridPose(at: agents[a].at, heading: agents[a].heading)
        guard let pose = from.after(actions[a], on: graph) else {
          preconditionFailure("agent \(a) planned into a wall: \(actions[a]) from \(from)")
        }
        if let direction = actions[a].direction(heading: from.heading) {
          flow[4 * Int(from.at) + Int(direction)] += 1
        }
        (agents[a].at, agents[a].heading) = (pose.at, pose.heading)
        reached += agents[a].at == agents[a].goal ? 1 : 0
      }
    }
    return (reached, flow)
  }

  private func plannerSettings(_ guidance: Guidance) -> GridLifelongPlanner.Settings {
    var planner = GridLifelongPlanner.Settings(model: settings.model, seed: seed)
    planner.guidance = guidance
    return planner
  }

  mutating func learn(from flow: [Double]) {
    let calm = Self.calm * flow.reduce(0, +) / Double(flow.count)
    for v in 0..<graph.vertexCount {
      for direction in Direction.allCases {
        let edge = 4 * v + Int(direction.rawValue)
        let end = graph.successors[edge]
        guard end >= 0 else { continue }
        let opposing = flow[4 * Int(end) + Int(direction.opposite.rawValue)]
        let share = opposing / (flow[edge] + opposing + calm + .ulpOfOne)
        let target = easy * (1 + contraflow * share)
        weights[edge] = min(limit, weights[edge] + Self.rate * (target - weights[edge]))
      }
    }
  }
}
