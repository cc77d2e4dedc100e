import FleetModel
import Foundation
import Testing

@testable import FleetCommands

@Suite struct ExitCodeTests {
  @Test func aRefusalIsOneWithItsHint() {
    let refusal = Refusal(.unknownStation, "no station kafe", hint: "did you mean cafe?")
    let server = FakeServer([.refused(refusal)])
    let result = server.run("task submit goto --station kafe")
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    #expect(result.errors == "error: no station kafe\nhint: did you mean cafe?\n")
  }

  @Test func refusalsAreJSONOnStandardErrorToo() {
    let refusal = Refusal(.wrongCode, "wrong code")
    let result = FakeServer([.refused(refusal)]).run("task release t-1 --code 1 --json")
    #expect(result.status == 1)
    #expect(result.errors == #"{"error":{"code":"wrongCode","message":"wrong code"}}"# + "\n")
  }

  @Test func silenceIsThree() {
    let result = FakeServer().run("robot list")
    #expect(result.status == 3)
    #expect(result.errors == "error: no answer\nhint: try again\n")
  }

  @Test func anUnansweredSubmissionTellsItsKey() {
    let result = FakeServer().run("task submit sweep --area plaza --key k1")
    #expect(result.status == 3)
    #expect(result.errors.contains("submitting again with --key k1 is safe"))
  }

  @Test func anotherKindOfAnswerIsAFailure() {
    #expect(FakeServer([.done]).run("task list").status == 1)
    #expect(FakeServer([.robots([])]).run("robot show van-1").status == 1)
  }

  @Test func waitingEndsWithTheTask() {
    var half = task(1)
    half.progressPermille = 500
    var done = task(1, .completed)
    done.progressPermille = 1000
    let server = FakeServer([.task(task(1)), .task(half), .task(half), .task(done)])
    let result = server.run("task submit goto --station cafe --wait")
    #expect(result.status == 0)
    #expect(
      result.lines == [
        "t-1 submitted (key key-1)", "t-1 underway 25% van-1: driving to cafe",
        "t-1 underway 50% van-1: driving to cafe", "t-1 completed 100% van-1: driving to cafe",
      ])
  }

  @Test func waitingForAFailedTaskIsOne() {
    let server = FakeServer([.task(task(1)), .task(task(1, .failed(.unreachable)))])
    let result = server.run("task submit goto --station cafe --wait --json")
    #expect(result.status == 1)
    #expect(result.lines.count == 1)
    #expect(result.output.contains(#""state":"failed""#))
    #expect(result.errors.contains(#""code":"failed""#))
  }

  @Test func waitingOutlivesARestartButNotForEver() {
    let server = FakeServer([.task(task(1))])
    let result = server.run("task submit goto --station cafe --wait")
    #expect(result.status == 3)
    #expect(server.connections > 100)
    #expect(result.errors.contains("the task is kept, still trying"))
  }

  @Test func someOfManyEnrolledAreStillShown() {
    let server = FakeServer([
      .credential(name: "v1", password: "s1"), .refused(Refusal(.exists, "there is a robot v2")),
    ])
    let result = server.run("robot enrol --prefix v --count 3")
    #expect(result.status == 1)
    #expect(result.lines == ["NAME  PASSWORD", "v1    s1"])
    #expect(result.errors == "error: there is a robot v2\n")
  }
}
