import Foundation
import Glibc
import Testing

/// What goes wrong before any robot moves: each with a clear message and an exit code that tells.
struct BadInputTests {
  /// Requests that a server with couriers and guards, but no sweeper, refuses.
  @Test func whatCannotBeDoneIsRefusedWithAReasonAndAWayOut() throws {
    let depot = try Depot()
    try depot.enrol(["courier-1", "guard-1"])
    try depot.serve()
    try depot.startRobots(try count(depot, of: ["courier-1", "guard-1"]))
    let table: [(line: String, code: String, message: String, hint: String)] = [
      ("deliver --from libary --to law", "unknownStation", "libary", "library"),
      ("deliver --from library --to lots", "unknownStation", "lots", ""),
      ("deliver --from law --to law", "invalid", "both law", "two stations"),
      ("deliver --from law --to arts --payload-grams 50000", "noCapableRobot", "50000", "40000 g"),
      ("deliver --from law --to charge-north-1", "invalid", "charger", "station"),
      ("patrol --route boundary --rounds 1", "unknownRoute", "boundary", "boundary-"),
      ("sweep --area fountian", "unknownArea", "fountian", "fountain"),
      ("sweep --area forum", "noCapableRobot", "no robot of this fleet", "robot list"),
      ("goto --station nowhere", "unknownStation", "nowhere", "known places"),
      ("goto --cell 0,0", "unreachable", "(0, 0)", "nearest cell"),
      ("goto --cell 5000,1", "invalid", "5000", ""),
      ("goto --station arts --robot courier-99", "unknownRobot", "courier-99", "robot list"),
      ("deliver --from law --to arts --robot guard-1", "noCapableRobot", "guard-1", "--robot"),
    ]
    for row in table {
      let outcome = try depot.command("task submit \(row.line)", json: true)
      #expect(outcome.status == 1, "\(outcome)")
      guard outcome.status == 1 else { continue }
      let error = try outcome.error()
      #expect(error["code"] as? String == row.code, "\(outcome)")
      #expect((error["message"] as? String ?? "").contains(row.message), "\(outcome)")
      #expect(row.hint.isEmpty || (error["hint"] as? String ?? "").contains(row.hint), "\(outcome)")
    }
    #expect(try depot.tasks().isEmpty)
    let others: [(line: String, status: Int32, words: String)] = [
      ("task show t999", 1, "no task t999"), ("task cancel t999", 1, "no task t999"),
      ("robot show ghost", 1, "no robot ghost"), ("zone close nowhere", 1, "no zone nowhere"),
      ("explain task t999", 1, "t999"), ("task release t999 --code 1", 1, "t999"),
      ("robot enrol courier-1", 1, "already a robot courier-1"),
      ("robot remove ghost", 1, "ghost"), ("task show what?", 64, "what?"),
      ("task submit patrol --route forum-round", 64, "--rounds"),
      ("task submit goto --cell 1", 64, "cell"), ("task list --limit 0", 64, "--limit"),
      ("task submit deliver --from law", 64, "--to"),
    ]
    for row in others {
      let outcome = try depot.command(row.line)
      #expect(outcome.status == row.status, "\(outcome)")
      #expect(outcome.err.contains(row.words), "\(outcome)")
    }
  }

  /// The swarm's size that holds exactly these robots is found by name.
  private func count(_ depot: Depot, of names: [String]) throws -> Int {
    let size = (1...18).first { size in
      (try? depot.fleet(size)).map { fleet in names.allSatisfy(fleet.contains) } ?? false
    }
    let found = try #require(size)
    let more = try depot.fleet(found).filter { !names.contains($0) }
    if !more.isEmpty { try depot.enrol(more) }
    return found
  }

