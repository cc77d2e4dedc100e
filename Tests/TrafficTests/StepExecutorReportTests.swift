import FleetModel
import Grid
import MAPF
import Testing

@testable import Traffic

/// Words that claim more, or less, than a robot was allowed to do.
@Suite struct StepExecutorReportTests {
  /// A robot on cell 0 behind one on cell 1, both to go one cell on; three ticks an action. Only
  /// the leader has been told to go.
  private func started() throws -> StepExecutor {
    let map = GridMap(width: 4, height: 1, passable: [true, true, true, true])
    var executor = StepExecutor(
      graph: Graph(map), settings: .init(ticksPerAction: 3),
      starts: [GridPose(at: 0), GridPose(at: 1)])
    var window = ActionWindow(agentCount: 2)
    window.append([.forward, .forward])
    try executor.report(words((0, 0), (1, 0)))
    #expect(executor.append(window) == [])
    var go = [false, false]
    executor.commands(&go)
    #expect(go == [false, true])
    return executor
  }

  private func words(_ each: (at: Int32, ticks: Int32)...) -> [StepExecutor.Report] {
    each.map { StepExecutor.Report(pose: GridPose(at: $0.at), ticksDone: $0.ticks) }
  }

  private func refusal(
    _ executor: StepExecutor, _ words: [StepExecutor.Report]
  ) -> StepExecutor.ReportError? {
    var executor = executor
    let before = executor.statistics
    do throws(StepExecutor.ReportError) {
      try executor.report(words)
      return nil
    } catch {
      #expect(executor.statistics == before)
      return error
    }
  }

  @Test func ticksMayStandOrRiseByOne() throws {
    let executor = try started()
    #expect(refusal(executor, words((0, 0), (1, 0))) == nil)
    #expect(refusal(executor, words((0, 0), (1, 1))) == nil)
  }

  @Test func ticksThatJumpAreRefused() throws {
    let found = refusal(try started(), words((0, 0), (1, 2)))
    #expect(found == .progress(robot: 1, wasTold: true, before: 0, found: 2))
  }

  @Test func ticksThatRiseWithoutGoAreRefused() throws {
    let found = refusal(try started(), words((0, 1), (1, 1)))
    #expect(found == .progress(robot: 0, wasTold: false, before: 0, found: 1))
  }

  @Test func aGoIsGoodForOneTick() throws {
    var executor = try started()
    try executor.report(words((0, 0), (1, 1)))
    let found = refusal(executor, words((0, 0), (1, 2)))
    #expect(found == .progress(robot: 1, wasTold: false, before: 1, found: 2))
  }

  @Test func ticksThatFallAreRefused() throws {
    var executor = try started()
    var go = [false, false]
    try executor.report(words((0, 0), (1, 1)))
    executor.commands(&go)
    let found = refusal(executor, words((0, 0), (1, 0)))
    #expect(found == .progress(robot: 1, wasTold: true, before: 1, found: 0))
  }

  @Test func anActionThatEndsTooEarlyIsRefused() throws {
    let found = refusal(try started(), words((0, 0), (2, 0)))
    #expect(found == .early(robot: 1, wasTold: true, before: 0, limit: 3))
  }

  @Test func anActionThatEndsWithoutGoIsRefused() throws {
    var executor = try started()
    var go = [false, false]
    for ticks in Int32(1)...2 {
      try executor.report(words((0, 0), (1, ticks)))
      if ticks == 1 { executor.commands(&go) }
    }
    let found = refusal(executor, words((0, 0), (2, 0)))
    #expect(found == .early(robot: 1, wasTold: false, before: 2, limit: 3))
  }

  @Test func theNextActionHasNotBegunWhenOneEnds() throws {
    var executor = try started()
    var go = [false, false]
    for ticks in Int32(1)...2 {
      try executor.report(words((0, 0), (1, ticks)))
      executor.commands(&go)
    }
    let found = refusal(executor, words((0, 0), (2, 1)))
    #expect(found == .progress(robot: 1, wasTold: true, before: 2, found: 1))
  }
}
