import FleetPorts
import Testing

@testable import FleetStore

@Suite struct AuditTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func fill() throws {
    let store = try SQLiteStore(directory: scratch.store)
    try store.commit((1...3).map { .audit(line($0)) })
    try store.commit([.put(.tasks, key: "a", value: [1]), .audit(line(4))])
    try store.commit([.audit(line(5))])
  }

  private func verdict() throws -> AuditVerdict {
    try SQLiteStore(directory: scratch.store).verifyAudit()
  }

  @Test func anEmptyLogIsIntact() throws {
    #expect(try verdict() == .intact(lines: 0, head: [UInt8](repeating: 0, count: 32)))
  }

  @Test func theTailIsTheNewestInOrder() throws {
    try fill()
    let store = try SQLiteStore(directory: scratch.store)
    let tail = try store.auditTail(limit: 2)
    #expect(tail.map(\.number) == [4, 5])
    #expect(tail.map(\.line) == [line(4), line(5)])
    #expect(try store.verifyAudit() == .intact(lines: 5, head: tail[1].hash))
  }

  @Test(arguments: [
    ("UPDATE audit SET detail = 'other' WHERE number = 3", 3),
    ("UPDATE audit SET time = 7 WHERE number = 1", 1),
    ("UPDATE audit SET actor = 'operator/annsubmit', action = 'Task' WHERE number = 2", 2),
    ("UPDATE audit SET hash = zeroblob(32) WHERE number = 4", 4),
    ("DELETE FROM audit WHERE number = 2", 2),
    ("DELETE FROM audit WHERE number = 5", 5),
    ("DELETE FROM audit", 1),
    (
      "INSERT INTO audit SELECT 6, time, actor, action, detail, hash FROM audit WHERE number = 5", 6
    ),
    ("UPDATE audit SET number = 99 WHERE number = 5", 5),
  ])
  func tamperingIsFoundWhereItBegins(sql: String, at number: Int64) throws {
    try fill()
    try scratch.tamper(sql)
    #expect(try verdict() == .broken(line: number))
  }
}

@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqr"
        + "lmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func vectorsOfTheStandard(text: String, hash: String) {
    #expect(hex(SHA256.hash(text.utf8)) == hash)
  }

  @Test func aMillionTimesA() {
    #expect(
      hex(SHA256.hash(repeatElement(UInt8(ascii: "a"), count: 1_000_000)))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func piecesMakeTheSameHashAsTheWhole() {
    let bytes = (0..<200).map { UInt8($0) }
    for cut in 0...200 {
      var hash = SHA256()
      hash.update(bytes[..<cut])
      hash.update(bytes[cut...])
      #expect(hash.finalize() == SHA256.hash(bytes))
    }
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
