import FleetModel

// Making a speed profile along the pieces: a pass backwards for the fastest speed at which each
// piece may be left so that all that follows can be kept, and one forwards with the vehicle's
// acceleration. Braking is part of the plan from the start, so that the vehicle can always stop
// before the last piece it may drive.
extension Motion {
  /// Turns smaller than this many degrees are none.
  private static let straight = 1.0
  /// Corners sharper than this many degrees are reversals, taken at standstill by everybody.
  private static let sharp = 100.0

  /// Drives from here as far as `pieces[..<end]`.
  /// - Precondition: the vehicle can stop before that end.
  mutating func drive(to end: Int, now: Int64) {
    var state = beginPlan(now)
    guard end > head else { return }
    planCaps(end)
    var clock = 0.0
    for index in head..<end {
      turnIfNeeded(into: index, &state, &clock)
      driveThrough(index, cap: caps[index - head], isLast: index == end - 1, &state, &clock)
    }
    // The place reached last is a place of rest by construction.
  }

  /// Drives all that may be driven.
  mutating func drive(now: Int64) { drive(to: limit, now: now) }

  /// Brakes at once, wherever that leads on the way.
  mutating func brake(now: Int64) {
    var state = beginPlan(now)
    var clock = 0.0
    var index = head
    while state.speed > 0, index < limit {
      let rest = pieces[index].length - state.along
      let need = state.speed * state.speed / (2 * limits.braking)
      if need >= rest {
        let left = (2 * limits.braking * (need - rest)).squareRoot()
        let exit = index == limit - 1 || left < 1 ? 0 : left
        add(distance: rest, to: exit, completes: true, &state, &clock)
        index += 1
      } else {
        add(distance: need, to: 0, completes: false, &state, &clock)
      }
    }
  }

  /// One past the piece at whose end the vehicle comes to rest when it brakes now and goes on to
  /// the next leg's end; `head` when it stands at one.
  func firstStop(now: Int64) -> Int {
    let state = snapshot(at: now)
    // Standing at a leg's end, not at a corner on its way.
    if state.speed == 0 && state.along == 0 && !isBetweenStops && !isTurned(state.heading) {
      return head
    }
    var need = state.speed * state.speed / (2 * limits.braking) + state.along
    var index = head
    while index < limit {
      need -= pieces[index].length
      if pieces[index].endsLeg && need <= 0.001 { return index + 1 }
      index += 1
    }
    return limit
  }

  /// Whether a vehicle that sweeps other cells in turning has turned since it came to the last stop.
  private func isTurned(_ heading: Double) -> Bool {
    limits.sweeps && Heading.turn(from: restHeading, to: heading).magnitude > 0.001
  }

  private struct PlanState {
    var along: Double
    var speed: Double
    var heading: Double
  }

  /// Freezes where the vehicle is as the new origin.
  private mutating func beginPlan(_ now: Int64) -> PlanState {
    let here = snapshot(at: now)
    placeX = here.x
    placeY = here.y
    along = here.along
    heading = here.heading
    driven = here.driven
    origin = now
    clearPlan()
    return PlanState(along: here.along, speed: here.speed, heading: here.heading)
  }

  private func limit(of index: Int) -> Double {
    min(pieces[index].limit, limits.speed * limits.slowness)
  }

  private mutating func planCaps(_ end: Int) {
    let count = end - head
    caps.removeAll(keepingCapacity: true)
    caps.append(contentsOf: repeatElement(0, count: count))
    var index = end - 2
    while index >= head {
      let next = caps[index + 1 - head]
      let stoppable = (next * next + 2 * limits.braking * pieces[index + 1].length).squareRoot()
      let limit = min(limit(of: index), limit(of: index + 1))
      caps[index - head] = min(stoppable, limit, cornerCap(index))
      index -= 1
    }
  }

