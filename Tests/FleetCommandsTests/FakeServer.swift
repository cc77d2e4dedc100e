import Determinism
import FleetModel
import FleetPorts
import Foundation
import Grid
import Synchronization

@testable import FleetCommands

/// A server of canned replies, and everything a command wrote.
final class FakeServer: Sendable {
  struct Result: Equatable {
    var status: Int32
    var output: String
    var errors: String
    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  private struct State {
    var asked: [OperatorCommand] = []
    var replies: [OperatorReply]
    var output = ""
    var errors = ""
    var now = Instant(microseconds: 1_800_000_000_000_000)
    var connections = 0
  }

  private let state: Mutex<State>
  private let width: Int?
  private let environment: [String: String]
  let failure: CommandFailure?

  /// - Parameter failure: what every question ends in instead of a reply.
  init(
    _ replies: [OperatorReply] = [], width: Int? = 80, failure: CommandFailure? = nil,
    environment: [String: String] = [:]
  ) {
    state = Mutex(State(replies: replies))
    self.width = width
    self.failure = failure
    self.environment = environment
  }

  var asked: [OperatorCommand] { state.withLock { $0.asked } }
  var connections: Int { state.withLock { $0.connections } }

  func run(_ line: String) -> Result { run(line.split(separator: " ").map(String.init)) }

  func run(_ arguments: [String]) -> Result {
    let status = CommandContext.$current.withValue(context) {
      DroverCommand.status(of: arguments)
    }
    return state.withLock { Result(status: status, output: $0.output, errors: $0.errors) }
  }

  private var context: CommandContext {
    CommandContext(
      write: { text in self.state.withLock { $0.output += text } },
      writeError: { text in self.state.withLock { $0.errors += text } },
      width: width, environment: environment.merging(["NO_COLOR": "1"]) { $1 },
      clock: FakeClock(server: self),
      sleep: { time in self.state.withLock { $0.now = $0.now + time } },
      access: { options throws(CommandFailure) in try options.access() },
      connect: { _, _ throws(CommandFailure) in
        self.state.withLock { $0.connections += 1 }
        return FakeChannel(server: self)
      })
  }

  fileprivate func answer(_ command: OperatorCommand) throws(CommandFailure) -> OperatorReply {
    let reply: OperatorReply? = state.withLock {
      $0.asked.append(command)
      return $0.replies.isEmpty ? nil : $0.replies.removeFirst()
    }
    if let reply { return reply }
    throw failure
      ?? CommandFailure("timeout", "no answer", hint: "try again", status: .unreachable)
  }

  fileprivate var now: Instant { state.withLock { $0.now } }
}

private struct FakeClock: WallClock {
  let server: FakeServer
  func now() -> Instant { server.now }
}

private final class FakeChannel: OperatorChannel {
  let server: FakeServer
  init(server: FakeServer) { self.server = server }

  func ask(
    _ command: OperatorCommand, patience: Duration
  ) throws(CommandFailure) -> OperatorReply { try server.answer(command) }

  func takeNotices() -> [FleetNotice] { [] }
}

// MARK: - Samples

func id<Tag>(_ text: String) -> Identifier<Tag> {
  do { return try Identifier(text) } catch { fatalError("\(error)") }
}

let start = Instant(microseconds: 1_800_000_000_123_456)

func task(
  _ number: Int, _ state: TaskState = .underway,
  _ body: TaskBody = .goTo(GoTo(target: .station(id("cafe"))))
) -> TaskRecord {
  var task = TaskRecord(
    id: id("t-\(number)"), key: id("key-\(number)"), owner: id("ann"),
    spec: TaskSpec(body: body, priority: 4, robot: nil), state: state, submitted: start)
  task.robot = id("van-\(number)")
  task.progressPermille = 250
  task.note = "driving to cafe"
  return task
}

func robot(_ name: String) -> RobotView {
  var robot = RobotView(id: id(name))
  robot.vehicleClass = id("delivery-van")
  robot.session = .online
  robot.freshness = .fresh
  robot.cell = Cell(x: 12, y: 34)
  robot.position = Point(x: 12_500, y: 34_500)
  robot.headingMillidegrees = 90_000
  robot.speedMillimetresPerSecond = 1450
  robot.energyPermille = 734
  robot.task = id("t-1")
  robot.activity = "waiting for van-7 at (13, 34), which waits for a bay of the loading dock"
  return robot
}
