/// How the hot loop reads a guided distance table: raw pointers and arithmetic.
///
/// A table holds two bytes a vertex. The low `shift` bits name the pattern of the state's headings,
/// the others are the distance of the nearest heading, modulo a power of two; so differences of
/// distances are exact as long as they stay within `reach`. Quarter turns cost `t <= 3`, hence the
/// distances of the four headings of a cell, less the smallest, form one of at most 231 patterns.
///
/// | model | pattern bits | reach |
/// |---|---|---|
/// | four-neighbour | 1 | 16,383 |
/// | turning, t = 1 / 2 / 3 | 5 / 7 / 8 | 1,023 / 255 / 127 |
///
/// Vertices lie in a table by tiles of 8 x 8 cells, each tile's passable cells in a row, so that
/// what an agent looks at lies in a few cache lines. Valid as long as its `GuidedDistances`.
public struct GuidedView: @unchecked Sendable {
  /// Added to what cannot reach the goal.
  public static let unreachable: Int32 = 1 << 20

  /// Vertex -> its place in every table.
  public let placeOf: UnsafePointer<Int32>
  /// `4 * pattern + heading` -> what is added to the distance of the nearest heading.
  public let offsets: UnsafePointer<Int32>
  /// The bits of a code that name the pattern.
  public let mask: UInt16
  /// How many bits these are.
  public let shift: UInt16
  /// Differences up to this are exact.
  public let reach: Int32

  /// The distance of state (`end`, `endHeading`) less that of (`here`, `heading`), by their codes.
  /// Headings are 0 in the four-neighbour model. Where only one of the two reaches the goal, the
  /// other is about a million farther.
  @inlinable @inline(__always)
  public func difference(
    of end: UInt16, _ endHeading: Int, from here: UInt16, _ heading: Int
  ) -> Int32 {
    let base = Int16(bitPattern: (end & ~mask) &- (here & ~mask)) &>> Int16(bitPattern: shift)
    let endOffset = offsets[Int(end & mask) &<< 2 | endHeading]
    return Int32(base) &+ endOffset &- offsets[Int(here & mask) &<< 2 | heading]
  }

  /// Whether the goal can be reached from where the code stands.
  @inlinable @inline(__always)
  public func reaches(_ code: UInt16) -> Bool {
    offsets[Int(code & mask) &<< 2] < GuidedView.unreachable
  }
}
