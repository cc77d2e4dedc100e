import ArgumentParser

/// The one program.
///
/// How to read this folder: each sub-folder holds one family of commands. `Console` is what they
/// print with, `Connection` how they reach a server; a command parses, asks its `OperatorChannel`
/// and renders the reply.
public struct DroverCommand: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "drover",
    abstract: "A fleet controller for low-speed unmanned vehicles.",
    discussion: """
      One server takes tasks from operators, assigns them, plans every vehicle's way and releases \
      road to it piece by piece over MQTT.

      EXAMPLES
        drover serve campus &                  run the server of a site
        drover task submit deliver --from refectory --to library --wait
        drover watch                           see it happen
        drover explain robot courier-3         why is it waiting?

      EXIT CODES
        0   done
        1   refused by the server, or failed
        3   no server, or no answer from it
        64  wrong usage
      Commands with more of them say so in their help.
      """,
    version: version,
    subcommands: [
      DemoCommand.self, ServeCommand.self, RobotsCommand.self, SimulateCommand.self,
      TaskCommand.self, RobotCommand.self, StationCommand.self, ZoneCommand.self,
      WatchCommand.self, ExplainCommand.self, OperatorsCommand.self, MapCommand.self,
      PlanCommand.self, BenchCommand.self, IncidentCommand.self, ReplayCommand.self,
    ])

  /// The release.
  public static let version = "0.1.0"

  public init() {}

  /// Runs the command in the arguments of this process and ends it with the command's exit code.
  public static func main() {
    let status = status(of: Array(CommandLine.arguments.dropFirst()))
    if status != 0 { exit(withError: ExitCode(status)) }
  }

  /// Runs the command in `arguments`, prints what there is to say, and returns the exit code.
  static func status(of arguments: [String]) -> Int32 {
    do {
      var command = try parseAsRoot(arguments)
      try command.run()
      return 0
    } catch let failure as CommandFailure {
      let json = arguments.contains("--json")
      CommandContext.current.printError(json ? failure.json : failure.description)
      return failure.status.rawValue
    } catch {
      return tell(error)
    }
  }

  /// Prints help, completions or what is wrong with the usage.
  private static func tell(_ error: any Error) -> Int32 {
    let context = CommandContext.current
    let status = exitCode(for: error).rawValue
    let text = fullMessage(for: error)
    if !text.isEmpty { status == 0 ? context.print(text) : context.printError(text) }
    return status
  }
}
