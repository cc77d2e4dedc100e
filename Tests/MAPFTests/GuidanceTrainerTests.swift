import Determinism
import Grid
@testable import MAPF
import Testing

@Suite struct GuidanceTrainerTests {
  private static func trainer(seed: UInt64) -> GuidanceTrainer {
    var rng = Seed(5).generator()
    let graph = Graph(randomMap(width: 16, height: 16, open: 0.85, using: &rng))
    var settings = GuidanceTrainer.Settings(agentCount: graph.vertexCount / 2)
    settings.steps = 60
    settings.work = 1500
    return GuidanceTrainer(graph: graph, settings: settings, seed: Seed(seed))
  }

  @Test func trainingFinishesMoreThanNoGuidance() {
    var trainer = Self.trainer(seed: 1)
    var best = 0.0
    for _ in 0..<6 { best = max(best, trainer.playRound()) }
    #expect(trainer.throughput == best)
    #expect(trainer.round == 6)
    let unguided = trainer.play(
      .uniform(vertexCount: trainer.guidance.edges.count / 4)
    ).reached
    #expect(best * 60 > 1.05 * Double(unguided), "\(best * 60) with, \(unguided) without")
  }

  @Test func trainingRepeatsItself() {
    var results: [Guidance] = []
    for _ in 0..<2 {
      var trainer = Self.trainer(seed: 3)
      for _ in 0..<3 { _ = trainer.playRound() }
      results.append(trainer.guidance)
    }
    #expect(results[0] == results[1])
  }

  @Test func weightsStayWithinWhatTablesTellApart() {
    var rng = Seed(9).generator()
    let graph = Graph(randomMap(width: 10, height: 10, open: 0.9, using: &rng))
    var settings = GuidanceTrainer.Settings(agentCount: graph.vertexCount - 4)
    settings.model = .turning
    settings.contraflow = 50
    settings.steps = 20
    settings.work = 500
    var trainer = GuidanceTrainer(graph: graph, settings: settings, seed: Seed(2))
    for _ in 0..<4 { _ = trainer.playRound() }
    let limit = Guidance.edgeLimit(model: .turning, turn: trainer.guidance.turn)
    #expect(trainer.guidance.edges.allSatisfy { (1...limit).contains($0) })
  }
}
