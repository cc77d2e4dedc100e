/// The earliest path of one agent that is in the way of others at most once.
///
/// The sweep of `ImproverSweep` with two planes a time: the cells reached without meeting anybody,
/// and those reached after one meeting. Whoever is met can be planned anew round the path.
struct ImproverSoftSweep {
  /// All agents; those that must not be met.
  let planes: ReservationPlanes
  let hard: ReservationPlanes
  let table: ReservationTable
  let neighbours: UnsafePointer<Int32>
  /// Time -> cells reached without a meeting, then cells reached with one, guard words about each.
  private let reach: UnsafeMutablePointer<UInt64>
  private let stride: Int
  private var random: UInt64
  /// Those met on the path found last.
  private(set) var met: (Int32, Int32) = (-1, -1)
  private(set) var words = 0

  init(
    planes: ReservationPlanes, hard: ReservationPlanes, table: ReservationTable,
    neighbours: UnsafePointer<Int32>, random: UInt64
  ) {
    self.planes = planes
    self.hard = hard
    self.table = table
    self.neighbours = neighbours
    self.random = random | 1
    stride = planes.planeWords + 2 * planes.guardWords
    reach = .allocate(capacity: 2 * stride * planes.horizon)
    // Guard words are never written.
    reach.initialize(repeating: 0, count: 2 * stride * planes.horizon)
  }

  func deallocate() { reach.deallocate() }

  /// Searches a path of cost at most `bound` and writes it to `path`; sets `met`.
  /// - Returns: when the goal is reached for good, and the cost; nil when no path was found.
  mutating func run(
    from start: Int32, to goal: Int32, bound: Int, path: UnsafeMutablePointer<Int32>
  ) -> (last: Int, cost: Int)? {
    let open = table.lastTaken(goal) + 1
    let place = Int(planes.place[Int(goal)])
    let bound = min(bound, planes.length - 1)
    guard bound >= 0 else { return nil }
    let bands = ImproverBands(
      planes, from: Int(planes.place[Int(start)]), to: place, begin: 0, bound: bound)
    begin(start, bands)
    met = (-1, -1)
    for t in 0...bound {
      if t > 0, !step(t, bands) { return nil }
      guard t >= bands.nearest else { continue }
      if t < open {
        if isReached(t, place, 0), let other = onlyTaker(goal, t), hardOpen(place, t) {
          met.0 = other
          write(goal, t, 0, path)
          return (t, loss(path, t, goal))
        }
        continue
      }
      for count in 0...1 where isReached(t, place, count) {
        write(goal, t, count, path)
        return (t, loss(path, t, goal))
      }
    }
    return nil
  }

  /// The one agent that passes `goal` after `time`, nil when several do.
  private func onlyTaker(_ goal: Int32, _ time: Int) -> Int32? {
    var t = BitRow.nextSet(table.row(goal), time + 1, table.horizon)
    guard t < table.horizon else { return nil }
    let other = table.holder(goal, t)
    let last = table.lastTaken(goal)
    while t <= last {
      guard table.holder(goal, t) == other else { return nil }
      t = BitRow.nextSet(table.row(goal), t + 1, table.horizon)
    }
    return other
  }

  private func hardOpen(_ place: Int, _ time: Int) -> Bool {
    for t in time..<hard.length
    where hard.plane(t)[place >> 6] & (1 << UInt64(place & 63)) == 0 { return false }
    return true
  }

  private func loss(_ path: UnsafePointer<Int32>, _ last: Int, _ goal: Int32) -> Int {
    var cost = 0
    for t in 0..<last where path[t] != goal || path[t + 1] != goal { cost += 1 }
    return cost
  }

  @inline(__always)
  private func layer(_ time: Int, _ count: Int) -> UnsafeMutablePointer<UInt64> {
    reach + ((2 &* time &+ count) &* stride &+ planes.guardWords)
  }

  @inline(__always)
  private func isReached(_ time: Int, _ place: Int, _ count: Int) -> Bool {
    layer(time, count)[place >> 6] & (1 << UInt64(place & 63)) != 0
  }

