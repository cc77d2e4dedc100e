import ArgumentParser
import FleetModel

/// `drover explain`
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Why a robot waits, or a task is not done yet.",
    discussion: """
      A chain of reasons, from the question to its last cause.

      EXAMPLES
        drover explain robot courier-3
        drover explain task t17
      """,
    subcommands: [Robot.self, Task.self])

  struct Robot: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What a robot does and waits for.")
    @Argument var robot: RobotID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws { try connection.channel().explain(.explainRobot(robot), robot, output) }
  }

  struct Task: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Why a task is unassigned, waiting or late.")
    @Argument var task: TaskID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws { try connection.channel().explain(.explainTask(task), task, output) }
  }
}

private struct ExplanationJSON: Encodable {
  var subject: String
  var reasons: [String]
}

extension OperatorChannel {
  fileprivate func explain(
    _ command: OperatorCommand, _ subject: some CustomStringConvertible, _ output: OutputOptions
  ) throws(CommandFailure) {
    let reply = try ask(command)
    guard case .explanation(let reasons) = reply else { throw reply.unexpected }
    try output.print(ExplanationJSON(subject: subject.description, reasons: reasons)) {
      reasons.enumerated().map { depth, reason in
        depth == 0 ? reason : String(repeating: "  ", count: depth - 1) + "because " + reason
      }
    }
  }
}
