import Determinism
import Grid
import MAPF
import Testing

@Suite struct GuidanceSearchTests {
  private let graph = Graph(GridMap(width: 3, height: 1, passable: [true, true, true]))

  @Test func trafficCountsMovesAndWaitsOfThoseWhoWantToGo() {
    var traffic = ObservedTraffic(vertexCount: 3)
    let agents = [
      GridAgent(at: 0, goal: 2), GridAgent(at: 1, goal: 1), GridAgent(at: 2, goal: 0),
      GridAgent(at: 2, goal: 0, mobility: .absent),
    ]
    traffic.observe(agents, [.east, .wait, .wait, .west])
    traffic.observe([GridAgent(at: 1, heading: Direction.west.rawValue, goal: 0)], [.forward])
    #expect(traffic.steps == 2)
    #expect(traffic.waits == [0, 0, 1])
    #expect(traffic.moves[Int(Direction.east.rawValue)] == 1)
    #expect(traffic.moves[4 + Int(Direction.west.rawValue)] == 1)
    #expect(traffic.moves.reduce(0, +) == 2)
  }

  @Test func crowdsAndStreamsAgainstMakeMovesDearer() {
    var traffic = ObservedTraffic(vertexCount: 3)
    traffic.steps = 10
    traffic.waits = [0, 0, 9]
    traffic.moves[4 + Int(Direction.east.rawValue)] = 10
    let base = Guidance.uniform(vertexCount: 3, edge: 10)
    let east = Int(Direction.east.rawValue)
    let west = Int(Direction.west.rawValue)
    // Six waits above the mean of three, in ten steps; a stream of one a step from 1 to 2.
    let crowded = base.adapted(
      to: traffic, on: graph, model: .fourNeighbour, crowding: 1, contraflow: 0)
    #expect(crowded.edges[4 + east] == 16)
    #expect(crowded.edges[east] == 10)
    let opposed = base.adapted(
      to: traffic, on: graph, model: .fourNeighbour, crowding: 0, contraflow: 2)
    #expect(opposed.edges[8 + west] == 30)
    #expect(opposed.edges[4 + east] == 10)
    // Never beyond what tables can tell.
    let most = base.adapted(
      to: traffic, on: graph, model: .turning, crowding: 1000, contraflow: 1000)
    #expect(most.edges.max() == Guidance.edgeLimit(model: .turning, turn: 1))
  }

  @Test func theBestGuidanceIsKept() {
    var traffic = ObservedTraffic(vertexCount: 3)
    traffic.steps = 1
    traffic.waits = [0, 3, 0]
    let first = Guidance.uniform(vertexCount: 3, edge: 4)
    var search = GuidanceSearch(from: first, on: graph, model: .fourNeighbour)
    #expect(search.candidate == first)
    search.judge(finished: 10, traffic: traffic)
    let second = search.candidate
    #expect(second != first)
    search.judge(finished: 9, traffic: traffic)
    #expect(search.best == first)
    #expect(search.bestFinished == 10)
    #expect(search.candidate != second)
    let third = search.candidate
    search.judge(finished: 11, traffic: traffic)
    #expect(search.best == third)
  }

  @Test func automaticGuidanceSuitsEveryModelAndSize() {
    for seed in 0..<20 {
      var rng = Seed(UInt64(seed)).generator()
      let graph = GuidedDistancesTests.randomGraph(&rng)
      for model in [MotionModel.fourNeighbour, .turning] {
        for count in [nil, 1, graph.vertexCount] {
          let guidance = Guidance.automatic(for: graph, model: model, agentCount: count)
          let limit = Guidance.edgeLimit(model: model, turn: guidance.turn)
          #expect(guidance.edges.count == 4 * graph.vertexCount)
          #expect(guidance.edges.allSatisfy { $0 <= limit })
        }
      }
    }
  }
}
