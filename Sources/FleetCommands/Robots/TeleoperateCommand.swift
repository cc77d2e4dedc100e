import ArgumentParser
import FleetModel

extension RobotCommand {
  struct Teleoperate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a robot over to drive it by hand, for a time.",
      discussion: """
        The robot stops, all that it may come to is blocked for others, and when everybody near it \
        stands it takes the word of whoever drives it, at up to 0.5 m/s. `drover robot show` tells \
        how far that is. How it is driven is its vendor's: a console, a joystick.

        The same command again renews the lease: the time counts from then on. It ends when the \
        time is over, with --release, when anybody pauses or stops the robot, and when robot or \
        server start anew. Then the robot stands, says where it is, and is the fleet's again.
        """)
    @Argument var robot: RobotID
    @Option(
      name: .customLong("for"),
      help: ArgumentHelp(
        "How long from now: a number with `s` or `m`, at most 10m (60s).", valueName: "time"))
    var time: LeaseArgument?
    @Flag(help: "Give the robot back to the fleet.")
    var release = false
    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Connection") var connection: ConnectionOptions

    func validate() throws {
      if release, time != nil {
        throw ValidationError("Give the robot back with --release, or drive it --for a time.")
      }
    }

    func run() throws {
      let command: OperatorCommand =
        release
        ? .endTeleoperation(robot)
        : .teleoperateRobot(robot, forMilliseconds: time?.milliseconds ?? 60_000)
      try connection.channel().steer(command, release ? "release" : "teleoperate", robot, output)
    }
  }
}

/// A time as typed: `90s` or `2m`, from 1 s to 10 minutes.
struct LeaseArgument: ExpressibleByArgument, Equatable {
  var milliseconds: Int64

  init?(argument: String) {
    let factors: [Character: Int64] = ["s": 1, "m": 60]
    guard let unit = argument.last, let factor = factors[unit],
      let count = Int64(argument.dropLast()), (1...600).contains(count),
      count * factor <= 600
    else { return nil }
    milliseconds = count * factor * 1000
  }
}
