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

  @Test func movesAgainstTheStreamGetDearer() {
    let graph = Drawing("...\n...").graph
    var trainer = GuidanceTrainer(
      graph: graph, settings: .init(agentCount: 2), seed: Seed(1))
    let before = trainer.weights
    // In the upper row nine go east for one that goes west.
    var flow = [Double](repeating: 0, count: 4 * graph.vertexCount)
    flow[4 * 0 + Int(Direction.east.rawValue)] = 9
    flow[4 * 1 + Int(Direction.west.rawValue)] = 1
    for _ in 0..<20 { trainer.learn(from: flow) }
    let with = trainer.weights[4 * 0 + Int(Direction.east.rawValue)]
    let against = trainer.weights[4 * 1 + Int(Direction.west.rawValue)]
    #expect(against > 1.5 * with)
    // Where nobody drove both ways cost the same in the end.
    let quiet = [4 * 4 + Int(Direction.east.rawValue), 4 * 5 + Int(Direction.west.rawValue)]
    #expect(abs(trainer.weights[quiet[0]] - trainer.weights[quiet[1]]) < 0.01)
    #expect(before[quiet[0]] != before[quiet[1]])
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
      settings.contraflow = 50
    }
    for _ in 0..<3 { _ = trainer.playRound() }
    let limit = Guidance.edgeLimit(model: .turning, turn: trainer.guidance.turn)
    #expect(trainer.guidance.edges.allSatisfy { (1...limit).contains($0) })
  }
}
