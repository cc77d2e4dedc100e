import Grid
import MAPF
import Testing

/// Good steps broken in every way, a test each.
@Suite struct PlanVerifierTests {
  let drawing = Drawing("abc.\nhxd.\ngfe.")
  var moves: MoveGraph { drawing.moves() }
  var verifier: PlanVerifier { PlanVerifier(graph: drawing.graph, moveGraphs: [moves]) }

  func move(_ agent: Int32, _ from: Character, _ to: Character) -> PlannedMove {
    guard let move = moves.move(from: drawing[from], to: drawing[to]) else {
      preconditionFailure("no move \(from) to \(to)")
    }
    return PlannedMove(agent: agent, move: move, from: drawing[from], to: drawing[to])
  }

  func agents(_ at: Character...) -> [PlanningAgent] {
    at.map { PlanningAgent(at: drawing[$0]) }
  }

  func check(_ moves: [PlannedMove], _ agents: [PlanningAgent]) -> [PlanVerifier.Problem] {
    verifier.problems(step: 3, moves: moves, agents: agents)
  }

  @Test func aTrainLeaderFirstIsClean() {
    #expect(check([move(1, "b", "c"), move(0, "a", "b")], agents("a", "b")) == [])
  }

  @Test func aTrainFollowerFirstIsNot() {
    #expect(
      check([move(0, "a", "b"), move(1, "b", "c")], agents("a", "b"))
        == [.followerFirst(step: 3, follower: 0, leader: 1)])
  }

  @Test func twoIntoOneCell() {
    #expect(
      check([move(0, "a", "b"), move(1, "c", "b")], agents("a", "c"))
        == [.vertexConflict(step: 3, agents: [0, 1], vertex: drawing["b"])])
  }

  @Test func intoTheCellOfOneThatStays() {
    #expect(
      check([move(0, "a", "b")], agents("a", "b"))
        == [.vertexConflict(step: 3, agents: [0, 1], vertex: drawing["b"])])
  }

  @Test func swap() {
    #expect(
      check([move(0, "a", "b"), move(1, "b", "a")], agents("a", "b"))
        == [.swap(step: 3, agents: [0, 1])])
  }

  @Test func swapAcrossAJunction() {
    let problems = check([move(0, "b", "f"), move(1, "f", "b")], agents("b", "f"))
    #expect(problems.contains(.swap(step: 3, agents: [0, 1])))
    #expect(problems.contains(.sharedClaim(step: 3, agents: [0, 1], resource: drawing["x"])))
  }

  @Test func crossingPathsShareAClaim() {
    #expect(
      check([move(0, "b", "f"), move(1, "h", "d")], agents("b", "h"))
        == [.sharedClaim(step: 3, agents: [0, 1], resource: drawing["x"])])
  }

  @Test func throughAnAgentInTheJunction() {
    #expect(
      check([move(0, "b", "f")], agents("b", "x"))
        == [.sharedClaim(step: 3, agents: [0, 1], resource: drawing["x"])])
  }

  @Test func aRotationIsAProblemOnlyWhereRefused() {
    let ring: [Character] = ["a", "b", "c", "d", "e", "f", "g", "h"]
    let steps = ring.indices.map { move(Int32($0), ring[$0], ring[($0 + 1) % 8]) }
    let at = ring.map { PlanningAgent(at: drawing[$0]) }
    #expect(check(steps, at) == [.rotation(step: 3, agents: Array(0..<8))])
    let allowing = PlanVerifier(
      graph: drawing.graph, moveGraphs: [moves], refusesRotations: false)
    #expect(allowing.problems(moves: steps, agents: at) == [])
  }

  @Test func frozenAgentsMustNotMove() {
    var frozen = agents("a")
    frozen[0].mobility = .frozen
    #expect(check([move(0, "a", "b")], frozen) == [.movesFrozen(step: 3, agent: 0)])
  }

  @Test func absentAgentsAreUnknown() {
    var absent = agents("a")
    absent[0].mobility = .absent
    let step = move(0, "a", "b")
    #expect(
      check([step], absent) == [.unknownMove(step: 3, agent: 0, move: step.move)])
  }

  @Test func twiceInOneStep() {
    #expect(
      check([move(0, "a", "b"), move(0, "a", "h")], agents("a")).contains(
        .movesTwice(step: 3, agent: 0)))
  }

  @Test func fromElsewhere() {
    #expect(
      check([move(0, "b", "c")], agents("a"))
        == [.wrongStart(step: 3, agent: 0, expected: drawing["a"], found: drawing["b"])])
  }

  @Test func toElsewhere() {
    var step = move(0, "a", "b")
    step.to = drawing["c"]
    #expect(
      check([step], agents("a"))
        == [.wrongEnd(step: 3, agent: 0, expected: drawing["b"], found: drawing["c"])])
  }

  @Test func movesThatTheGraphForbids() {
    let oneWay = Drawing("ab") { _ in [.west] }
    let both = Drawing("ab").moves()
    let step = PlannedMove(agent: 0, move: both.move(from: 0, to: 1) ?? -1, from: 0, to: 1)
    let verifier = PlanVerifier(graph: oneWay.graph, moveGraphs: [both])
    #expect(
      verifier.problems(moves: [step], agents: [PlanningAgent(at: 0)])
        == [.brokenPath(step: 0, agent: 0, from: 0, to: 1)])
  }

  @Test func missedGoals() {
    var at = agents("a")
    at[0].goal = drawing["c"]
    #expect(
      verifier.problems(in: [[move(0, "a", "b")]], of: at)
        == [.goalMissed(agent: 0, goal: drawing["c"], at: drawing["b"])])
    #expect(
      verifier.problems(in: [[move(0, "a", "b")], [move(0, "b", "c")]], of: at) == [])
  }

  @Test func metricsCountStepsUntilTheLastArrival() {
    var at = agents("a", "c")
    at[0].goal = drawing["c"]
    at[1].goal = drawing["c"]
    at[1].at = drawing["d"]
    at[1].goal = drawing["d"]
    let plan = [[move(0, "a", "b")], [], [move(0, "b", "c")]]
    let metrics = PlanMetrics(plan: plan, agents: at, distances: [2, 0])
    #expect(metrics.makespan == 3)
    #expect(metrics.sumOfCosts == 3)
    #expect(metrics.sumOfLoss == 3)
    #expect(metrics.makespanLowerBound == 2)
    #expect(metrics.sumLowerBound == 2)
  }
}
