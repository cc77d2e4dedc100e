import FleetRecords
import Testing

@Suite struct VarintTests {
  @Test func everyNumberIsReadAsWritten() {
    for value: UInt64 in [0, 1, 127, 128, 300, 1 << 32, 1 << 63, .max] {
      var bytes = [UInt8(9)]
      Varint.append(value, to: &bytes)
      #expect(bytes.dropFirst() == Varint.bytes(value)[...])
      var at = 1
      #expect(Varint.read(bytes, &at) == value)
      #expect(at == bytes.count)
    }
  }

  @Test func whatIsCutShortOrTooLargeIsNone() {
    let whole = Varint.bytes(.max)
    for length in 0..<whole.count {
      var at = 0
      #expect(Varint.read(Array(whole.prefix(length)), &at) == nil)
    }
    var at = 0
    #expect(Varint.read([UInt8](repeating: 0xff, count: 9) + [2], &at) == nil)
  }

  @Test func smallNumbersOfEitherSignAreShort() {
    for value: Int64 in [0, -1, 1, -64, 63, .max, .min] {
      #expect(Varint.unzigzag(Varint.zigzag(value)) == value)
    }
    #expect((-64...63).allSatisfy { Varint.bytes(Varint.zigzag($0)).count == 1 })
  }
}
