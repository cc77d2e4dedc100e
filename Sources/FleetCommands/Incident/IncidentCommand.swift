import ArgumentParser
import Determinism
import FleetServer
import Foundation

/// `drover incident`
struct IncidentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "incident", abstract: "Keep what the flight recorder holds of an incident.",
    subcommands: [Export.self])

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write everything that is needed to go through an incident again into one file.",
      discussion: """
        The server records every input (`drover serve --flight-mb`). The file holds the run from at \
        least 90 s before the given time to 90 s after it, the state it went on from and the site; \
        `drover replay` goes through it. Works while the server runs, and after it has ended.

        EXAMPLES
          drover incident export last.drover
          drover incident export jam.drover --at 2026-11-22T14:03:00Z --state /var/lib/drover/harbour
        """)
    @Argument(help: "The file to write.") var file: String
    @Option(help: ArgumentHelp("When it was (ISO 8601); default: now.", valueName: "time"))
    var at: String?
    @Option(help: ArgumentHelp("What to show before that.", valueName: "seconds"))
    var before = 90
    @Option(help: ArgumentHelp("How much of the time after it to keep.", valueName: "seconds"))
    var after = 90
    @Option(help: ArgumentHelp("The server's state directory.", valueName: "dir"))
    var state: String?
    @Option(help: "The server's site, in the standard place.") var site: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard before >= 0, after >= 0 else {
        throw ValidationError("--before and --after are 0 or more")
      }
      if let at, TimeArgument.read(at, now: .zero) == nil {
        throw ValidationError("--at \(at): give a time like 2026-11-22T14:03:00Z")
      }
    }

    func run() throws {
      let directory = try StateDirectory.find(
        given: state, site: site, environment: CommandContext.current.environment)
      let incident: Incident
      let bytes: [UInt8]
      do throws(FlightError) {
        incident = try Incident(
          state: directory, at: at.flatMap { TimeArgument.read($0, now: .zero) },
          before: .seconds(before), after: .seconds(after))
        bytes = try incident.bytes()
      } catch {
        throw CommandFailure(
          "recording", error.description, hint: "a server records unless it runs with --flight-mb 0"
        )
      }
      guard FileManager.default.createFile(atPath: file, contents: Data(bytes)) else {
        throw CommandFailure("file", "cannot write \(file)")
      }
      let isWhole = incident.isWhole
      try output.print(ExportJSON(file: file, bytes: bytes.count, isWhole: isWhole)) {
        ["\(file): \(bytes.count) bytes"]
          + (isWhole
            ? ["go through it with: drover replay \(file)"]
            : [
              "how the server stood before that time is no longer recorded: a replay shows what was "
                + "heard, not what was done about it (more is kept with a larger --flight-mb)"
            ])
      }
    }
  }
}

private struct ExportJSON: Encodable {
  var file: String
  var bytes: Int
  /// Whether the state it goes on from is in it.
  var isWhole: Bool
}
