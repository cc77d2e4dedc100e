/// The earliest path of one agent round all others: breadth-first over time, all cells at once.
///
/// The cells that can be reached at a time are a bit plane; a step is five shifts, masked by the
/// free edges and cells. A step on a map 64 cells wide costs less than expanding one node of a
/// search, and where many agents stand about, searches expand hundreds for each step of the path.
/// The search knows no heuristic and needs no distances; rows from which the goal is too far are
/// left out.
///
/// The cost is the agent's loss. An agent that reaches its goal before others have passed there
/// rests, leaves at the last moment (or a little sooner) and comes back as soon as it can.
struct ImproverSweep {
  let planes: ReservationPlanes
  let table: ReservationTable
  /// `4 * v + direction` -> neighbour or -1.
  let neighbours: UnsafePointer<Int32>
  /// Time -> the cells that can be reached then, with guard words about each.
  private let reach: UnsafeMutablePointer<UInt64>
  /// The same after a rest on the goal.
  private let late: UnsafeMutablePointer<UInt64>
  private let stride: Int
  private var random: UInt64
  /// Words swept since the start.
  private(set) var words = 0

  init(
    planes: ReservationPlanes, table: ReservationTable, neighbours: UnsafePointer<Int32>,
    random: UInt64
  ) {
    self.planes = planes
    self.table = table
    self.neighbours = neighbours
    self.random = random | 1
    stride = planes.planeWords + 2 * planes.guardWords
    reach = .allocate(capacity: stride * planes.horizon)
    late = .allocate(capacity: stride * planes.horizon)
  }

  func deallocate() {
    reach.deallocate()
    late.deallocate()
  }

  /// A band of words in a plane, multiples of 4.
  private struct Band {
    var first: Int
    var end: Int

    /// Beyond the band and its guard words a plane holds what an earlier search left.
    func contains(_ place: Int) -> Bool { place >> 6 >= first && place >> 6 < end }
  }

  /// Searches a path of cost at most `bound` and writes it to `path`.
  /// - Parameter path: room for `horizon` vertices; filled up to the returned time.
  /// - Returns: when the goal is reached for good, and the cost; nil when no path was found.
  mutating func run(
    from start: Int32, to goal: Int32, bound: Int, path: UnsafeMutablePointer<Int32>
  ) -> (last: Int, cost: Int)? {
    let horizon = planes.length
    let open = table.lastTaken(goal) + 1
    guard open < horizon else { return nil }
    var bound = min(bound, horizon - 1)
    var rested: (last: Int, cost: Int)?
    var hasRested = false
    let place = Int(planes.place[Int(goal)])
    var band = begin(reach, start, 0)
    var t = 0
    while t <= bound {
      if band.contains(place), isReached(reach, t, place) {
        if t >= open {
          write(reach, from: start, at: 0, to: goal, at: t, path)
          return (t, loss(path, t, goal))
        }
        if !hasRested {
          hasRested = true
          rested = rest(goal, from: t, open: open, bound: bound, path)
          if let rested {
            write(reach, from: start, at: 0, to: goal, at: t, path)
            bound = min(bound, rested.cost - 1)
          }
        }
      }
      t += 1
      if t <= bound, !step(reach, t, &band, place, bound) { break }
    }
    guard let rested else { return nil }
    return (rested.last, loss(path, rested.last, goal))
  }

  /// The cost of a path that may rest on the goal by chance.
  private func loss(_ path: UnsafePointer<Int32>, _ last: Int, _ goal: Int32) -> Int {
    var cost = 0
    for t in 0..<last where path[t] != goal || path[t + 1] != goal { cost += 1 }
    return cost
  }

  /// From the goal, reached at `time`, to the goal for good. Writes the path from `time` on.
  private mutating func rest(
    _ goal: Int32, from time: Int, open: Int, bound: Int, _ path: UnsafeMutablePointer<Int32>
  ) -> (last: Int, cost: Int)? {
    let place = Int(planes.place[Int(goal)])
    var (now, cost) = (time, time)
    while now < open {
      let taken = BitRow.nextSet(table.row(goal), now, planes.length)
      var back: Int?
      var sooner = 0
      while back == nil, taken - 1 - sooner >= now {
        let leave = taken - 1 - sooner
        back = excursion(goal, place, leave, until: leave + bound - cost, after: taken)
        if let back {
          for t in now..<leave { path[t] = goal }
          write(late, from: goal, at: leave, to: goal, at: back, path)
          cost += back - leave
        }
        sooner = sooner == 0 ? 1 : 2 * sooner
      }
      guard let back else { return nil }
      now = back
    }
    return (now, cost)
  }

  /// Leaves the goal at `leave` and comes back after `after`, at `until` at the latest.
  private mutating func excursion(
    _ goal: Int32, _ place: Int, _ leave: Int, until: Int, after: Int
  ) -> Int? {
    let latest = min(until, planes.length - 1)
    var band = begin(late, goal, leave)
    var t = leave + 1
    while t <= latest {
      guard step(late, t, &band, place, latest) else { return nil }
      if t > after, band.contains(place), isReached(late, t, place) { return t }
      t += 1
    }
    return nil
  }

  @inline(__always)
  private func layer(
    _ reach: UnsafeMutablePointer<UInt64>, _ time: Int
  ) -> UnsafeMutablePointer<UInt64> {
    reach + (time &* stride &+ planes.guardWords)
  }

