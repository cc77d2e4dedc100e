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
    // Guard words are never written.
    reach.initialize(repeating: 0, count: stride * planes.horizon)
    late.initialize(repeating: 0, count: stride * planes.horizon)
  }

  func deallocate() {
    reach.deallocate()
    late.deallocate()
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
    var bands = ImproverBands(
      planes, from: Int(planes.place[Int(start)]), to: place, begin: 0, bound: bound)
    begin(reach, start, 0, bands)
    var t = 0
    while t <= bound {
      if t >= bands.nearest, isReached(reach, t, place) {
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
            bands = ImproverBands(
              planes, from: Int(planes.place[Int(start)]), to: place, begin: 0, bound: bound)
          }
        }
      }
      t += 1
      if t <= bound, !step(reach, t, bands) { break }
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
    guard leave <= latest else { return nil }
    let bands = ImproverBands(planes, from: place, to: place, begin: leave, bound: latest)
    begin(late, goal, leave, bands)
    var t = leave + 1
    while t <= latest {
      guard step(late, t, bands) else { return nil }
      if t > after, isReached(late, t, place) { return t }
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

  private func begin(
    _ reach: UnsafeMutablePointer<UInt64>, _ v: Int32, _ time: Int, _ bands: ImproverBands
  ) {
    let cells = layer(reach, time)
    let zone = bands.zone(time)
    for strip in zone.firstStrip...max(zone.firstStrip, zone.lastStrip) where zone.first < zone.end
    {
      (cells + strip * planes.rows + zone.first).update(repeating: 0, count: zone.end - zone.first)
    }
    let place = Int(planes.place[Int(v)])
    cells[place >> 6] = 1 << UInt64(place & 63)
  }

  /// Computes the cells of `time` from those of the time before.
  /// - Returns: false when there are none.
  @inline(__always)
  private mutating func step(
    _ reach: UnsafeMutablePointer<UInt64>, _ time: Int, _ bands: ImproverBands
  ) -> Bool {
    let (from, to) = (layer(reach, time &- 1), layer(reach, time))
    let free = planes.plane(time)
    let zone = bands.zone(time)
    guard zone.first < zone.end else { return false }
    var some = ReservationPlanes.Four.zero
    var strip = zone.firstStrip
    while strip <= zone.lastStrip {
      let base = strip &* planes.rows
      let band = bands.band(strip, time, zone)
      ImproverBands.clear(to, base &+ zone.first, base &+ band.first)
      var i = base &+ band.first
      let end = base &+ band.end
      words &+= end &- i
      if planes.strips == 1 {
        while i < end {
          let y = planes.moved(from, i, free, isWide: false)
          some |= y
          ReservationPlanes.store(to, i, y)
          i &+= 4
        }
      } else {
        while i < end {
          let y = planes.moved(from, i, free, isWide: true)
          some |= y
          ReservationPlanes.store(to, i, y)
          i &+= 4
        }
      }
      ImproverBands.clear(to, end, base &+ zone.end)
      strip &+= 1
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
