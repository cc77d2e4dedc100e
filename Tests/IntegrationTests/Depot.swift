import Foundation
import Glibc
import Testing

/// A server, robots and operators of one test: real processes on a store of their own.
final class Depot {
  let folder: String
  /// The server's store.
  let state: String
  let site: String
  let scale: Double
  private let origin = Int64(Date().timeIntervalSince1970 * 1_000_000)
  private(set) var server: Running?
  private(set) var robots: Running?

  /// - Parameter scale: virtual seconds a real second.
  init(site: String = "campus", scale: Double = 20) throws {
    folder = try BrokerFixture.makeDirectory()
    state = folder + "/state"
    self.site = site
    self.scale = scale
  }

  deinit {
    for process in [robots, server] { process?.stop(SIGKILL) }
    server = nil
    robots = nil
    BrokerFixture.removeTree(folder)
  }

  var credentials: String { folder + "/robots.json" }
  var report: String { folder + "/report.json" }
  private var time: [String] { ["--time-scale", "\(scale)", "--time-origin", "\(origin)"] }

  // MARK: Processes

  /// Starts `drover` and does not wait.
  func start(_ arguments: [String]) throws -> Running {
    try Running([try Drover.path] + arguments, in: folder)
  }

  /// Runs `drover` to its end.
  func run(_ arguments: [String]) throws -> Outcome {
    let process = try start(arguments)
    let status = process.wait()
    return Outcome(arguments: arguments, status: status, out: process.out, err: process.err)
  }

  /// Runs an operator command on this depot's store.
  func command(_ line: String, json: Bool = false) throws -> Outcome {
    try run(words(line) + ["--state", state] + (json ? ["--json"] : []))
  }

  /// Starts an operator command on this depot's store.
  func startCommand(_ line: String) throws -> Running {
    try start(words(line) + ["--state", state])
  }

  private func words(_ line: String) -> [String] { line.split(separator: " ").map(String.init) }

  // MARK: The fleet

  /// Makes credentials in the store (where no server runs) or through the server.
  func enrol(_ names: [String]) throws {
    for name in names {
      let outcome = try run([
        "robot", "enrol", name, "--state", state, "--credentials", credentials,
      ])
      try #require(outcome.status == 0, "\(outcome)")
    }
  }

  /// The names of a fleet of `size`, enrolled.
  func enrolFleet(_ size: Int) throws { try enrol(try fleet(size)) }

  /// As the site deals them out.
  func fleet(_ size: Int) throws -> [String] {
    try SwarmNames.fleet(of: "\(Drover.root)/Maps/\(site)", size: size)
  }

  /// Starts the server and waits until it answers.
  func serve(_ more: [String] = []) throws {
    let process = try start(["serve", site, "--state", state, "--log-level", "info"] + time + more)
    server = process
    let isUp = try eventually {
      try process.status != nil || command("zone list").status == 0
    }
    try #require(isUp && process.status == nil, "the server is up: \(process.err)")
  }

  /// Starts a server and does not wait for it.
  func startServer(_ more: [String]) throws -> Running {
    let process = try start(["serve", site, "--state", state, "--log-level", "info"] + time + more)
    server = process
    return process
  }

  /// Starts the robots and waits until all of them are at work.
  func startRobots(_ size: Int, _ more: [String] = []) throws {
    robots = try start(
      [
        "robots", site, "--state", state, "--credentials", credentials, "--count", "\(size)",
        "--report", report,
      ] + time + more)
    let areThere = try eventually { try online().count == size }
    let list = try command("robot list")
    try #require(areThere, "\(robots?.err ?? "")\n\(list)")
  }

  /// The robots that are in session, fresh and located.
  func online() throws -> [String] {
    let outcome = try command("robot list", json: true)
    guard outcome.status == 0 else { return [] }
    return try outcome.array().filter {
      $0["session"] as? String == "online" && $0["cell"] != nil
        && $0["freshness"] as? String == "fresh"
    }.compactMap { $0["id"] as? String }
  }

  // MARK: Tasks

  /// Submits and does not wait. - Returns: the task as told.
  func submit(_ line: String) throws -> [String: Any] {
    let outcome = try command("task submit \(line)", json: true)
    try #require(outcome.status == 0, "\(outcome)")
    return try outcome.object()
  }

  /// All tasks, by key; empty while the server is away.
  func tasks() throws -> [String: [String: Any]] {
    let outcome = try command("task list --all --limit 1000", json: true)
    guard outcome.status == 0 else { return [:] }
    let tasks = try outcome.array()
    return Dictionary(
      tasks.map { ($0["key"] as? String ?? "", $0) },
      uniquingKeysWith: { a, _ in
        Issue.record("two tasks of one key: \(a)")
        return a
      })
  }

  /// Waits until all of them have ended. - Returns: what is known of them then.
  func awaitEnds(
    _ keys: [String]
  ) throws -> [String: [String: Any]] {
    var last: [String: [String: Any]] = [:]
    let haveEnded = try eventually {
      last = try tasks()
      return keys.allSatisfy { last[$0]?["ended"] as? Bool == true }
    }
    if !haveEnded {
      let (tasks, robots) = (try command("task list --all"), try command("robot list"))
      Issue.record("\(tasks)\n\(robots)\n\(server?.err.suffix(2000) ?? "")")
    }
    return last
  }

  /// Ends the robots in order. - Returns: what they have seen.
  func endRobots() throws -> [String: Any] {
    let process = try #require(robots)
    #expect(process.stop(SIGINT) == 0, "\(process.err)")
    let data = try #require(FileManager.default.contents(atPath: report), "\(process.err)")
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// Ends the robots; they never touched one another, nor passed their release.
  /// - Returns: what else they had to say.
  @discardableResult
  func expectCleanDriving() throws -> [String] {
    let seen = try endRobots()
    let status = try #require(seen["status"] as? [String: Any])
    #expect(status["collisions"] as? Int == 0, "\(seen)")
    #expect(seen["overruns"] as? Int == 0, "\(seen)")
    return try #require(seen["problems"] as? [String])
  }

  /// Ends the server in order.
  func endServer() throws {
    let process = try #require(server)
    #expect(process.stop(SIGINT) == 0, "\(process.err)")
  }
}
