import CLinux
import Foundation
import Glibc
import Testing

/// The real `drover` program, from the build that the tests belong to.
enum Drover {
  /// Beside the bundle of the tests.
  static var path: String {
    get throws {
      let bundle = try #require(Bundle.main.executablePath)
      let program = URL(fileURLWithPath: bundle).deletingLastPathComponent()
        .appendingPathComponent("drover").path
      try #require(access(program, X_OK) == 0, "there is no \(program): `swift build` makes it")
      return program
    }
  }

  /// The folder of the checkout.
  static var root: String {
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/")
  }

  static var environment: [String] {
    [
      "DROVER_MAPS=\(root)/Maps", "HOME=/nonexistent", "LC_ALL=C.UTF-8",
      "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    ]
  }
}

/// A process of a test, with its words in files. It is killed when this value goes.
final class Running {
  let id: pid_t
  private let output: String
  private let errors: String
  private var ended: Int32?

  init(
    _ arguments: [String], in folder: String, environment: [String] = Drover.environment
  ) throws {
    let name = "\(folder)/run-\(UInt32.random(in: .min ... .max))"
    output = name + ".out"
    errors = name + ".err"
    id = Spawner.shared.start(
      arguments, environment: environment, output: output, errors: errors)
    try #require(id > 0, "cannot start \(arguments)")
  }

  deinit { stop(SIGKILL) }

  /// The exit code (128 + signal if killed), or nil while it runs.
  var status: Int32? {
    if let ended { return ended }
    var status: Int32 = 0
    if waitpid(id, &status, WNOHANG) == id { ended = linux_exit_status(status) }
    return ended
  }

  /// What it has computed so far; 0 when it has ended.
  var processorSeconds: Double {
    let fields = FileManager.default.contents(atPath: "/proc/\(id)/stat").map {
      String(decoding: $0, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
    }
    // proc(5): the 14th and 15th field; two come before the bracket.
    guard let fields, fields.count > 12, let user = Double(fields[11]),
      let system = Double(fields[12])
    else { return 0 }
    return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  func signal(_ number: Int32) { if status == nil { kill(id, number) } }

  /// Sends a signal and waits for the end. - Returns: the exit code; nil when it goes on.
  @discardableResult
  func stop(_ number: Int32) -> Int32? {
    signal(number)
    return wait()
  }

  /// Waits for the end. - Returns: the exit code; nil when it goes on.
  func wait() -> Int32? {
    _ = eventually { status != nil }
    return status
  }

  var out: String { Self.text(output) }
  var err: String { Self.text(errors) }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}

/// What a program that has ended leaves.
struct Outcome: CustomStringConvertible {
  var arguments: [String]
  var status: Int32?
  var out: String
  var err: String

  var description: String {
    "drover \(arguments.joined(separator: " ")): exit \(status.map { "\($0)" } ?? "none")\n\(out)\(err)"
  }

  /// Standard output as one JSON object.
  func object() throws -> [String: Any] {
    try #require(try Self.json(out) as? [String: Any], "\(self)")
  }

  /// Standard output as a JSON array of objects.
  func array() throws -> [[String: Any]] {
    try #require(try Self.json(out) as? [[String: Any]], "\(self)")
  }

  /// The error that `--json` writes on standard error.
  func error() throws -> [String: Any] {
    let object = try #require(try Self.json(err) as? [String: Any], "\(self)")
    return try #require(object["error"] as? [String: Any], "\(self)")
  }

  private static func json(_ text: String) throws -> Any {
    do {
      return try JSONSerialization.jsonObject(with: Data(text.utf8))
    } catch {
      return NSNull()
    }
  }
}

/// How long anything is waited for that must come: only what fails takes so long, on the slowest
/// machine as well.
let patience = Duration.seconds(180)

/// Asks until it is so, at first every few milliseconds. - Returns: whether it became so in time.
@discardableResult
func eventually(_ isSo: () throws -> Bool) rethrows -> Bool {
  let deadline = ContinuousClock.now + patience
  var pause: UInt32 = 5_000
  while true {
    let start = ContinuousClock.now
    if try isSo() { return true }
    guard ContinuousClock.now < deadline else { return false }
    // A question that costs a process is not asked all the time.
    pause = start.duration(to: .now) > .milliseconds(20) ? 150_000 : min(20_000, pause + 1_000)
    usleep(pause)
  }
}

/// Whether a process is there (and no zombie).
func isAlive(_ id: pid_t) -> Bool {
  guard let text = FileManager.default.contents(atPath: "/proc/\(id)/stat") else { return false }
  let fields = String(decoding: text, as: UTF8.self).split(separator: ")").last ?? ""
  return !fields.hasPrefix(" Z")
}

/// The processes whose command line contains `text`: what a test has started is known by its folder.
func processes(naming text: String) -> [pid_t] {
  let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return entries.compactMap { pid_t($0) }.filter { id in
    guard id != getpid(), let data = FileManager.default.contents(atPath: "/proc/\(id)/cmdline")
    else { return false }
    return String(decoding: data, as: UTF8.self).contains(text) && isAlive(id)
  }
}
