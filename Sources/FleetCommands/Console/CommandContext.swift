import FleetPorts
import Foundation

/// What commands use of the world around them; tests put their own in its place.
public struct CommandContext: Sendable {
  /// Standard output, as it is.
  public var write: @Sendable (String) -> Void
  /// Standard error, as it is.
  public var writeError: @Sendable (String) -> Void
  /// Columns of the terminal that standard output is; nil: no terminal, nothing is cut.
  public var width: Int?
  /// Waits for a key of somebody who looks on; nil: nobody does.
  var key: (@Sendable () -> UInt8?)?
  public var environment: [String: String]
  public var clock: any WallClock
  public var sleep: @Sendable (Duration) -> Void
  /// Address and credentials of the server that the options name.
  var access: @Sendable (ConnectionOptions) throws(CommandFailure) -> OperatorAccess
  /// Makes a channel to that server, with or without its notices.
  var connect:
    @Sendable (ConnectionOptions, _ notices: Bool) throws(CommandFailure) -> any OperatorChannel

  /// The context of the command that runs.
  @TaskLocal public static var current = CommandContext.process

  /// This process: its terminal, its environment, real time, a server over MQTT.
  static let process = CommandContext(
    write: { Terminal.write($0, to: 1) },
    writeError: { Terminal.write($0, to: 2) },
    width: Terminal.width(of: 1),
    key: Terminal.isWatched ? { @Sendable in Terminal.key() } : nil,
    environment: ProcessInfo.processInfo.environment,
    clock: SystemClock(),
    sleep: { Thread.sleep(forTimeInterval: $0.inSeconds) },
    access: { options throws(CommandFailure) in try options.access() },
    connect: { options, notices throws(CommandFailure) in
      try OperatorClient(try options.access(), notices: notices)
    })

  /// Whether colours are wanted (https://no-color.org).
  var colour: Bool { width != nil && (environment["NO_COLOR"] ?? "").isEmpty }

  /// Writes a line to standard output.
  func print(_ line: String) { write(line + "\n") }

  /// Writes a line to standard error.
  func printError(_ line: String) { writeError(line + "\n") }
}