  @Test func aSiteThatCannotBeReadNamesFileLineAndValue() throws {
    let depot = try Depot()
    let good = "\(Drover.root)/Maps/campus"
    let table: [(from: String, to: String, words: [String])] = [
      ("cell_mm: 2000", "cell_mm: -5", ["site.yaml:5:10", "-5"]),
      ("bays: [[18, 7]]", "bays: [[18, 700]]", ["site.yaml", "18", "700"]),
      ("skills: [deliver]", "skills: [fly]", ["site.yaml", "fly"]),
      ("id: library,", "id: engineering,", ["site.yaml", "engineering"]),
      ("robots: {courier: 12", "robots: {carrier: 12", ["site.yaml", "carrier"]),
      ("title: University campus", "title: [", ["site.yaml"]),
    ]
    for (number, row) in table.enumerated() {
      let folder = "\(depot.folder)/site\(number)"
      mkdir(folder, 0o700)
      BrokerFixture.run(["sh", "-c", "cp \(good)/* \(folder)/"])
      let text = try String(contentsOfFile: folder + "/site.yaml", encoding: .utf8)
      try #require(text.contains(row.from), "\(row.from)")
      try text.replacingOccurrences(of: row.from, with: row.to)
        .write(toFile: folder + "/site.yaml", atomically: true, encoding: .utf8)
      for command in [["map", "check", folder], ["serve", folder, "--state", depot.state]] {
        let outcome = try depot.run(command)
        #expect(outcome.status == 1, "\(outcome)")
        for word in row.words { #expect((outcome.out + outcome.err).contains(word), "\(outcome)") }
      }
    }
    let map = depot.folder + "/site0/campus.map"
    try "type octile\nheight 2\nwidth 2\nmap\n..\n.?\n"
      .write(toFile: map, atomically: true, encoding: .utf8)
    let outcome = try depot.run(["map", "check", depot.folder + "/site0"])
    #expect(outcome.status == 1 && outcome.err.contains("campus.map"), "\(outcome)")
    let missing = try depot.run(["serve", "atlantis", "--state", depot.state])
    #expect(missing.status == 1 && missing.err.contains("atlantis"), "\(missing)")
    #expect(missing.err.contains("campus"), "it names the sites there are: \(missing)")
  }

  @Test func withoutAServerCommandsSayHowToStartOne() throws {
    let depot = try Depot()
    for line in ["task list", "robot list", "watch --once", "task submit goto --station arts"] {
      let outcome = try depot.command(line)
      #expect(outcome.status == 3, "\(outcome)")
      #expect(outcome.err.contains("hint: start one with `drover serve"), "\(outcome)")
    }
    let robots = try depot.run(["robots", "campus", "--state", depot.state])
    #expect(robots.status == 3 && robots.err.contains("drover serve campus"), "\(robots)")
  }

  @Test func aSecondServerOnTheStoreIsRefusedByName() throws {
    let depot = try Depot()
    try depot.serve()
    let first = try #require(depot.server)
    let second = try depot.run(["serve", "campus", "--state", depot.state])
    #expect(second.status == 1)
    #expect(second.err.contains("in use by process \(first.id)"), "\(second)")
    let demo = try depot.run(["demo", "campus", "--robots", "2", "--state", depot.state])
    #expect(demo.status == 1)
    #expect(demo.err.contains("in use by process \(first.id)"), "\(demo)")
    #expect(try depot.command("zone list").status == 0, "the first one serves on")
  }

  @Test func aStoreThatCannotBeUsedIsNamed() throws {
    let depot = try Depot()
    let file = depot.folder + "/file"
    #expect(FileManager.default.createFile(atPath: file, contents: Data()))
    for directory in [file, file + "/below", "/proc/nowhere"] {
      let outcome = try depot.run(["serve", "campus", "--state", directory])
      #expect(outcome.status == 1, "\(outcome)")
      #expect(outcome.err.hasPrefix("error: ") && outcome.err.contains(directory), "\(outcome)")
    }
    mkdir(depot.state, 0o700)
    try String(repeating: "no database ", count: 500)
      .write(toFile: depot.state + "/drover.sqlite", atomically: true, encoding: .utf8)
    let outcome = try depot.run(["serve", "campus", "--state", depot.state])
    #expect(outcome.status == 1 && outcome.err.contains("drover.sqlite"), "\(outcome)")
  }
}