  private func begin(_ v: Int32, _ bands: ImproverBands) {
    let zone = bands.zone(0)
    for strip in zone.firstStrip...max(zone.firstStrip, zone.lastStrip) where zone.first < zone.end
    {
      for count in 0...1 {
        (layer(0, count) + strip * planes.rows + zone.first).update(
          repeating: 0, count: zone.end - zone.first)
      }
    }
    let place = Int(planes.place[Int(v)])
    layer(0, 0)[place >> 6] = 1 << UInt64(place & 63)
  }

  /// Computes the cells of `time` from those of the time before; false when there are none.
  @inline(__always)
  private mutating func step(_ time: Int, _ bands: ImproverBands) -> Bool {
    let zone = bands.zone(time)
    guard zone.first < zone.end else { return false }
    let (to0, to1) = (layer(time, 0), layer(time, 1))
    var some = false
    var strip = zone.firstStrip
    while strip <= zone.lastStrip {
      let base = strip &* planes.rows
      let band = bands.band(strip, time, zone)
      ImproverBands.clear(to0, base &+ zone.first, base &+ band.first)
      ImproverBands.clear(to1, base &+ zone.first, base &+ band.first)
      let hasSome =
        planes.strips == 1
        ? sweep(time, base &+ band.first, base &+ band.end, isWide: false)
        : sweep(time, base &+ band.first, base &+ band.end, isWide: true)
      some = hasSome || some
      ImproverBands.clear(to0, base &+ band.end, base &+ zone.end)
      ImproverBands.clear(to1, base &+ band.end, base &+ zone.end)
      strip &+= 1
    }
    return some
  }

  @inline(__always)
  private mutating func sweep(_ time: Int, _ first: Int, _ end: Int, isWide: Bool) -> Bool {
    let (from0, from1) = (layer(time &- 1, 0), layer(time &- 1, 1))
    let (to0, to1) = (layer(time, 0), layer(time, 1))
    let (free, open) = (planes.plane(time), hard.plane(time))
    words &+= 3 &* (end &- first)
    var some = ReservationPlanes.Four.zero
    var i = first
    while i < end {
      let clean = planes.moved(from0, i, free, isWide: isWide)
      let meeting = hard.moved(from0, i, open, isWide: isWide)
      let after = planes.moved(from1, i, free, isWide: isWide)
      let met = (meeting | after) & ~clean
      some |= clean | met
      ReservationPlanes.store(to0, i, clean)
      ReservationPlanes.store(to1, i, met)
      i &+= 4
    }
    return some != .zero
  }

  /// Walks back from the goal, choosing among the ways by chance, and notes who is met.
  private mutating func write(
    _ goal: Int32, _ end: Int, _ count: Int, _ path: UnsafeMutablePointer<Int32>
  ) {
    var v = goal
    var t = end
    var count = count
    path[t] = v
    while t > 0 {
      random ^= random &<< 13
      random ^= random &>> 7
      random ^= random &<< 17
      let chance = Int(truncatingIfNeeded: random &>> 33)
      if let u = before(planes, v, t, count, chance) {
        v = u
      } else if count == 1, let u = before(hard, v, t, 0, chance) {
        note(u, v, t)
        count = 0
        v = u
      } else {
        preconditionFailure("no way back")
      }
      t &-= 1
      path[t] = v
    }
  }

  /// Notes who is at `v` at `time`, and who comes from there to `u`.
  private mutating func note(_ u: Int32, _ v: Int32, _ time: Int) {
    met.0 = table.holder(v, time)
    let other = table.holder(v, time - 1)
    if other >= 0, u != v, other == table.holder(u, time) { met.1 = other }
  }

  /// A cell of layer `count` from which `v` is entered at `time`, nil when there is none.
  @inline(__always)
  private func before(
    _ planes: ReservationPlanes, _ v: Int32, _ time: Int, _ count: Int, _ chance: Int
  ) -> Int32? {
    let place = Int(planes.place[Int(v)])
    guard planes.plane(time)[place >> 6] & (1 << UInt64(place & 63)) != 0 else { return nil }
    let canStay = isReached(time &- 1, place, count)
    if canStay, chance % 5 == 4 { return v }
    for k in 0..<4 {
      let u = neighbours[4 &* Int(v) &+ (chance / 8 &+ k) & 3]
      guard u >= 0 else { continue }
      let other = Int(planes.place[Int(u)])
      if isReached(time &- 1, other, count), planes.isFree(edge: place, other, time) { return u }
    }
    return canStay ? v : nil
  }
}
