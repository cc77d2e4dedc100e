import Determinism
import Grid
import Testing

@testable import MAPF

@Suite struct GuidanceTrainerTests {
  private static func trainer(
    share: Double, _ change: (inout GuidanceTrainer.Settings) -> Void = { _ in }
  ) -> GuidanceTrainer {
    var rng = Seed(5).generator()
    let graph = Graph(randomMap(width: 9, height: 9, open: 0.85, using: &rng))
    var settings = GuidanceTrainer.Settings(
      agentCount: Int(share * Double(graph.vertexCount)))
    settings.steps = 15
    settings.work = 300
    change(&settings)
    return GuidanceTrainer(graph: graph, settings: settings, seed: Seed(1))
  }

  /// Two rows of three cells, the upper one with nine agents going east for one going west.
  private static func learnt(
    _ change: (inout GuidanceTrainer.Law) -> Void,
    waits: [Int: Double] = [:]
  ) -> [Double] {
    let graph = Drawing("...\n...").graph
    var settings = GuidanceTrainer.Settings(agentCount: 2)
    settings.steps = 10
    settings.law = .init(contraflow: 0, crowding: 0, delay: 0)
    change(&settings.law)
    var trainer = GuidanceTrainer(graph: graph, settings: settings, seed: Seed(1))
    var traffic = GuidanceTrainer.Traffic(edgeCount: 4 * graph.vertexCount)
    traffic.flow[4 * 0 + Int(Direction.east.rawValue)] = 9
    traffic.flow[4 * 1 + Int(Direction.west.rawValue)] = 1
    for (edge, steps) in waits { traffic.waits[edge] = steps }
    for _ in 0..<30 { trainer.learn(from: traffic) }
    return trainer.weights
  }
  private static let with = 4 * 0 + Int(Direction.east.rawValue)
  private static let against = 4 * 1 + Int(Direction.west.rawValue)
  private static let quiet = 4 * 4 + Int(Direction.east.rawValue)

  @Test func movesAgainstTheStreamGetDearer() {
    let weights = Self.learnt { $0.contraflow = 4 }
    #expect(weights[Self.against] > 1.5 * weights[Self.with])
    // Where nobody drove both ways cost the same in the end.
    #expect(abs(weights[Self.quiet] - weights[4 * 5 + Int(Direction.west.rawValue)]) < 0.01)
  }

  @Test func movesToCrowdedCellsGetDearer() {
    let weights = Self.learnt { $0.crowding = 1 }
    #expect(abs(weights[Self.with] / weights[Self.quiet] - 1.9) < 0.01)
    #expect(abs(weights[Self.against] / weights[Self.quiet] - 1.1) < 0.01)
  }

  @Test func movesThatAreWaitedForGetDearerUpToALimit() {
    let some = Self.learnt({ $0.delay = 1 }, waits: [Self.with: 9])
    #expect(some[Self.with] > 1.8 * some[Self.quiet])
    let stuck = Self.learnt({ $0.delay = 1 }, waits: [Self.with: 9_000])
    #expect(abs(stuck[Self.with] / stuck[Self.quiet] - 5) < 0.01)
  }

  @Test func theBestRoundIsKept() {
    var trainer = Self.trainer(share: 0.5)
    var best = 0.0
    for _ in 0..<4 { best = max(best, trainer.playRound()) }
    #expect(best > 0)
    #expect(trainer.throughput == best)
    #expect(trainer.round == 4)
  }

  @Test func trainingRepeatsItself() {
    var first = Self.trainer(share: 0.4)
    var second = first
    for _ in 0..<2 { #expect(first.playRound() == second.playRound()) }
    #expect(first.guidance == second.guidance)
  }

  @Test func weightsStayWithinWhatTablesTellApart() {
    var trainer = Self.trainer(share: 0.8) { settings in
      settings.model = .turning
      settings.law.contraflow = 50
    }
    for _ in 0..<3 { _ = trainer.playRound() }
    let limit = Guidance.edgeLimit(model: .turning, turn: trainer.guidance.turn)
    #expect(trainer.guidance.edges.allSatisfy { (1...limit).contains($0) })
  }
}
