/// The bytes of a record under way, and the containers that are open in it.
///
/// Containers are written into one buffer, innermost first closed: whoever writes to an outer one
/// thereby ends those inside it.
final class RecordWriter {
  private(set) var bytes: [UInt8]
  /// Open containers.
  private var depth = 0
  private let places = RecordKeys.places

  init() {
    bytes = [RecordTag.version]
    bytes.reserveCapacity(512)
  }

  /// Ends all containers.
  func finish() { close(to: 0) }

  /// Begins a container. - Returns: its depth, from 1.
  func open(_ tag: UInt8) -> Int {
    bytes.append(tag)
    depth += 1
    return depth
  }

  /// Ends what is inside the container at `level`.
  func close(to level: Int) {
    precondition(level <= depth, "a container of a record is written to after its end")
    while depth > level {
      bytes.append(RecordTag.end)
      depth -= 1
    }
  }

  func key(_ name: String) {
    if let place = places[name] { return varint(UInt64(place) + 2) }
    varint(1)
    text(name)
  }

  func null() { bytes.append(RecordTag.null) }
  func bool(_ value: Bool) { bytes.append(value ? RecordTag.yes : RecordTag.no) }

  func int(_ value: Int64) {
    if value >= 0, value <= Int64(UInt8.max - RecordTag.small) {
      return bytes.append(RecordTag.small + UInt8(value))
    }
    bytes.append(RecordTag.int)
    varint(Varint.zigzag(value))
  }

  func unsigned(_ value: UInt64) {
    if let signed = Int64(exactly: value) { return int(signed) }
    bytes.append(RecordTag.large)
    varint(value)
  }

  func double(_ value: Double) {
    bytes.append(RecordTag.double)
    var bits = value.bitPattern
    for _ in 0..<8 {
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
    }
  }

  func string(_ value: String) {
    bytes.append(RecordTag.string)
    text(value)
  }

  func numbers(_ values: [Int32]) {
    bytes.append(RecordTag.numbers)
    varint(UInt64(values.count))
    var last: Int64 = 0
    for value in values {
      varint(Varint.zigzag(Int64(value) - last))
      last = Int64(value)
    }
  }

  private func text(_ value: String) {
    varint(UInt64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  private func varint(_ value: UInt64) { Varint.append(value, to: &bytes) }
}
