import Determinism
import FleetModel
import Traffic

/// An operator's right to drive a robot by hand, for a bounded time.
public struct TeleoperationLease: Sendable, Equatable, Codable {
  /// Grows with every lease of the fleet.
  public internal(set) var number: UInt64
  public internal(set) var holder: OperatorID
  /// When it ends unless it is renewed.
  public internal(set) var until: Instant
  /// The robot stood and may be driven; before that it is only being stopped.
  public internal(set) var isGranted = false
}

/// What was sent of a lease to a robot last.
struct SentSlice: Sendable, Equatable, Codable {
  var message: UInt64
  var at: Instant
}

// Robots driven by hand from afar (docs/traffic.md, rule 10). The operator holds a lease of the
// server's; the robot gets it in slices of a second and a half. It gets the next one only when its
// state has confirmed the last, when all that it may come to until then is blocked for others, and
// when nobody who is there can still move. So whatever becomes of the link, it comes no further.
extension Fleet {
  static let leaseMilliseconds: ClosedRange<Int64> = 1000...600_000
  private static let slice = Duration.milliseconds(1500)
  private static let slicePeriod = Duration.milliseconds(500)
  /// Millimetres a second.
  private static let handSpeed: Int64 = 500

  /// Whether an operator drives it, or did and it has not said where it stands since.
  func isInHand(_ i: Int) -> Bool { robots[i].containment?.cause == .teleoperated }

  // MARK: Asked for

  mutating func teleoperate(
    _ user: OperatorID, _ i: Int, forMilliseconds milliseconds: Int64
  ) -> Refusal? {
    let id = robots[i].id
    guard Self.leaseMilliseconds.contains(milliseconds) else {
      return Refusal(
        .invalid, "a robot is driven by hand for 1 to 600 s at a time",
        hint: "renew it in time: the same command again counts from then on")
    }
    if let refusal = refusal(to: user, i) { return refusal }
    let until = now + .milliseconds(milliseconds)
    guard robots[i].lease == nil else {
      robots[i].lease?.until = until
      return nil
    }
    guard robots[i].freshness == .fresh, robots[i].control != nil, robots[i].state != nil,
      robots[i].factsheet != nil, robots[i].classIndex != nil, !robots[i].isRevoked,
      robots[i].integration != .ignored
    else {
      return Refusal(
        .wrongState, "\(id) cannot be driven by hand: \(hindrance(i) ?? "it is not heard")")
    }
    lastLease += 1
    robots[i].lease = TeleoperationLease(number: lastLease, holder: user, until: until)
    robots[i].slice = nil
    updateHeld(i)
    trim(i)
    if case .charge = robots[i].action?.action.kind { cancelAction(i) }
    notice(.robotChanged, robot: i, "\(id) is handed to \(user): it stops first")
    return nil
  }

  mutating func endTeleoperation(_ user: OperatorID, _ i: Int) -> Refusal? {
    guard robots[i].lease != nil else {
      return Refusal(.wrongState, "nobody drives \(robots[i].id) by hand")
    }
    if let refusal = refusal(to: user, i) { return refusal }
    endLease(i, "given back")
    return nil
  }

  private func refusal(to user: OperatorID, _ i: Int) -> Refusal? {
    guard let lease = robots[i].lease, lease.holder != user else { return nil }
    let id = robots[i].id
    return Refusal(
      .wrongState, "\(id) is driven by \(lease.holder) for another \(secondsLeft(lease)) s",
      hint: "ask \(lease.holder) to give it back, or stop it: `drover robot stop \(id)`")
  }

  func secondsLeft(_ lease: TeleoperationLease) -> Int64 {
    max(0, ((lease.until - now).wholeMicroseconds + 999_999) / 1_000_000)
  }

  // MARK: In time

  /// Ends a lease that has run out; hands the robot over once it stands; keeps it going.
  mutating func checkLease(_ i: Int) {
    guard let lease = robots[i].lease else { return }
    if now >= lease.until { return endLease(i, "run out") }
    guard robots[i].freshness == .fresh, robots[i].control?.isEmpty == true,
      let state = robots[i].state
    else { return }
    if !lease.isGranted, isAtRest(i, state) { grant(i) }
    if robots[i].lease?.isGranted == true { giveSlice(i, state) }
  }

  /// Whether the robot stands, has answered, and has nothing to drive or to do.
  private func isAtRest(_ i: Int, _ state: RobotState) -> Bool {
    guard state.speedMillimetresPerSecond == 0, robots[i].action == nil else { return false }
    let robot = robots[i].index
    guard robots[i].presence == .present else {
      return robots[i].containment != nil || !robots[i].offMapReason.isEmpty
    }
    return !traffic.hasRoadAhead(robot) && !traffic.awaitsTrim(robot)
      && state.route.visited == state.route.through
  }

  /// From here on the robot is where its driver takes it: off its road for all that traffic knows.
  private mutating func grant(_ i: Int) {
    robots[i].lease?.isGranted = true
    robots[i].containment = Containment(cause: .teleoperated, since: now)
    robots[i].isDirty = true
    statistics.teleoperations += 1
    awaitPresence(i)
    updateHeld(i)
    notice(.robotChanged, robot: i, "\(robots[i].id) may be driven by hand now")
  }

