import ArgumentParser
import FleetModel

/// `drover task`
struct TaskCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "task", abstract: "Submit, list and steer tasks.",
    subcommands: [
      SubmitCommand.self, List.self, Show.self, Cancel.self, Pause.self, Resume.self, Release.self,
    ])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List tasks, newest first.",
      discussion: "EXAMPLE\n  drover task list --all --kind deliver --limit 20")
    @Flag(help: "Also those that have ended.") var all = false
    @Option(help: "Only this kind: deliver, patrol, sweep or goto.") var kind: TaskKind?
    @Option(help: "Only those of this robot.") var robot: RobotID?
    @Option(help: "At most so many, 1 to 10000.") var limit: Int32 = 100
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
      guard (1...10_000).contains(limit) else {
        throw ValidationError("--limit goes from 1 to 10000")
      }
    }

    func run() throws {
      let filter = TaskFilter(ended: all, kind: kind, robot: robot, limit: limit)
      let reply = try connection.channel().ask(.listTasks(filter))
      guard case .tasks(let tasks) = reply else { throw reply.unexpected }
      try output.print(tasks.map(TaskJSON.init)) {
        TaskText.list(tasks, width: CommandContext.current.width)
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Everything known of one task.")
    @Argument var task: TaskID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws {
      try connection.channel().showTask(.showTask(task), output) { TaskText.details($0) }
    }
  }

  struct Cancel: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Cancel a task.",
      discussion: "The robot stops working on it where it can; what it has loaded stays loaded.")
    @Argument var task: TaskID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws { try connection.channel().steer(.cancelTask(task), "cancel", task, output) }
  }

  struct Pause: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Hold a task until it is resumed.")
    @Argument var task: TaskID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws { try connection.channel().steer(.pauseTask(task), "pause", task, output) }
  }

  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Go on with a paused task.")
    @Argument var task: TaskID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws { try connection.channel().steer(.resumeTask(task), "resume", task, output) }
  }

  struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a delivery's code, so that the robot hands the load out.",
      discussion: "EXAMPLE\n  drover task release t17 --code 4711")
    @Argument var task: TaskID
    @Option(help: "The code given with `task submit deliver --code`.") var code: String
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws {
      let command = OperatorCommand.releaseTask(task, code: code)
      try connection.channel().steer(command, "release", task, output)
    }
  }
}

extension ConnectionOptions {
  /// A channel to the server that is meant.
  func channel() throws(CommandFailure) -> any OperatorChannel {
    try CommandContext.current.connect(self, false)
  }
}

/// What `--json` prints for a request that has no other answer.
struct DoneJSON: Encodable {
  var done = true
  var action: String
  var subject: String
}

extension OperatorChannel {
  /// Asks for something to be done to `subject`; prints the task it is about, or that it is done.
  func steer(
    _ command: OperatorCommand, _ action: String, _ subject: some CustomStringConvertible,
    _ output: OutputOptions
  ) throws(CommandFailure) {
    switch try ask(command) {
    case .done:
      let done = DoneJSON(action: action, subject: subject.description)
      try output.print(done) { ["\(action) \(subject): done"] }
    case .task(let task):
      try output.print(TaskJSON(task)) { ["\(action) \(subject): \(TaskText.state(task.state))"] }
    case let reply: throw reply.unexpected
    }
  }

  /// Asks for one task and prints it.
  func showTask(
    _ command: OperatorCommand, _ output: OutputOptions, text: (TaskRecord) -> [String]
  ) throws(CommandFailure) {
    let reply = try ask(command)
    guard case .task(let task) = reply else { throw reply.unexpected }
    try output.print(TaskJSON(task)) { text(task) }
  }
}
