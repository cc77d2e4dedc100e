import Grid

extension SweepRun {
  /// Where to go now; nil: nowhere. O(1) while the last goal stands, else once a strip a search of
  /// the area.
  /// - Precondition: some cell is needy.
  mutating func goal(from plannedEnd: VertexID?) -> VertexID? {
    if let aside = stepAside { return aside }
    advanceAim(plannedEnd)
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

  /// What follows the aim: its far end, nothing, or back into the strip after straying.
  private mutating func advanceAim(_ plannedEnd: VertexID?) {
    guard let current = aim else { return }
    if current.isReached || plannedEnd == tour.vertices[current.position] {
      aim = current.isEntry ? farEnd(from: current.position) : nil
      // What is planned may lead to the far end already, or off the strip.
      if current.isEntry { advanceAim(plannedEnd) }
    } else if !isNeedy(current.position) {
      aim = nil
    } else if !current.isEntry, let plannedEnd, let back = wayBack(from: plannedEnd, current) {
      aim = Aim(position: back, isEntry: true)
    }
  }

  /// The far end of what is needy round `position`; gaps up to four cells count as needy.
  private func farEnd(from position: Int) -> Aim? {
    let range = tour.strips[Int(tour.stripOf[position])].members
    guard let here = range.first(where: { Int(tour.members[$0]) == position }) else { return nil }
    let after = runEnd(from: here, by: 1, in: range)
    let before = runEnd(from: here, by: -1, in: range)
    let far = after - here >= here - before ? after : before
    return far == here ? nil : Aim(position: Int(tour.members[far]), isEntry: false)
  }

  private func runEnd(from here: Int, by step: Int, in range: Range<Int>) -> Int {
    var end = here
    var at = here + step
    while range.contains(at), abs(at - end) <= 5 {
      if isNeedy(Int(tour.members[at])) { end = at }
      at += step
    }
    return end
  }

  /// Where a robot that strayed from its strip comes back into it.
  private func wayBack(from plannedEnd: VertexID, _ current: Aim) -> Int? {
    let s = tour.stripOf[current.position]
    if let here = tour.position(of: plannedEnd), tour.stripOf[here] == s { return nil }
    let needy = tour.strips[Int(s)].members.lazy.map { Int(tour.members[$0]) }
      .filter { isNeedy($0) }
    return tour.nearestByAir(of: Array(needy), from: plannedEnd)
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
    if isDense(strip) { return strip }
    let region = tour.regions[Int(tour.strips[strip].region)]
    var s = strip + stride
    while region.contains(s) {
      if isDense(s) { return s }
      s += stride
    }
    return nil
  }

  private func isDense(_ s: Int) -> Bool {
    2 * Int(needs[s]) >= tour.strips[s].members.count
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
    let range = tour.strips[s].members
    guard let first = range.first(where: { isNeedy(Int(tour.members[$0])) }),
      let last = range.last(where: { isNeedy(Int(tour.members[$0])) })
    else { return [] }
    var result: [Int] = []
    if tour.strips[s].isForward { result.append(Int(tour.members[first])) }
    if tour.strips[s].isBackward, last != first || result.isEmpty {
      result.append(Int(tour.members[last]))
    }
    return result
  }

  /// Where the area can be begun now.
  var entries: [Int] { Array(allEntries(from: nil).prefix(8)) }

  /// Of each region the outermost strips, what was left out, and the strip the robot is at.
  private func allEntries(from plannedEnd: VertexID?) -> [Int] {
    var result: [Int] = []
    for region in tour.regions {
      if let first = region.first(where: isDense), let last = region.last(where: isDense) {
        result += entries(of: first)
        if last != first { result += entries(of: last) }
      }
      for s in region where needs[s] > 0 && !isDense(s) {
        for m in tour.strips[s].members where isNeedy(Int(tour.members[m])) {
          result.append(Int(tour.members[m]))
        }
      }
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
