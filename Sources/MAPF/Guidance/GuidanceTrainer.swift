import Determinism
import Grid

/// Learns the guidance of a map from the traffic the planner makes on it: where agents meet head on,
/// the weaker direction becomes dearer, until streams keep to lanes of their own; crowded cells and
/// moves that are waited for become dearer, until traffic spreads.
///
/// Each round plays the planner against itself with random goals and moves every weight towards what
/// its `Law` asks. That is the idea of guidance from observed flow (Zhang et al., "Guidance Graph
/// Optimization", IJCAI 2024; Zang et al., "Online Guidance Graph Optimization", AAAI 2025) without
/// a search over weights: one or two dozen rounds do. The result is a function of graph, settings and
/// seed.
public struct GuidanceTrainer: Sendable {
  public struct Settings: Sendable, Hashable {
    public var model = MotionModel.fourNeighbour
    /// How many agents are at work.
    public var agentCount: Int
    /// Steps a round.
    public var steps = 300
    /// Work units of the planner a step.
    public var work = 60_000
    public var law = Law()

    public init(agentCount: Int) { self.agentCount = agentCount }
  }

  /// How traffic makes a move dearer; the unit is an easy move.
  public struct Law: Sendable, Hashable {
    /// What a move against a full stream costs more.
    public var contraflow: Double
    /// The power of the share of opposing moves: above 1, the weaker direction pays all.
    public var sharpness: Int
    /// What a move costs more for each agent that enters its end in a step.
    public var crowding: Double
    /// What a move costs more for each step that agents stand or turn before it, on average.
    public var delay: Double

    public init(
      contraflow: Double = 4, sharpness: Int = 2, crowding: Double = 2, delay: Double = 0.5
    ) {
      self.contraflow = contraflow
      self.sharpness = sharpness
      self.crowding = crowding
      self.delay = delay
    }
  }

  /// What a round has shown of every move, by `4 * vertex + direction`.
  struct Traffic {
    var flow: [Double]
    /// Steps that agents stood or turned before they made the move.
    var waits: [Double]

    init(edgeCount: Int) {
      flow = Array(repeating: 0, count: edgeCount)
      waits = flow
    }
  }

  /// The share of the way to its target that a weight goes in a round.
  private static let rate = 0.4
  /// What the flows of an edge are compared with where there is next to none, in mean flows.
  private static let calm = 0.2
  /// The longest wait before a move that counts, in steps: beyond it something is stuck.
  private static let longestWait = 4.0

  /// The guidance of the round that finished most.
  public private(set) var guidance: Guidance
  /// Goals reached a step in the best round; 0 before the first.
  public private(set) var throughput = 0.0
  /// By what it learns from the next round on.
  var law: Law {
    get { settings.law }
    set { settings.law = newValue }
  }
  /// Rounds played.
  public private(set) var round = 0
  private let graph: Graph
  private var settings: Settings
  private let seed: Seed
  private let easy: Double
  private let limit: Double
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
    guidance = .lanes(
      for: graph, easy: UInt8(easy),
      hard: UInt8(min(limit, easy * (1 + settings.law.contraflow / 2))), turn: turn)
    weights = guidance.edges.map(Double.init)
  }

  /// Plays one round and learns from it.
  /// - Returns: goals reached a step in this round.
  /// - Complexity: `steps` planning steps.
  public mutating func playRound() -> Double {
    let played = Guidance(
      edges: weights.map { UInt8($0.rounded()) }, turn: guidance.turn, wait: guidance.wait)
    let (reached, traffic) = play(played)
    round += 1
    let perStep = Double(reached) / Double(settings.steps)
    if perStep > throughput {
      throughput = perStep
      guidance = played
    }
    learn(from: traffic)
    return perStep
  }

  /// Random starts and goals, alike in every round.
  private func play(_ guidance: Guidance) -> (reached: Int, traffic: Traffic) {
    var rng = seed.derive("guidance goals").generator()
    var cells = Array(0..<Int32(graph.vertexCount))
    rng.shuffle(&cells)
    var agents = cells.prefix(settings.agentCount).map { GridAgent(at: $0) }
    var planner = GridLifelongPlanner(graph: graph, settings: plannerSettings(guidance))
    var actions: [GridAction] = []
    var traffic = Traffic(edgeCount: 4 * graph.vertexCount)
    var stood = [Double](repeating: 0, count: agents.count)
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
          traffic.flow[4 * Int(from.at) + Int(direction)] += 1
          traffic.waits[4 * Int(from.at) + Int(direction)] += stood[a]
          stood[a] = 0
        } else {
          stood[a] += 1
        }
        (agents[a].at, agents[a].heading) = (pose.at, pose.heading)
        reached += agents[a].at == agents[a].goal ? 1 : 0
      }
    }
    return (reached, traffic)
  }

  private func plannerSettings(_ guidance: Guidance) -> GridLifelongPlanner.Settings {
    var planner = GridLifelongPlanner.Settings(model: settings.model, seed: seed)
    planner.guidance = guidance
    return planner
  }

  mutating func learn(from traffic: Traffic) {
    let flow = traffic.flow
    let mean = flow.reduce(0, +) / Double(flow.count)
    let entering = entries(flow)
    for v in 0..<graph.vertexCount {
      for direction in Direction.allCases {
        let edge = 4 * v + Int(direction.rawValue)
        let end = graph.successors[edge]
        guard end >= 0 else { continue }
        let opposing = flow[4 * Int(end) + Int(direction.opposite.rawValue)]
        let share = opposing / (flow[edge] + opposing + Self.calm * mean + .ulpOfOne)
        let wait = traffic.waits[edge] / (flow[edge] + Self.calm / 2 * mean + .ulpOfOne)
        let target =
          easy
          * price(
            share: share, entering: entering[Int(end)], wait: min(Self.longestWait, wait))
        weights[edge] = min(limit, weights[edge] + Self.rate * (target - weights[edge]))
      }
    }
  }

  private func price(share: Double, entering: Double, wait: Double) -> Double {
    let law = settings.law
    var contraflow = law.contraflow
    for _ in 0..<law.sharpness { contraflow *= share }
    return 1 + contraflow + law.crowding * entering + law.delay * wait
  }

  /// How many agents enter each vertex in a step.
  private func entries(_ flow: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: graph.vertexCount)
    for edge in flow.indices where graph.successors[edge] >= 0 {
      sums[Int(graph.successors[edge])] += flow[edge] / Double(settings.steps)
    }
    return sums
  }
}
