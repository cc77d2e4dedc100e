import Determinism
import Grid
import MAPF
import Testing

@testable import PlannerFiles

@Suite struct OneShotFilesTests {
  private let folder: Folder
  private let map: String

  init() throws {
    folder = try Folder()
    map = try folder.file("m.map", mapText(["...", ".@."]))
  }

  private func failure(_ scenario: String, agents: Int? = nil) throws -> String {
    let file = try folder.file("s.scen", scenario)
    do throws(PlannerFileError) {
      _ = try OneShotFiles.load(map: map, scenario: file, agentCount: agents)
      return "no failure"
    } catch {
      return error.description.replacing(folder.path + "/", with: "")
    }
  }

  @Test func takesTheFirstLines() throws {
    let file = try folder.file(
      "s.scen", "version 1\n" + line((0, 0), (2, 1)) + line((2, 0), (0, 1)) + line((0, 0), (0, 0)))
    let instance = try OneShotFiles.load(map: map, scenario: file, agentCount: 2)
    #expect(instance.starts == [0, 2])
    #expect(instance.goals == [4, 3])
  }

  @Test func namesFileLineAndValue() throws {
    let head = "version 1\n"
    let good = line((0, 0), (2, 1))
    #expect(try failure("") == "s.scen: line 1: the text ends where 'version 1' is expected")
    #expect(try failure(head) == "s.scen: has no entries")
    #expect(
      try failure(head + good, agents: 2) == "s.scen: has 1 entries, 2 agents are asked for")
    #expect(
      try failure(head + good + line((1, 1), (0, 0)))
        == "s.scen:3: start (1, 1) is blocked in m.map")
    #expect(
      try failure(head + good + line((0, 1), (1, 1))) == "s.scen:3: goal (1, 1) is blocked in m.map"
    )
    #expect(
      try failure(head + good + "\n" + line((0, 0), (0, 1)))
        == "s.scen:4: start (0, 0) is also that of line 2")
    #expect(
      try failure(head + good + line((0, 1), (2, 1)))
        == "s.scen:3: goal (2, 1) is also that of line 2"
    )
    #expect(
      try failure(head + "0\tm\t5\t4\t0\t0\t1\t0\t0\n")
        == "s.scen:2: made for a map of 5 x 4 cells, m.map has 3 x 2")
  }

  @Test func missingFilesAreNamed() throws {
    #expect(throws: PlannerFileError(file: "/nowhere/x.map", text: "no such file")) {
      try OneShotFiles.load(map: "/nowhere/x.map", scenario: map, agentCount: nil)
    }
    #expect(throws: PlannerFileError(file: folder.path, text: "is a folder")) {
      try PlannerFile.write([], to: folder.path)
    }
  }

  @Test func plansAreWrittenInTheFormatOfTheField() throws {
    let graph = Graph(try PlannerFile.map(map))
    let instance = GridInstance(graph: graph, starts: [0, 2], goals: [1, 4])
    let plan = GridPlan(agentCount: 2, vertices: [0, 2, 1, 4])
    let file = PlanFile(
      instance: instance, plan: plan,
      figures: PlanFile.Figures(
        sumOfCosts: 2, makespan: 1, sumOfLoss: 2, sumLowerBound: 2, makespanLowerBound: 1),
      map: "m.map", milliseconds: 12.6, seed: 7)
    #expect(
      String(decoding: file.bytes, as: UTF8.self) == """
        agents=2
        map_file=m.map
        solver=drover
        solved=1
        soc=2
        soc_lb=2
        makespan=1
        makespan_lb=1
        sum_of_loss=2
        sum_of_loss_lb=2
        comp_time=13
        seed=7
        starts=(0,0),(2,0),
        goals=(1,0),(2,1),
        solution=
        0:(0,0),(2,0),
        1:(1,0),(2,1),

        """)
  }
}

@Suite struct RandomInstanceTests {
  /// Two parts that no way joins.
  private let rows = ["....@...", "....@...", "....@..."]

  private func graph() throws -> Graph { Graph(try GridMap(parsing: mapText(rows))) }

  @Test func everyGoalIsInTheStartsPartAndTakenOnce() throws {
    let graph = try graph()
    for seed in 0..<200 as Range<UInt64> {
      let count = 1 + Int(seed) % graph.vertexCount
      let instance = try #require(
        RandomInstance.draw(graph, agentCount: count, seed: Seed(seed)), "seed \(seed)")
      #expect(Set(instance.starts).count == count && Set(instance.goals).count == count)
      for (start, goal) in zip(instance.starts, instance.goals) {
        let sides = [start, goal].map { graph.cells[Int($0)].x < 4 }
        #expect(sides[0] == sides[1], "seed \(seed)")
      }
    }
    #expect(RandomInstance.draw(graph, agentCount: 22, seed: Seed(1)) == nil)
  }

  @Test func theSameSeedDrawsTheSameAndReadsBack() throws {
    let folder = try Folder()
    let map = try folder.file("two.map", mapText(rows))
    let drawn = try #require(RandomInstance.draw(try graph(), agentCount: 9, seed: Seed(5)))
    let again = try #require(RandomInstance.draw(try graph(), agentCount: 9, seed: Seed(5)))
    let other = try #require(RandomInstance.draw(try graph(), agentCount: 9, seed: Seed(6)))
    #expect(drawn.starts == again.starts && drawn.goals == again.goals)
    #expect(drawn.starts != other.starts)
    let scenario = folder.path + "/two.scen"
    try PlannerFile.write(ScenarioText.bytes(drawn, map: "two\t.map"), to: scenario)
    let read = try OneShotFiles.load(map: map, scenario: scenario, agentCount: nil)
    #expect(read.starts == drawn.starts && read.goals == drawn.goals)
  }
}