  private mutating func giveSlice(_ i: Int, _ state: RobotState) {
    guard let lease = robots[i].lease, state.serverEpoch == serverEpoch else { return }
    if let last = robots[i].slice, now - last.at < Self.slicePeriod { return }
    let cells = handReach(i, state)
    block(i, cells)
    guard inTheWay(i, cells).isEmpty else { return }
    let milliseconds = Self.slice.wholeMicroseconds / 1000
    send(
      i,
      .teleoperate(
        TeleoperationSlice(
          lease: lease.number, driver: lease.holder, durationMilliseconds: milliseconds,
          speedLimitMillimetresPerSecond: Int32(Self.handSpeed))))
    robots[i].slice = SentSlice(message: robots[i].control?.lastNumber ?? 0, at: now)
    // It was stopped, or stood in silence, before somebody took it over. It has no route now.
    if state.holding || state.mode == .stopped {
      send(i, .resume)
      send(i, .confirm(order: 0, update: 0))
    }
  }

  /// Where the robot may come to before its driver is heard again: with the rest of the slice that
  /// its state has confirmed and all of the next one.
  func handReach(_ i: Int, _ state: RobotState) -> [Int32] {
    let braking = Int64(max(1, robots[i].factsheet?.vehicle.brakingMillimetresPerSecond2 ?? 500))
    let driven = 2 * Self.handSpeed * Self.slice.wholeMicroseconds / 1_000_000
    return disc(
      i, round: state.position, beyond: driven + Self.handSpeed * Self.handSpeed / braking)
  }

  /// Others on `cells` that may still move: they were asked to stop. One in somebody's hands does until
  /// it has said that it stands, however long its lease has been over.
  func inTheWay(_ i: Int, _ cells: [Int32]) -> [RobotIndex] {
    traffic.holders(of: cells, but: robots[i].index).filter { other in
      let k = other.index
      let isAstray = robots[k].containment != nil || robots[k].presence == .absent
      return traffic.isPresent(other) && traffic.hasRoadAhead(other)
        || isInHand(k) && robots[k].freshness != .lost
        || isAstray && robots[k].state?.speedMillimetresPerSecond != 0
    }
  }

  // MARK: The end

  /// The robot stops, says where it stands, and is the fleet's again.
  mutating func endLease(_ i: Int, _ reason: String) {
    guard let lease = robots[i].lease else { return }
    let id = robots[i].id
    robots[i].lease = nil
    robots[i].isDirty = true
    robotsToStore.append(i)
    changes.append(
      .audit(actor: lease.holder.text, action: "teleoperation ended", detail: "\(id): \(reason)"))
    notice(.robotChanged, robot: i, "\(lease.holder) drives \(id) no more: \(reason)")
    guard lease.isGranted else { return updateHeld(i) }
    let over = TeleoperationSlice(
      lease: lease.number, driver: nil, durationMilliseconds: 0, speedLimitMillimetresPerSecond: 0)
    send(i, .teleoperate(over))
    query(i)
  }

  /// The server stopped while somebody drove the robot: what was blocked for it is blocked again.
  mutating func restoreLease(_ i: Int, _ lease: TeleoperationLease) {
    robots[i].isDirty = true
    robotsToStore.append(i)
    let id = robots[i].id
    changes.append(
      .audit(
        actor: lease.holder.text, action: "teleoperation ended", detail: "\(id): server restarted"))
    guard lease.isGranted else { return }
    robots[i].containment = Containment(cause: .teleoperated, since: now)
    incident(i, "\(id) was driven by \(lease.holder) when the server stopped: that is over")
  }

  /// Has a robot that stands drop its route, as it does when it is handed to somebody; nobody drives
  /// it, and it is the fleet's again at once. Then it says where it is.
  mutating func dropRoute(_ i: Int) {
    lastLease += 1
    let handed: [(OperatorID?, Int64)] = [(OperatorID(robots[i].id), 1000), (nil, 0)]
    for (driver, milliseconds) in handed {
      send(
        i,
        .teleoperate(
          TeleoperationSlice(
            lease: lastLease, driver: driver, durationMilliseconds: milliseconds,
            speedLimitMillimetresPerSecond: 1)))
    }
    query(i)
  }

  // MARK: Told

  /// What a robot in somebody's hands is doing; nil: it is in nobody's.
  func handText(_ i: Int) -> String? {
    guard let lease = robots[i].lease else { return nil }
    let left = "\(secondsLeft(lease)) s left"
    return lease.isGranted
      ? "driven by \(lease.holder), \(left)" : "stops to be driven by \(lease.holder), \(left)"
  }

  func explainLease(_ i: Int, _ lease: TeleoperationLease) -> [String] {
    let id = robots[i].id
    var chain: [String] = []
    if lease.isGranted {
      let cells = traffic.obstruction(of: robots[i].index)
      chain.append("\(cells.count) cells that it may come to are blocked for others")
      let near = robots[i].state.map { inTheWay(i, handReach(i, $0)) } ?? []
      if !near.isEmpty {
        let names = near.map { "\(robots[$0.index].id) (\(activity($0.index)))" }
        chain.append("it waits until these near it stand: \(names.joined(separator: ", "))")
      }
    } else if let action = robots[i].action {
      chain.append("it ends \(action.action.kind) first")
    } else {
      chain.append("it drives to where it can stop, and says so, first")
    }
    chain.append(
      "it is the fleet's again in \(secondsLeft(lease)) s, or when \(lease.holder) says so:"
        + " `drover robot teleoperate \(id) --release`")
    return chain
  }
}
