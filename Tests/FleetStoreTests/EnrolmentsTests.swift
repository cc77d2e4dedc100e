import FleetModel
import FleetPorts
import Testing

@testable import FleetStore

@Suite struct EnrolmentsTests {
  let scratch: Scratch
  let store: SQLiteStore
  let enrolments: Enrolments

  init() throws {
    scratch = try Scratch()
    store = try SQLiteStore(directory: scratch.store)
    enrolments = Enrolments(store) { $0.map { "hash of \($0)" } }
  }

  @discardableResult private func enrol(_ name: String, _ role: Role) throws(EnrolmentError)
    -> String
  {
    try enrolments.enrol(name: name, role: role, by: "operator/ann", timeMicroseconds: 7)
  }

  @Test func onlyTheHashIsKept() throws {
    let password = try enrol("van-1", .robot)
    #expect(password.count == 24)
    try enrol("bob", .operator)
    #expect(
      try enrolments.all().map(\.name) == ["bob", "van-1"])
    #expect(try enrolments.all()[1].hash == "hash of \(password)")
    let value = try #require(try store.value(.enrolments, key: "robot/van-1"))
    #expect(
      String(decoding: value, as: UTF8.self) == #"{"hash":"hash of \#(password)","role":"robot"}"#)
  }

  @Test func oneNameIsOneWhoConnects() throws {
    try enrol("van-1", .robot)
    let taken = EnrolmentError.exists(name: "van-1", role: .robot)
    #expect(throws: taken) { try enrol("van-1", .robot) }
    #expect(throws: taken) { try enrol("van-1", .operator) }
  }

  @Test func manyAreEnrolledTogetherOrNotAtAll() throws {
    let names = (1...20).map { "van-\($0)" }
    let passwords = try enrolments.enrol(names: names, role: .robot, by: "x", timeMicroseconds: 1)
    #expect(Set(passwords).count == 20)
    #expect(try enrolments.all().count == 20)
    #expect(throws: EnrolmentError.exists(name: "van-7", role: .robot)) {
      try enrolments.enrol(names: ["new", "van-7"], role: .robot, by: "x", timeMicroseconds: 2)
    }
    #expect(throws: EnrolmentError.exists(name: "two", role: .robot)) {
      try enrolments.enrol(names: ["two", "two"], role: .robot, by: "x", timeMicroseconds: 2)
    }
    #expect(try enrolments.all().count == 20)
  }

  @Test(arguments: ["drover-server", "Drover-x"])
  func theProgramsOwnNamesAreRefused(name: String) {
    #expect(throws: EnrolmentError.reserved(name)) { try enrol(name, .operator) }
  }

  @Test(arguments: ["", "a b", "a/b", "ü", String(repeating: "a", count: 65)])
  func namesAreIdentifiers(name: String) {
    #expect(throws: EnrolmentError.badName(name)) { try enrol(name, .robot) }
  }

  @Test func removedMeansGoneAndIsOnRecord() throws {
    try enrol("van-1", .robot)
    #expect(throws: EnrolmentError.unknown(name: "van-1", role: .operator)) {
      try enrolments.remove(name: "van-1", role: .operator, by: "x", timeMicroseconds: 8)
    }
    try enrolments.remove(name: "van-1", role: .robot, by: "operator/ann", timeMicroseconds: 8)
    #expect(try enrolments.all().isEmpty)
    #expect(
      try store.auditTail(limit: 9).map { "\($0.line.action) \($0.line.detail)" }
        == ["enrol robot/van-1", "removeEnrolment robot/van-1"])
  }

  @Test func aDamagedEntryIsNamed() throws {
    try store.commit([.put(.enrolments, key: "robot/van-2", value: [1, 2])])
    #expect(throws: EnrolmentError.unreadable(key: "robot/van-2")) { try enrolments.all() }
  }
}