  @inline(__always)
  private func isReached(
    _ reach: UnsafeMutablePointer<UInt64>, _ time: Int, _ place: Int
  ) -> Bool {
    layer(reach, time)[place >> 6] & (1 << UInt64(place & 63)) != 0
  }

  private func begin(_ reach: UnsafeMutablePointer<UInt64>, _ v: Int32, _ time: Int) -> Band {
    let place = Int(planes.place[Int(v)])
    let cells = layer(reach, time)
    let band = Band(first: (place >> 6) & ~3, end: (place >> 6) & ~3 + 4)
    let extra = planes.guardWords
    (cells + band.first - extra).update(repeating: 0, count: 4 + 2 * extra)
    cells[place >> 6] = 1 << UInt64(place & 63)
    return band
  }

  /// Computes the cells of `time` from those of the time before.
  /// - Returns: false when there are none.
  @inline(__always)
  private mutating func step(
    _ reach: UnsafeMutablePointer<UInt64>, _ time: Int, _ band: inout Band, _ goal: Int,
    _ bound: Int
  ) -> Bool {
    let perRow = planes.wordsPerRow
    let far = (bound &- time) &* perRow
    let home = goal >> 6
    let first = max(0, band.first &- perRow, home &- far &- perRow) & ~3
    let end = min(
      planes.planeWords, (min(band.end &+ perRow, home &+ far &+ perRow &+ 1) &+ 3) & ~3)
    guard first < end else { return false }
    band = Band(first: first, end: end)
    words &+= end &- first
    let cells = layer(reach, time)
    let some =
      perRow == 1
      ? narrow(layer(reach, time &- 1), cells, planes.plane(time), first, end)
      : wide(layer(reach, time &- 1), cells, planes.plane(time), first, end)
    for i in 1...planes.guardWords {
      cells[first &- i] = 0
      cells[end &+ i &- 1] = 0
    }
    return some
  }

  private typealias Four = SIMD4<UInt64>

  @inline(__always)
  private func load(_ words: UnsafeMutablePointer<UInt64>, _ i: Int) -> Four {
    UnsafeRawPointer(words + i).loadUnaligned(as: Four.self)
  }

  /// A row of the map is one word.
  @inline(__always)
  private func narrow(
    _ from: UnsafeMutablePointer<UInt64>, _ to: UnsafeMutablePointer<UInt64>,
    _ free: UnsafeMutablePointer<UInt64>, _ first: Int, _ end: Int
  ) -> Bool {
    let east = free + planes.planeWords
    let south = free + 2 * planes.planeWords
    var some = Four.zero
    var i = first
    while i < end {
      let x = load(from, i)
      let h = load(east, i)
      var y = x | ((x & h) &<< 1) | ((x &>> 1) & h)
      y |= load(from, i &- 1) & load(south, i &- 1)
      y |= load(from, i &+ 1) & load(south, i)
      y &= load(free, i)
      some |= y
      UnsafeMutableRawPointer(to + i).storeBytes(of: y, as: Four.self)
      i &+= 4
    }
    return some != .zero
  }

  /// A row of the map is several words: what is shifted out of one enters the next.
  @inline(__always)
  private func wide(
    _ from: UnsafeMutablePointer<UInt64>, _ to: UnsafeMutablePointer<UInt64>,
    _ free: UnsafeMutablePointer<UInt64>, _ first: Int, _ end: Int
  ) -> Bool {
    let east = free + planes.planeWords
    let south = free + 2 * planes.planeWords
    let row = planes.wordsPerRow
    var some = Four.zero
    var i = first
    while i < end {
      let x = load(from, i)
      let h = load(east, i)
      var y = x | ((x & h) &<< 1) | (((x &>> 1) | (load(from, i &+ 1) &<< 63)) & h)
      y |= (load(from, i &- 1) & load(east, i &- 1)) &>> 63
      y |= load(from, i &- row) & load(south, i &- row)
      y |= load(from, i &+ row) & load(south, i)
      y &= load(free, i)
      some |= y
      UnsafeMutableRawPointer(to + i).storeBytes(of: y, as: Four.self)
      i &+= 4
    }
    return some != .zero
  }

  /// Walks back from the goal, choosing among the ways by chance.
  private mutating func write(
    _ reach: UnsafeMutablePointer<UInt64>, from start: Int32, at begin: Int, to goal: Int32,
    at end: Int, _ path: UnsafeMutablePointer<Int32>
  ) {
    var v = goal
    var t = end
    path[t] = v
    while t > begin {
      random ^= random &<< 13
      random ^= random &>> 7
      random ^= random &<< 17
      v = before(reach, v, t, Int(truncatingIfNeeded: random &>> 33))
      t &-= 1
      path[t] = v
    }
    assert(path[begin] == start)
  }

  /// A cell from which the step to `v` at `time` is possible.
  @inline(__always)
  private func before(
    _ reach: UnsafeMutablePointer<UInt64>, _ v: Int32, _ time: Int, _ chance: Int
  ) -> Int32 {
    let place = Int(planes.place[Int(v)])
    let canStay = isReached(reach, time &- 1, place)
    if canStay, chance % 5 == 4 { return v }
    for k in 0..<4 {
      let way = (chance / 8 &+ k) & 3
      let u = neighbours[4 &* Int(v) &+ way]
      guard u >= 0 else { continue }
      let other = Int(planes.place[Int(u)])
      if isReached(reach, time &- 1, other), planes.isFree(edge: place, other, time) { return u }
    }
    return v
  }
}
