import ArgumentParser
import FleetModel
import FleetPorts

/// `drover robot enrol`
struct EnrolRobot: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enrol", abstract: "Make credentials for a robot, or for many.",
    discussion: """
      The password is shown once; the server keeps only its hash. Where no server runs on --state \
      DIR, the credential is made in the store.

      EXAMPLES
        drover robot enrol van-1
        drover robot enrol --prefix van- --count 50 --credentials robots.json
      """)
  @Argument(help: "The robot's name.") var name: RobotID?
  @Option(help: "So many robots: PREFIX1, PREFIX2 …") var count: Int?
  @Option(help: "What their names begin with.") var prefix: String?
  @Option(help: ArgumentHelp("Add names and passwords to this file.", valueName: "file"))
  var credentials: String?
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  func validate() throws { _ = try names() }

  func run() throws {
    let names = try names()
    let desk = try EnrolmentDesk(connection)
    // What cannot be kept is not made.
    if let credentials { try CredentialsFile.add([], to: credentials) }
    var made: [Credential] = []
    do throws(CommandFailure) {
      try desk.enrol(names, .robot) { made.append($0) }
    } catch {
      try EnrolmentOutput.print(made, to: credentials, output)
      throw error
    }
    try EnrolmentOutput.print(made, to: credentials, output)
  }

  private func names() throws(ValidationError) -> [String] {
    switch (name, count, prefix) {
    case (let name?, nil, nil): return [name.text]
    case (nil, let count?, let prefix):
      guard (1...10_000).contains(count) else {
        throw ValidationError("--count goes from 1 to 10000")
      }
      let names = (1...count).map { "\(prefix ?? "robot-")\($0)" }
      guard names.allSatisfy(RobotID.isValid) else {
        throw ValidationError("--prefix: names are 1 to 64 of A-Z a-z 0-9 _ -")
      }
      return names
    case (nil, nil, _), (.some, .some, _), (.some, nil, .some):
      throw ValidationError("give either a NAME or --count N [--prefix P]")
    }
  }
}

/// `drover robot remove`
struct RemoveRobot: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take a robot's credentials away.",
    discussion: """
      It is disconnected; tasks that it has not loaded go to others. Where it may still be on the \
      road its cells stay blocked until somebody has looked: see `drover robot clear`.
      """)
  @Argument var robot: RobotID
  @OptionGroup var output: OutputOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  func run() throws {
    try EnrolmentDesk(connection).remove(robot.text, .robot)
    try output.print(DoneJSON(action: "remove", subject: robot.text)) { ["remove \(robot): done"] }
  }
}

/// `drover operator`
struct OperatorsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "operator", abstract: "Enrol and remove operators.",
    subcommands: [Enrol.self, Remove.self])

  struct Enrol: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make credentials for an operator.",
      discussion: """
        The password is shown once; the server keeps only its hash. From another machine the \
        operator then gives --broker URL --site SITE --user NAME --password-file FILE.
        """)
    @Argument(help: "The operator's name.") var name: OperatorID
    @Option(help: ArgumentHelp("Add name and password to this file.", valueName: "file"))
    var credentials: String?
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws {
      if let credentials { try CredentialsFile.add([], to: credentials) }
      var made: [Credential] = []
      try EnrolmentDesk(connection).enrol([name.text], .operator) { made.append($0) }
      try EnrolmentOutput.print(made, to: credentials, output)
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take an operator's credentials away.")
    @Argument(help: "The operator's name.") var name: OperatorID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws {
      try EnrolmentDesk(connection).remove(name.text, .operator)
      try output.print(DoneJSON(action: "remove", subject: name.text)) { ["remove \(name): done"] }
    }
  }
}

/// New credentials, shown once.
enum EnrolmentOutput {
  private struct Written: Encodable {
    var credentials: String
    var enrolled: Int
  }

  /// Prints `made`, or adds them to `file` and says so.
  static func print(
    _ made: [Credential], to file: String?, _ output: OutputOptions
  ) throws(CommandFailure) {
    if made.isEmpty { return }
    guard let file else {
      return try output.print(made) {
        Table(
          [.init("NAME"), .init("PASSWORD")], rows: made.map { [$0.name, $0.password] }
        ).lines(width: nil)
      }
    }
    try CredentialsFile.add(made, to: file)
    try output.print(Written(credentials: file, enrolled: made.count)) {
      ["\(made.count) enrolled, passwords in \(file)"]
    }
  }
}
