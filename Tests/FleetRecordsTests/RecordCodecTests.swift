import Determinism
import Foundation
import Testing

@testable import FleetRecords

struct RecordCodecTests {
  private enum Shape: Codable, Equatable {
    case dot
    case line(Int32, to: Int32)
    case named(String)
  }

  private struct Thing: Codable, Equatable {
    var id: String
    var small: UInt8
    var large: UInt64
    var negative: Int64
    var share: Double
    var flag: Bool
    var missing: Int?
    var path: [Int32]
    var names: [String]
    var shapes: [Shape]
    var table: [Int: [Int32]]
    var inner: [[Int64?]]
  }

  /// Writes its part through `superEncoder`, as missions do.
  private struct Wrapped: Codable, Equatable {
    var before: Int
    var inside: Shape
    var after: Int

    private enum CodingKeys: CodingKey { case before, inside, after }

    init(before: Int, inside: Shape, after: Int) {
      self.before = before
      self.inside = inside
      self.after = after
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      before = try container.decode(Int.self, forKey: .before)
      inside = try Shape(from: container.superDecoder(forKey: .inside))
      after = try container.decode(Int.self, forKey: .after)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(before, forKey: .before)
      try inside.encode(to: container.superEncoder(forKey: .inside))
      try container.encode(after, forKey: .after)
    }
  }

  private static func thing(_ random: inout SeededGenerator) -> Thing {
    func text() -> String {
      String(
        (0..<Int.random(in: 0...30, using: &random)).map { _ in
          "aé🚚z".randomElement(using: &random) ?? "a"
        })
    }
    func count() -> Range<Int> { 0..<Int.random(in: 0...5, using: &random) }
    return Thing(
      id: text(), small: .random(in: .min ... .max, using: &random),
      large: .random(in: .min ... .max, using: &random),
      negative: .random(in: .min ... .max, using: &random),
      share: .random(in: -1e9...1e9, using: &random), flag: .random(using: &random),
      missing: .random(using: &random) ? nil : .random(in: -200...200, using: &random),
      path: count().map { _ in .random(in: .min ... .max, using: &random) },
      names: count().map { _ in text() },
      shapes: count().map { _ in
        switch Int.random(in: 0...2, using: &random) {
        case 0: .dot
        case 1: .line(.random(in: -9...9, using: &random), to: .random(in: 0...999, using: &random))
        default: .named(text())
        }
      },
      table: Dictionary(uniqueKeysWithValues: count().map { ($0, [Int32($0), -1]) }),
      inner: count().map { _ in
        count().map { _ in .random(using: &random) ? nil : .random(in: -99...99, using: &random) }
      })
  }

  @Test(arguments: UInt64(0)..<200) func whatIsWrittenIsRead(_ seed: UInt64) throws {
    var random = Seed(seed).generator()
    let thing = Self.thing(&random)
    let bytes = try RecordCodec().encode(thing)
    #expect(try RecordCodec().decode(Thing.self, from: bytes) == thing)
  }

  @Test(arguments: [
    Int64.min, -1_000_000, -65, -64, -1, 0, 1, 63, 64, 191, 192, 128 << 7, .max,
  ])
  func numbersKeepTheirValue(_ value: Int64) throws {
    let bytes = try RecordCodec().encode(value)
    #expect(try RecordCodec().decode(Int64.self, from: bytes) == value)
    #expect(bytes.count <= (0...191 ~= value ? 2 : 12))
  }

  @Test func anEncoderHandedOnWritesInItsPlace() throws {
    let value = Wrapped(before: 1, inside: .line(3, to: 4), after: 900)
    let bytes = try RecordCodec().encode(value)
    #expect(try RecordCodec().decode(Wrapped.self, from: bytes) == value)
  }

  @Test func aFieldThatIsNewOrGoneIsNoTrouble() throws {
    struct Old: Codable { var id: String, priority: Int, gone: [Int32] }
    struct New: Codable { var id: String, added: Int?, priority: Int }
    let bytes = try RecordCodec().encode(Old(id: "a", priority: 7, gone: [1, 2]))
    let new = try RecordCodec().decode(New.self, from: bytes)
    #expect(new.id == "a" && new.added == nil && new.priority == 7)
    let error = #expect(throws: RecordError.self) {
      try RecordCodec().decode(Thing.self, from: bytes)
    }
    #expect(error == .mismatch(path: "", reason: "there is no small"))
  }

  @Test func aNumberThatDoesNotFitIsRefused() throws {
    let bytes = try RecordCodec().encode(["a": 300])
    let error = #expect(throws: RecordError.self) {
      try RecordCodec().decode([String: UInt8].self, from: bytes)
    }
    #expect(error == .mismatch(path: "a", reason: "it is no UInt8"))
  }

  /// Cut anywhere, a record is refused: nothing that was torn is taken for whole.
  @Test(arguments: UInt64(0)..<20) func aRecordCutShortIsRefused(_ seed: UInt64) throws {
    var random = Seed(seed).generator()
    let bytes = try RecordCodec().encode(Self.thing(&random))
    for length in 0..<bytes.count {
      #expect(throws: RecordError.self) {
        try RecordCodec().decode(Thing.self, from: Array(bytes[..<length]))
      }
    }
    #expect(throws: RecordError.self) {
      try RecordCodec().decode(Thing.self, from: bytes + [0])
    }
  }

  /// Whatever the bytes are: a value or an error, never a trap.
  @Test(arguments: UInt64(0)..<300) func garbledRecordsEndInAnErrorOrAValue(_ seed: UInt64) throws {
    var random = Seed(seed).generator()
    var bytes = try RecordCodec().encode(Self.thing(&random))
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      bytes[Int.random(in: 1..<bytes.count, using: &random)] = .random(
        in: .min ... .max, using: &random)
    }
    do throws(RecordError) {
      _ = try RecordCodec().decode(Thing.self, from: bytes)
    } catch {
      #expect(!error.description.isEmpty)
    }
  }

  @Test func jsonAndNewerVersionsAreTold() throws {
    #expect(!RecordCodec.isRecord([UInt8]("{\"id\":1}".utf8)))
    #expect(!RecordCodec.isRecord([]))
    #expect(RecordCodec.isRecord(try RecordCodec().encode(1)))
    let error = #expect(throws: RecordError.self) {
      try RecordCodec().decode(Int.self, from: [0xd2, 0x41])
    }
    #expect(error == .unknownVersion(0xd2))
  }

  /// The list of names is part of the format: it may only grow at its end.
  @Test func knownNamesKeepTheirPlaces() {
    #expect(RecordKeys.places.count == RecordKeys.known.count)
    #expect(RecordKeys.places["_0"] == 0 && RecordKeys.places["record"] == 15)
    #expect(RecordKeys.places["visited"] == 79 && RecordKeys.places.count == 103)
  }
}
