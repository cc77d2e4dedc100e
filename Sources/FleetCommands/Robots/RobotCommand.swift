import ArgumentParser
import FleetModel

/// `drover robot`
struct RobotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "robot", abstract: "List, steer, take over, clear, enrol and remove robots.",
    subcommands: [
      List.self, Show.self, Pause.self, Resume.self, Stop.self, Park.self, Teleoperate.self,
      Clear.self, Level.self, EnrolRobot.self, RemoveRobot.self,
    ])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the robots.",
      discussion: "LINK is the session; suspect or lost where an online robot is silent.")
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws {
      let robots = try connection.channel().robots(.listRobots)
      try output.print(robots.map(RobotJSON.init)) {
        RobotText.list(robots, width: CommandContext.current.width)
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Everything known of one robot.")
    @Argument var robot: RobotID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws {
      let command = OperatorCommand.showRobot(robot)
      guard let view = try connection.channel().robots(command).first else {
        throw OperatorReply.robots([]).unexpected
      }
      try output.print(RobotJSON(view)) { RobotText.details(view) }
    }
  }

  struct Pause: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Have a robot stop where it can, until it is resumed.")
    @Argument var robot: RobotID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws { try connection.channel().steer(.pauseRobot(robot), "pause", robot, output) }
  }

  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a paused robot go on.")
    @Argument var robot: RobotID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws {
      try connection.channel().steer(.resumeRobot(robot), "resume", robot, output)
    }
  }

  struct Stop: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Have a robot brake at once and stay.",
      discussion: """
        This is an order like any other and takes the network's time: it is no emergency stop. \
        `drover robot resume` lets the robot go on.
        """)
    @Argument var robot: RobotID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws { try connection.channel().steer(.stopRobot(robot), "stop", robot, output) }
  }

  struct Park: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send an idle robot to a parking place.")
    @Argument var robot: RobotID
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws { try connection.channel().steer(.parkRobot(robot), "park", robot, output) }
  }

  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a robot that is gone off the map.",
      discussion: """
        A robot that is lost, off its road or removed keeps its cells blocked: nothing but its own \
        word frees them. Once somebody has seen that it is gone, this does. Refused while the \
        robot is heard, unless it stands off its road, and until it has surely stopped. A load \
        aboard counts as failed. Should it turn up again, it joins where it stands.
        """)
    @Argument var robot: RobotID
    @Flag(help: "Somebody has looked: the robot is not on the road any more.")
    var confirmed = false
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws {
      let command = OperatorCommand.clearRobot(robot, confirmed: confirmed)
      try connection.channel().steer(command, "clear", robot, output)
    }
  }

  struct Level: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Set how much the fleet makes of a robot.",
      discussion: """
        ignored     as if not there
        noticed     occupies its cells, is not routed
        respected   keeps the tasks it has, gets no new ones
        utilised    takes part fully
        """)
    @Argument var robot: RobotID
    @Argument(help: "ignored, noticed, respected or utilised") var level: IntegrationLevel
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func run() throws {
      let command = OperatorCommand.setIntegration(robot, level)
      try connection.channel().steer(command, level.rawValue, robot, output)
    }
  }
}

extension OperatorChannel {
  /// Asks for robots.
  func robots(_ command: OperatorCommand) throws(CommandFailure) -> [RobotView] {
    let reply = try ask(command)
    guard case .robots(let robots) = reply else { throw reply.unexpected }
    return robots
  }
}
