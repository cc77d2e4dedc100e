import FleetModel
import FleetStore
import Foundation
import Testing

@testable import FleetCommands

/// A directory of its own for one test, removed with it.
final class Scratch {
  let path: String
  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("drover-commands-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The state of a server for `site`, as if it ran until the lock is dropped.
  func serve(_ site: String) throws -> (directory: String, lock: StoreLock) {
    let directory = path + "/drover/" + site
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try access(site).write(toState: directory)
    return (directory, try StoreLock(directory: directory))
  }

  func access(_ site: String) -> OperatorAccess {
    OperatorAccess(
      site: id(site), host: "127.0.0.1", port: 18830, robotPort: 18831, user: id("local"),
      password: "secret", sitePath: "/maps/\(site)/site.yaml")
  }
}

@Suite struct ConnectionTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  /// What `arguments` lead to, with the standard place of stores in the scratch directory.
  private func access(
    _ arguments: [String], _ more: [String: String] = [:]
  ) throws -> OperatorAccess {
    let options = try ConnectionOptions.parse(arguments)
    var context = CommandContext.process
    context.environment = ["XDG_STATE_HOME": scratch.path].merging(more) { $1 }
    return try CommandContext.$current.withValue(context) { try options.access() }
  }

  private func failure(
    _ arguments: [String], _ more: [String: String] = [:]
  ) -> CommandFailure? {
    #expect(throws: CommandFailure.self) { try access(arguments, more) }
  }

  @Test func theOnlyRunningServerIsMeant() throws {
    let campus = try scratch.serve("campus")
    do { _ = try scratch.serve("harbour") }
    #expect(try access([]) == scratch.access("campus"))
    #expect(try access(["--site", "campus"]) == scratch.access("campus"))
    #expect(try access(["--state", campus.directory]) == scratch.access("campus"))
    #expect(try access([], ["DROVER_STATE": campus.directory]) == scratch.access("campus"))
    withExtendedLifetime(campus.lock) {}
  }

  @Test func ofSeveralServersOneMustBeNamed() throws {
    let servers = [try scratch.serve("campus"), try scratch.serve("harbour")]
    let refused = try #require(failure([]))
    #expect(refused.status == .unreachable)
    #expect(refused.message.hasSuffix(": campus, harbour"))
    #expect(refused.hint == "say which with --site NAME or --state DIR")
    #expect(try access(["--site", "harbour"]) == scratch.access("harbour"))
    withExtendedLifetime(servers) {}
  }

  @Test func withoutAServerItIsSaidHowToStartOne() throws {
    #expect(failure([])?.hint.hasPrefix("start one with `drover serve SITE`") == true)
    let nowhere = try #require(failure(["--state", "/nowhere/x"]))
    #expect(nowhere.message == "no server state in /nowhere/x")
    #expect(nowhere.hint == "start one with `drover serve SITE --state /nowhere/x`")
    #expect(nowhere.status == .unreachable)
    let directory = try scratch.serve("campus").directory
    let ended = try #require(failure(["--state", directory]))
    #expect(ended.message == "no server is running on \(directory)")
    #expect(ended.hint == "start one with `drover serve campus --state \(directory)`")
  }

  @Test func anotherSiteThanNamedIsRefused() throws {
    let campus = try scratch.serve("campus")
    let refused = failure(["--state", campus.directory, "--site", "harbour"])
    #expect(refused?.message.contains("serves campus, not harbour") == true)
    withExtendedLifetime(campus.lock) {}
  }

  @Test func aDamagedFileIsNamed() throws {
    let campus = try scratch.serve("campus")
    let path = OperatorAccess.path(inState: campus.directory)
    try "{".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(failure(["--state", campus.directory])?.message.contains("\(path) is damaged") == true)
    withExtendedLifetime(campus.lock) {}
  }

  @Test func aBrokerIsNamedWithItsCredentials() throws {
    let file = scratch.path + "/password"
    try "secret\n".write(toFile: file, atomically: true, encoding: .utf8)
    let rest = ["--site", "campus", "--user", "bob", "--password-file", file]
    let access = try access(["--broker", "mqtts://example.org"] + rest)
    #expect(access.endpoint.url == "mqtts://example.org:8883")
    #expect(access.password == "secret")
    #expect(failure(["--broker", "http://example.org"] + rest)?.code == "invalid")
    #expect(
      failure([
        "--broker", "mqtt://h", "--site", "s", "--user", "u", "--password-file", "/nowhere/p",
      ])?.message == "cannot read /nowhere/p")
  }

  @Test func secretsAreTheirOwnersAlone() throws {
    let directory = try scratch.serve("campus").directory
    let credentials = scratch.path + "/robots.json"
    try CredentialsFile.add([Credential(name: "van-2", password: "b")], to: credentials)
    try CredentialsFile.add(
      [Credential(name: "van-1", password: "a"), Credential(name: "van-2", password: "c")],
      to: credentials)
    #expect(
      try CredentialsFile.read(credentials) == [
        Credential(name: "van-1", password: "a"), Credential(name: "van-2", password: "c"),
      ])
    for path in [OperatorAccess.path(inState: directory), credentials] {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }
  }

  @Test func theStandardPlaceFollowsTheEnvironment() {
    #expect(
      StateDirectory.standard(site: "campus", environment: ["HOME": "/home/ann"])
        == "/home/ann/.local/state/drover/campus")
    #expect(
      StateDirectory.standard(site: "campus", environment: ["XDG_STATE_HOME": "/s"])
        == "/s/drover/campus")
    #expect(
      StateDirectory.standard(site: "campus", environment: ["DROVER_STATE": "/d"]) == "/d")
  }
}
