import Determinism
import FleetModel
import Grid
import Invariants
import Site
import VirtualRobot

// Robots that leave their road, people who carry them about, things that stand in the way.
extension Simulation {
  /// The true outline of a robot.
  func outline(_ i: Int) -> Outline { robots[i].robot.sight(i).outline }

  /// How long a robot stands before what is in its way, and looks again.
  private static let pause = Duration.milliseconds(600)

  /// Robots stop before rogues and obstacles, and rogues before everybody; they drive on when
  /// nothing is there any more.
  mutating func protect() {
    guard !rogues.isQuiet else { return }
    let seen = rogues.robots.filter { !departed.contains($0) }
    let near = sights.fromWest(seen)
    var everybody: WestToEast?
    for i in robots.indices {
      let stops = sights.all[i].glance.stopsFor
      if let stops {
        guard stops <= lookPeriod * 2 else { continue }
      } else if sights.all[i].isStanding {
        continue
      }
      if rogues.contains(i), everybody == nil { everybody = sights.everybodyFromWest() }
      if mustStop(i, seen: near, everybody: everybody) {
        if stops == nil { rogues.intervened() }
        inject(.stop(for: Self.pause), i)
      }
    }
    for i in seen { forgive(i) }
  }

  private mutating func mustStop(_ i: Int, seen: WestToEast, everybody: WestToEast?) -> Bool {
    let sight = sights.all[i]
    let own = sight.outline
    let reach = ProtectiveField.reach(own, speed: sight.speed, stopping: sight.stopping)
    let far = sights.farthest(reach)
    if !thingsAhead.isEmpty { thingsAhead.removeAll(keepingCapacity: true) }
    func consider(_ area: OrientedRectangle) {
      if area.mayComeWithin(reach, of: own.position) { thingsAhead.append(area) }
    }
    for obstacle in rogues.obstacles { consider(obstacle.area) }
    // The way of a rogue is nobody's.
    let isRogue = rogues.contains(i)
    (isRogue ? everybody ?? seen : seen).near(own.position, far) { other in
      if other != i { consider(sights.drivenBy(other)) }
    }
    guard !thingsAhead.isEmpty else { return false }
    let depth = ProtectiveField.depth(speed: sight.speed, stopping: sight.stopping)
    let way = robots[i].robot.wayAhead(depth)
    let areas = ProtectiveField.areas(own, way, sides: isRogue ? ProtectiveField.sides : 0)
    return areas.contains { area in
      let field = OrientedRectangle(area)
      return thingsAhead.contains { field.overlaps($0) }
    }
  }

  /// A rogue that stands on the middle of what is its own, and has stopped what it did, is one no
  /// more. Elsewhere it would reach beside its road as soon as it turned. What it has to tell may
  /// give that away: a hand put it back onto the road that it had driven, while it had no link.
  private mutating func forgive(_ i: Int) {
    guard rogues.isDone(i, now: now), robots[i].robot.isSettled(), !isAstride(i),
      world.isAtHome(outline(i))
    else { return }
    rogues.pardon(i, now: now)
  }

  // MARK: What rogues do

  mutating func leaveRoad(_ fault: Fault, _ i: Int) {
    guard robots[i].robot.route.order > 0 else { return }
    // Long enough to drive there and to say so.
    rogues.add(i, until: now + .seconds(25))
    if fault.kind == .overruns {
      inject(.overrun(millimetres: Int32(clamping: fault.amount)), i)
    } else {
      inject(.stray(dx: Int32(clamping: fault.x), dy: Int32(clamping: fault.y)), i)
    }
  }

  mutating func loseItsPlace(_ fault: Fault, _ i: Int) {
    let (x, y) = (Int32(clamping: fault.x), Int32(clamping: fault.y))
    rogues.add(i, until: now + fault.lasting + .seconds(10))
    if fault.kind == .drifts {
      inject(.mislocate(dx: 0, dy: 0, dxPerSecond: x, dyPerSecond: y), i)
    } else {
      inject(.mislocate(dx: x, dy: y, dxPerSecond: 0, dyPerSecond: 0), i)
    }
  }

