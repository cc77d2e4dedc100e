import Determinism
import FleetModel
import FleetPorts
import FleetServer
import FleetStore
import Foundation
import MQTTTransport
import Site

/// The processes of a demonstration and how they are started.
struct DemoRun {
  let site: Site
  let sitePath: String
  let directory: String
  let robots: Int
  let timeScale: Double
  let seed: UInt64
  let faults: (stops: Double, linkLosses: Double)
  /// When virtual and real time were equal; shared by all processes, and kept over restarts.
  let origin = SystemClock().now()

  var robotsReport: String { directory + "/robots-report.json" }

  /// Makes credentials for the robots that have none yet.
  func enrol() throws {
    let fleet = try SwarmRobot.fleet(of: site, size: robots, seed: Seed(seed))
    let file = directory + "/robots.json"
    do {
      // Opened whatever is needed of it: what is wrong with it is said here and now.
      let store = try SQLiteStore(directory: directory)
      let known = Set(try CredentialsFile.read(file).map(\.name))
      let names = fleet.map(\.id.text).filter { !known.contains($0) }
      guard !names.isEmpty else { return }
      let enrolments = Enrolments(store, hash: CredentialDesk.hash)
      let passwords = try enrolments.enrol(
        names: names, role: .robot, by: "demo",
        timeMicroseconds: SystemClock().now().microseconds)
      try CredentialsFile.add(
        zip(names, passwords).map { Credential(name: $0, password: $1) }, to: file)
    } catch let error as StoreError {
      throw CommandFailure(error)
    } catch let error as EnrolmentError {
      throw CommandFailure(error.refusal)
    }
  }

  func startServer() throws(CommandFailure) -> ChildProcess {
    try start(
      ["serve", sitePath, "--state", directory, "--log-level", "info"] + time, log: "server.log")
  }

  func startRobots() throws(CommandFailure) -> ChildProcess {
    try start(
      [
        "robots", sitePath, "--state", directory, "--count", "\(robots)", "--seed", "\(seed)",
        "--report", robotsReport, "--stops", "\(faults.stops)",
        "--link-losses", "\(faults.linkLosses)",
      ] + time, log: "robots.log")
  }

  private var time: [String] {
    ["--time-scale", "\(timeScale)", "--time-origin", "\(origin.microseconds)"]
  }

  private func start(
    _ arguments: [String], log: String
  ) throws(CommandFailure) -> ChildProcess {
    guard let program = Bundle.main.executablePath else {
      throw CommandFailure("process", "the path of this program is unknown")
    }
    do throws(BrokerError) {
      let environment = ["DROVER_MAPS", "HOME", "TMPDIR"].compactMap { name in
        ProcessInfo.processInfo.environment[name].map { "\(name)=\($0)" }
      }
      return try ChildProcess(
        [program] + arguments, log: "\(directory)/\(log)", environment: environment)
    } catch {
      throw CommandFailure("process", error.description)
    }
  }

  /// The last words of a child, for an error message.
  func lastWords(_ log: String) -> String {
    guard let data = FileManager.default.contents(atPath: "\(directory)/\(log)") else { return "" }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(3)
      .joined(separator: "\n")
  }
}