  /// Fastest speed from piece `index` into the next.
  private func cornerCap(_ index: Int) -> Double {
    let turn = Heading.turn(from: pieces[index].heading, to: pieces[index + 1].heading).magnitude
    if turn < Self.straight { return .infinity }
    return limits.quarterTurn > 0 || turn > Self.sharp ? 0 : limits.corner
  }

  private mutating func turnIfNeeded(
    into index: Int, _ state: inout PlanState, _ clock: inout Double
  ) {
    let turn = Heading.turn(from: state.heading, to: pieces[index].heading)
    if turn.magnitude >= 0.001 && limits.quarterTurn > 0 && state.speed == 0 {
      let duration = limits.quarterTurn * turn.magnitude / 90
      append(
        duration: duration, distance: 0, acceleration: 0, endSpeed: 0, turnRate: turn / duration,
        completes: false, state, &clock)
    }
    state.heading = pieces[index].heading
  }

  private mutating func driveThrough(
    _ index: Int, cap: Double, isLast: Bool, _ state: inout PlanState, _ clock: inout Double
  ) {
    let top = limit(of: index)
    let (a, b) = (limits.acceleration, limits.braking)
    var rest = pieces[index].length - state.along
    if state.speed > top {
      let need = (state.speed * state.speed - top * top) / (2 * b)
      if need < rest {
        add(distance: need, to: top, completes: false, &state, &clock)
        rest -= need
      }
    }
    let square = state.speed * state.speed
    var exit = min(cap, (square + 2 * a * rest).squareRoot())
    let lowestSquare = square - 2 * b * rest
    if lowestSquare >= exit * exit {
      let lowest = lowestSquare.squareRoot()
      // Before a corner or an end only rounding brings it here; elsewhere a limit that fell.
      if !isLast && lowest > exit + 1 { exit = lowest }
      add(distance: rest, to: exit, completes: true, &state, &clock)
      return
    }
    let reachable = (2 * a * b * rest + b * square + a * exit * exit) / (a + b)
    let peak = min(max(top, state.speed), reachable.squareRoot())
    let rising = max(0, peak * peak - square) / (2 * a)
    let falling = max(0, peak * peak - exit * exit) / (2 * b)
    let cruising = max(0, rest - rising - falling)
    if rising > 1e-6 {
      add(distance: rising, to: peak, completes: cruising + falling <= 1e-6, &state, &clock)
    }
    if cruising > 1e-6 {
      add(distance: cruising, to: state.speed, completes: falling <= 1e-6, &state, &clock)
    }
    if falling > 1e-6 || rest <= 1e-6 || (rising <= 1e-6 && cruising <= 1e-6) {
      add(distance: falling, to: exit, completes: true, &state, &clock)
    }
    state.speed = exit
  }

  /// A stretch at constant acceleration, from the state's speed to `speed`.
  private mutating func add(
    distance: Double, to speed: Double, completes: Bool, _ state: inout PlanState,
    _ clock: inout Double
  ) {
    let mean = (state.speed + speed) / 2
    let duration = distance > 0 && mean > 0 ? distance / mean : 0
    append(
      duration: duration, distance: distance,
      acceleration: duration > 0 ? (speed - state.speed) / duration : 0, endSpeed: speed,
      turnRate: 0, completes: completes, state, &clock)
    state.along = completes ? 0 : state.along + distance
    state.speed = speed
  }

  private mutating func append(
    duration: Double, distance: Double, acceleration: Double, endSpeed: Double, turnRate: Double,
    completes: Bool, _ state: PlanState, _ clock: inout Double
  ) {
    let end = clock + duration
    let endsAt = origin + Int64((end * 1e6).rounded(.up))
    segments.append(
      Segment(
        begin: clock, duration: duration, endsAt: endsAt, along: state.along, speed: state.speed,
        acceleration: acceleration, heading: state.heading, turnRate: turnRate,
        distance: distance, endSpeed: endSpeed, completesPiece: completes))
    clock = end
  }
}