  /// Somebody puts the robot on a free cell nearby, when it stands.
  mutating func carry(_ fault: Fault, _ i: Int, _ index: Int) {
    guard !departed.contains(i) else { return }
    guard robots[i].robot.isStanding else {
      inject(.stop(for: .seconds(5)), i)
      return queue.push(.faultEnds(index), at: now + .seconds(4))
    }
    let here = robots[i].robot.truePosition
    let cells = freeCells(near: here, for: i, within: 25_000, clear: 6000)
    guard !cells.isEmpty else { return }
    var place = site.centre(of: cells[fault.amount % cells.count])
    place.x += Int64(fault.x)
    place.y += Int64(fault.y)
    put(i, at: place)
  }

  private mutating func put(_ i: Int, at place: Point) {
    rogues.add(i, until: now + .seconds(5))
    let heading = site.vertex(containing: place)
      .flatMap { site.startHeading(at: $0, class: robots[i].classIndex) }
    speak(
      i,
      robots[i].robot.placeByHand(
        at: place, heading: heading?.millidegrees, now: robots[i].clock.time(now)))
    sights.moved(i, robots[i].robot)
  }

  /// How far a robot that is longer than a cell reaches beyond the middle of one.
  private func reach(_ i: Int) -> Int64 {
    guard site.isLong(class: robots[i].classIndex) else { return 0 }
    return Int64(robots[i].robot.lengthMillimetres / 2 + robots[i].robot.widthMillimetres / 2)
  }

  /// Cells on which a robot can be put down: within reach, and nobody else near, or about to be;
  /// nearest first.
  private func freeCells(near place: Point, for i: Int, within: Int64, clear: Int64) -> [VertexID] {
    let side = Int64(site.cellMillimetres)
    let own = reach(i)
    var others: [(place: Point, room: Int64)] = []
    for other in robots.indices where other != i {
      // Far away at the last look: there it is still, more or less, and asking it is dear.
      if other < sights.all.count {
        let sight = sights.all[other]
        let seen = sight.outline.position
        let far = within + clear + own + reach(other) + side + Int64(sight.stopping) + 10_000
        if max(abs(seen.x - place.x), abs(seen.y - place.y)) > far { continue }
      }
      let there = robots[other].robot.truePosition
      let room =
        clear + own + reach(other) + Int64(robots[other].robot.stoppingDistanceMillimetres)
      if max(abs(there.x - place.x), abs(there.y - place.y)) < within + room + side {
        others.append((there, room))
      }
    }
    return restingPlaces(near: place, for: i, within: within).filter { vertex in
      let centre = site.centre(of: vertex)
      return others.allSatisfy {
        max(abs($0.place.x - centre.x), abs($0.place.y - centre.y)) >= $0.room
      }
    }
  }

  /// Whether nothing that may be under a robot, as far as it knows, is somebody else's.
  private func isFreeOfOthers(_ outline: Outline) -> Bool {
    let error = site.classes[robots[outline.robot.index].classIndex].errorMillimetres
    var grown = outline
    grown.lengthMillimetres += 2 * error
    grown.widthMillimetres += 2 * error
    return world.isFreeOfOthers(grown)
  }

  /// The nearest cell where all that would be under the robot is nobody else's: where a jam leaves
  /// no free one, people push it there.
  private func gap(near place: Point, for i: Int, within: Int64) -> VertexID? {
    restingPlaces(near: place, for: i, within: within).first { fits(i, $0) }
  }

  /// The nearest parking place that is nobody else's.
  private func shelter(near place: Point, for i: Int) -> VertexID? {
    let places = site.parking.map(\.vertex).filter {
      site.canRest(on: $0, class: robots[i].classIndex) && fits(i, $0)
    }
    func distance(_ vertex: VertexID) -> Int64 {
      let centre = site.centre(of: vertex)
      return abs(centre.x - place.x) + abs(centre.y - place.y)
    }
    return places.min { distance($0) < distance($1) }
  }

  /// Whether all that would be under the robot, put there, is nobody else's.
  private func fits(_ i: Int, _ vertex: VertexID) -> Bool {
    var it = outline(i)
    it.position = site.centre(of: vertex)
    if let heading = site.startHeading(at: vertex, class: robots[i].classIndex) {
      it.headingMillidegrees = heading.millidegrees
    }
    guard isFreeOfOthers(it) else { return false }
    return !rogues.robots.contains { $0 != i && it.overlaps(outline($0)) }
  }

