import Determinism
import Grid
import Testing

@testable import MAPF

@Suite struct GuidanceSearchTests {
  private static func search(size: Int = 4) -> GuidanceSearch {
    var rng = Seed(5).generator()
    let graph = Graph(randomMap(width: 9, height: 9, open: 0.85, using: &rng))
    var settings = GuidanceTrainer.Settings(agentCount: graph.vertexCount / 2)
    settings.steps = 12
    settings.work = 300
    return GuidanceSearch(graph: graph, settings: settings, size: size, seed: Seed(1))
  }

  @Test func theFirstTrainerKeepsTheLawGiven() {
    let search = Self.search()
    #expect(search.contenders[0].trainer.law == GuidanceTrainer.Law())
    #expect(search.contenders[1].trainer.law != GuidanceTrainer.Law())
  }

  @Test func theBestOfAGenerationLeadsAndReplacesTheWorse() {
    var search = Self.search()
    var sums = [Double](repeating: 0, count: 4)
    let rounds = 4 * GuidanceSearch.roundsPerGeneration
    var before: [GuidanceTrainer] = []
    for r in 0..<rounds {
      sums[r % 4] += search.playRound()
      if r == rounds - 2 { before = search.contenders.map(\.trainer) }
    }
    let order = (0..<4).sorted { sums[$0] > sums[$1] }
    if order[0] != 3 {  // the last one has played once more since
      #expect(search.guidance == before[order[0]].guidance)
      #expect(search.law == before[order[0]].law)
      #expect(search.contenders[2].trainer.weights == before[order[0]].weights)
    }
    #expect(search.contenders[2].trainer.weights == search.contenders[0].trainer.weights)
    #expect(search.contenders[2].trainer.law != search.contenders[0].trainer.law)
  }

  @Test func beforeTheFirstGenerationTheBestRoundLeads() {
    var search = Self.search()
    var best = 0.0
    for _ in 0..<6 { best = max(best, search.playRound()) }
    #expect(search.throughput == best)
  }

  @Test func searchingRepeatsItself() {
    var first = Self.search(size: 3)
    var second = first
    for _ in 0..<13 { #expect(first.playRound() == second.playRound()) }
    #expect(first.guidance == second.guidance)
    #expect(first.law == second.law)
  }

  @Test func lawsStayWithinTheirRange() {
    var rng = Seed(3).generator()
    var law = GuidanceTrainer.Law(contraflow: 30, crowding: 1, delay: 0)
    for _ in 0..<500 {
      law = GuidanceSearch.changed(law, &rng)
      #expect(law.sharpness >= 1)
      #expect(max(law.contraflow, law.crowding) <= GuidanceSearch.highestFactor)
      #expect(law.delay == 0)
    }
  }
}
