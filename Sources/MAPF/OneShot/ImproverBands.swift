/// Which words of a plane a sweep must look at: those near enough to the start to be reached by
/// then, and near enough to the goal to arrive in time, as if there were no walls.
struct ImproverBands {
  /// Columns of words, and rows in each, a multiple of 4.
  let strips: Int
  let rows: Int
  private let startX: Int
  private let startY: Int
  private let goalX: Int
  private let goalY: Int
  /// When the start is left, and when the goal must be reached.
  private let begin: Int
  private let bound: Int

  /// Before this time the goal cannot be reached, and need not lie in the zone.
  var nearest: Int { begin + abs(startX - goalX) + abs(startY - goalY) }

  init(_ planes: ReservationPlanes, from start: Int, to goal: Int, begin: Int, bound: Int) {
    strips = planes.strips
    rows = planes.rows
    (startX, startY) = planes.cell(start)
    (goalX, goalY) = planes.cell(goal)
    self.begin = begin
    self.bound = bound
  }

  /// All words that the sweep writes at `time`: what lies beyond is not read before it is written.
  @inline(__always)
  func zone(_ time: Int) -> (firstStrip: Int, lastStrip: Int, first: Int, end: Int) {
    let (near, far) = (time &- begin, bound &- time)
    let first = max(startY &- near, goalY &- far) & ~3
    let end = (min(startY &+ near, goalY &+ far) &+ 4) & ~3
    let firstStrip = max(0, max(startX &- near, goalX &- far) >> 6 &- 2)
    let lastStrip = min(strips &- 1, min(startX &+ near, goalX &+ far) >> 6 &+ 2)
    return (firstStrip, lastStrip, max(0, first &- 8), min(rows, end &+ 8))
  }

  /// The rows of a strip, multiples of 4, that can matter at `time`, within `zone`.
  @inline(__always)
  func band(
    _ strip: Int, _ time: Int, _ zone: (firstStrip: Int, lastStrip: Int, first: Int, end: Int)
  )
    -> (first: Int, end: Int)
  {
    let near = time &- begin &- away(strip, startX)
    let far = bound &- time &- away(strip, goalX)
    guard near >= 0, far >= 0 else { return (zone.first, zone.first) }
    let first = max(zone.first, max(startY &- near, goalY &- far) & ~3)
    let end = min(zone.end, (min(startY &+ near, goalY &+ far) &+ 4) & ~3)
    return first < end ? (first, end) : (zone.first, zone.first)
  }

  /// Clears words of a plane, a multiple of 4.
  @inline(__always)
  static func clear(_ words: UnsafeMutablePointer<UInt64>, _ first: Int, _ end: Int) {
    var i = first
    while i < end {
      ReservationPlanes.store(words, i, .zero)
      i &+= 4
    }
  }

  /// Columns from `x` to the strip.
  @inline(__always)
  private func away(_ strip: Int, _ x: Int) -> Int {
    max(0, strip << 6 &- x, x &- (strip << 6 | 63))
  }
}
