import FleetPorts

/// How audit lines are chained: each hash covers the one before it, so an edit, a gap or a swap
/// anywhere shows. The head is kept apart as well, so a cut tail shows too. Who can write the file
/// and rebuilds the whole chain is found out only by a head that was kept elsewhere.
enum AuditChain {
  struct Head: Equatable {
    var number: Int64
    var hash: [UInt8]

    static let empty = Head(number: 0, hash: [UInt8](repeating: 0, count: 32))

    /// 8 bytes of number, big end first, then the hash.
    var bytes: [UInt8] { AuditChain.bytes(of: number) + hash }

    init(number: Int64, hash: [UInt8]) {
      self.number = number
      self.hash = hash
    }

    init?(bytes: [UInt8]) {
      guard bytes.count == 40 else { return nil }
      number = Int64(bitPattern: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) })
      hash = [UInt8](bytes[8...])
    }
  }

  /// The head after `line` is appended to a chain that ends in `head`.
  static func appended(_ line: AuditLine, to head: Head) -> Head {
    let number = head.number + 1
    var hash = SHA256()
    hash.update(head.hash)
    hash.update(bytes(of: number))
    hash.update(bytes(of: line.timeMicroseconds))
    for text in [line.actor, line.action, line.detail] {
      hash.update(bytes(of: Int64(text.utf8.count)))
      hash.update(text.utf8)
    }
    return Head(number: number, hash: hash.finalize())
  }

  private static func bytes(of number: Int64) -> [UInt8] {
    let bits = UInt64(bitPattern: number)
    return (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) }
  }
}