  /// Cells on which a robot can come to rest, nearest first.
  private func restingPlaces(near place: Point, for i: Int, within: Int64) -> [VertexID] {
    var found: [(distance: Int64, vertex: VertexID)] = []
    let side = Int64(site.cellMillimetres)
    let cells = Int32(within / side) + 1
    let (column, row) = (Int32(place.x / side), Int32(place.y / side))
    for y in row - cells...row + cells {
      for x in column - cells...column + cells {
        guard let vertex = site.graph.vertex(at: Cell(x: x, y: y)) else { continue }
        let centre = site.centre(of: vertex)
        let distance = abs(centre.x - place.x) + abs(centre.y - place.y)
        guard distance <= within, !site.isNoStop(vertex),
          site.canRest(on: vertex, class: robots[i].classIndex)
        else { continue }
        found.append((distance, vertex))
      }
    }
    found.sort { $0.distance != $1.distance ? $0.distance < $1.distance : $0.vertex < $1.vertex }
    return found.map(\.vertex)
  }

  // MARK: Obstacles

  mutating func obstruct(_ fault: Fault, _ index: Int) {
    let vertex = VertexID(Int32(fault.amount % site.graph.vertexCount))
    let centre = site.centre(of: vertex)
    let side = site.cellMillimetres / 2
    let thing = Outline(
      robot: RobotIndex(-1), position: centre, headingMillidegrees: 0, lengthMillimetres: side,
      widthMillimetres: side)
    // Nobody throws things at robots, or so close before them that they cannot stop.
    let isFree = robots.indices.allSatisfy { i in
      let place = robots[i].robot.truePosition
      let room = Int64(robots[i].robot.stoppingDistanceMillimetres) + 4000 + reach(i)
      return max(abs(place.x - centre.x), abs(place.y - centre.y)) >= room
    }
    guard isFree else { return }
    rogues.put(thing, of: index)
    queue.push(.faultEnds(index), at: now + fault.lasting)
  }

  // MARK: The end of all that

  /// All faults are over: what does not end by itself is put right, as people would.
  mutating func heal() {
    for i in robots.indices {
      guard robots[i].robot.mode != .automatic else { continue }
      inject(.repair, i)
      world.batteryExchanged(i)
    }
    healRogues()
  }

  /// Rogues, robots that stand where the server cannot take them up, and those that stand in one
  /// another's road are put onto the nearest free cell: onto the middle of their own where all that is
  /// under them is theirs. Those that the server has named are carried where it parks robots. Where nothing
  /// was to go wrong nobody touches a robot: it would only hide what has.
  mutating func healRogues() {
    guard !faults.isEmpty else { return }
    let named = Set(server.isUp ? server.fleet.robotsToCarry : [])
    for i in robots.indices where robots[i].robot.isStanding && robots[i].session != nil {
      let isClose = !isFreeOfOthers(outline(i))
      let route = robots[i].robot.route
      let isAstray =
        route.visited == route.through && (isAstride(i) || isAskew(i) || isClose)
      let isNamed = named.contains(robots[i].id)
      guard !departed.contains(i), rogues.isDone(i, now: now),
        isAstray || isNamed || rogues.contains(i) || world.isContested(i)
      else { continue }
      let here = robots[i].robot.truePosition
      let clear = Int64(site.cellMillimetres) * 3 / 2
      let isAtHome = !isAskew(i) && !isClose && world.isAtHome(outline(i))
      let own = isAtHome ? site.vertex(containing: here).flatMap { fits(i, $0) ? $0 : nil } : nil
      guard
        let cell = (isNamed ? shelter(near: here, for: i) : own)
          ?? freeCells(near: here, for: i, within: 60_000, clear: clear).first
          ?? gap(near: here, for: i, within: 60_000)
      else { continue }
      movedWhenHealing += 1
      put(i, at: site.centre(of: cell))
    }
  }

  /// A robot longer than a cell that is not where, or how, its class comes to rest.
  private func isAskew(_ i: Int) -> Bool {
    guard site.isLong(class: robots[i].classIndex) else { return false }
    let heading = Int32((robots[i].robot.pose.headingDegrees * 1000).rounded()) % 90_000
    guard let vertex = site.vertex(containing: robots[i].robot.truePosition) else { return true }
    return heading != 0 || !site.canRest(on: vertex, class: robots[i].classIndex)
  }

  /// Off the middle of a cell by more than a robot that has arrived is.
  private func isAstride(_ i: Int) -> Bool {
    let here = robots[i].robot.truePosition
    guard let vertex = site.vertex(containing: here) else { return true }
    let centre = site.centre(of: vertex)
    return max(abs(here.x - centre.x), abs(here.y - centre.y)) > Int64(site.cellMillimetres) / 20
  }
}
