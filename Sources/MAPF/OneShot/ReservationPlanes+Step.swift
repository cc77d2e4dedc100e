/// One step of a sweep, four words at once.
extension ReservationPlanes {
  typealias Four = SIMD4<UInt64>

  @inline(__always)
  static func load(_ words: UnsafeMutablePointer<UInt64>, _ i: Int) -> Four {
    UnsafeRawPointer(words + i).loadUnaligned(as: Four.self)
  }

  @inline(__always)
  static func store(_ words: UnsafeMutablePointer<UInt64>, _ i: Int, _ value: Four) {
    UnsafeMutableRawPointer(words + i).storeBytes(of: value, as: Four.self)
  }

  /// The cells of words `i..<i + 4` that are reached from the cells `from` by staying or moving,
  /// with the free cells and edges of `free`, a pointer that `plane` gives.
  /// - Parameter isWide: whether there are several strips; what leaves one enters the next.
  @inline(__always)
  func moved(
    _ from: UnsafeMutablePointer<UInt64>, _ i: Int, _ free: UnsafeMutablePointer<UInt64>,
    isWide: Bool
  ) -> Four {
    let east = free + planeWords
    let south = east + planeWords
    let x = Self.load(from, i)
    let h = Self.load(east, i)
    var y = x | ((x & h) &<< 1)
    if isWide {
      y |= ((x &>> 1) | (Self.load(from, i &+ rows) &<< 63)) & h
      y |= (Self.load(from, i &- rows) & Self.load(east, i &- rows)) &>> 63
    } else {
      y |= (x &>> 1) & h
    }
    y |= Self.load(from, i &- 1) & Self.load(south, i &- 1)
    y |= Self.load(from, i &+ 1) & Self.load(south, i)
    return y & Self.load(free, i)
  }
}
