import Grid

extension SweepRun {
  /// Where to go now; nil: nowhere. O(1) while the last goal stands, else once a strip a search of
  /// the area.
  /// - Precondition: some cell is needy.
  mutating func goal(from plannedEnd: VertexID?) -> VertexID? {
    if let aside = stepAside { return aside }
    if let current = aim {
      let there = current.isReached || plannedEnd == tour.vertices[current.position]
      if !there, isNeedy(current.position) { return tour.vertices[current.position] }
      aim = there && current.isEntry ? farEnd(from: current.position) : nil
    }
    if aim == nil {
      guard let entry = entry(from: plannedEnd) else { return nil }
      aim = Aim(position: entry, isEntry: true)
      if plannedEnd == tour.vertices[entry] {
        aim = farEnd(from: entry)
        if aim == nil { stepAside = tour.neighbour(of: entry) }
      }
    }
    return stepAside ?? aim.map { tour.vertices[$0.position] }
  }

  /// The other end of what is needy in the strip of `position`.
  private func farEnd(from position: Int) -> Aim? {
    let s = Int(tour.stripOf[position])
    guard needs[s] > 0, let ends = needyEnds(of: s) else { return nil }
    let here = tour.members[tour.strips[s].members].firstIndex(of: Int32(position))
    guard let here else { return nil }
    let far = abs(ends.last - here) >= abs(ends.first - here) ? ends.last : ends.first
    return far == here ? nil : Aim(position: Int(tour.members[far]), isEntry: false)
  }

  /// The first and last needy of `members` in strip `s`.
  private func needyEnds(of s: Int) -> (first: Int, last: Int)? {
    let range = tour.strips[s].members
    guard let first = range.first(where: { isNeedy(Int(tour.members[$0])) }),
      let last = range.last(where: { isNeedy(Int(tour.members[$0])) })
    else { return nil }
    return (first, last)
  }

  // MARK: The next strip

  /// Where to begin a strip.
  private mutating func entry(from plannedEnd: VertexID?) -> Int? {
    let s = followingStrip()
    let entries = s.map { self.entries(of: $0) } ?? allEntries(from: plannedEnd)
    let best = nearest(of: entries, from: plannedEnd)
    if let best { take(strip: Int(tour.stripOf[best])) }
    return best
  }

  /// The strip that carries on: the same while half of it is to do, else the next of its region.
  private func followingStrip() -> Int? {
    guard strip >= 0 else { return nil }
    if 2 * Int(needs[strip]) >= tour.strips[strip].members.count { return strip }
    let region = tour.regions[Int(tour.strips[strip].region)]
    var s = strip + stride
    while region.contains(s) {
      if needs[s] > 0 { return s }
      s += stride
    }
    return nil
  }

  private mutating func take(strip s: Int) {
    let region = tour.regions[Int(tour.strips[s].region)]
    if strip < 0 || tour.strips[strip].region != tour.strips[s].region {
      stride = s - region.lowerBound <= region.upperBound - 1 - s ? 1 : -1
    } else if s != strip {
      stride = s > strip ? 1 : -1
    }
    strip = s
  }

  /// Needy ends of strip `s` from which its lanes allow driving on.
  private func entries(of s: Int) -> [Int] {
    guard let ends = needyEnds(of: s) else { return [] }
    var result: [Int] = []
    if tour.strips[s].isForward { result.append(Int(tour.members[ends.first])) }
    if tour.strips[s].isBackward, ends.last != ends.first || result.isEmpty {
      result.append(Int(tour.members[ends.last]))
    }
    return result
  }

  /// Where the area can be begun now.
  var entries: [Int] { Array(allEntries(from: nil).prefix(8)) }

  /// Of each region the outermost needy strips, and the strips the robot is at.
  private func allEntries(from plannedEnd: VertexID?) -> [Int] {
    var result: [Int] = []
    for region in tour.regions {
      guard let first = region.first(where: { needs[$0] > 0 }),
        let last = region.last(where: { needs[$0] > 0 })
      else { continue }
      result += entries(of: first)
      if last != first { result += entries(of: last) }
    }
    if let here = plannedEnd.flatMap({ tour.position(of: $0) }) {
      let s = Int(tour.stripOf[here])
      if needs[s] > 0 { result += entries(of: s) }
    }
    return result
  }

  /// By the way through the area, else as the crow flies.
  private func nearest(of entries: [Int], from plannedEnd: VertexID?) -> Int? {
    guard entries.count > 1, let plannedEnd else { return entries.first }
    let start = tour.position(of: plannedEnd)
    return start.flatMap { tour.nearestByRoad(of: entries, from: $0) }
      ?? tour.nearestByAir(of: entries, from: plannedEnd)
  }
}
