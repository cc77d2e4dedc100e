import FleetModel

// What Traffic's verbs answer.

/// Road for a robot: legs that follow what it has, and how far it may drive. Must be durable
/// before it is sent (`Traffic.promise(of:)`).
public struct Release: Sendable, Equatable {
  public var robot: RobotIndex
  public var order: UInt64
  /// Counts from 1 without gaps within the order.
  public var update: UInt64
  public var firstLeg: UInt64
  public var legs: [PlannedLeg]
  public var releasedThrough: UInt64
}

/// Legs of a robot that were taken out of the queues again, never to be driven.
public struct Withdrawal: Sendable, Equatable {
  public var robot: RobotIndex
  /// In driving order.
  public var legs: [PlannedLeg]
  /// Where the robot's plan ends now.
  public var newEnd: Int32
}

/// How a robot got its cell.
public enum JoinOutcome: Sendable, Equatable {
  /// It owns the cell. Legs of others that were queued there are gone.
  case joined(withdrawn: [Withdrawal])
  /// The cell is promised to others as well: trim each of them (`requestTrim`). Until they have
  /// answered, driven past or left, all of them are frozen.
  case contested(with: [RobotIndex], withdrawn: [Withdrawal])
}

/// Why a leg was not appended. Nothing has changed then.
public enum AppendRefusal: Sendable, Equatable {
  case absent
  /// Held, awaited, contested, or asked to trim.
  case frozen
  /// An empty path, a resource named twice or out of range, a path cell that is not claimed, or
  /// the robot's own planned end among the claims.
  case malformed
  /// As planned so far, that robot comes to rest there.
  case restsThere(resource: Int32, robot: RobotIndex)
  /// That robot is frozen: nobody may wait for it.
  case behindFrozen(resource: Int32, robot: RobotIndex)
}

/// Why a robot's report was not taken. Nothing has changed then.
public enum ReportRefusal: Sendable, Equatable {
  case absent
  /// An order newer than any that was given.
  case unknownOrder(known: UInt64, found: UInt64)
  /// It drove or means to drive past what was released: claim its place by force (`rejoin`).
  case baseViolation(released: UInt64, found: UInt64)
}

/// What a visited report changed.
public enum VisitOutcome: Sendable, Equatable {
  /// Legs `first ..< first + legs.count` were driven for the first time.
  case advanced(first: UInt64, legs: [PlannedLeg])
  /// Late or doubled.
  case unchanged
  case refused(ReportRefusal)
}

/// To be sent to a robot: stop as early as you can, at the end of leg `through` or later.
public struct TrimRequest: Sendable, Equatable {
  public var robot: RobotIndex
  public var order: UInt64
  public var update: UInt64
  public var through: UInt64
}

/// What asking for a trim did.
public struct TrimStart: Sendable, Equatable {
  /// Nil when there is nothing to ask for: no released road lies ahead of the robot, or it was
  /// asked already as of its last update, or will be when it is present again.
  public var request: TrimRequest?
  public var withdrawn: [Withdrawal]
}

/// What a robot's own word about its route changed.
public enum Reconciliation: Sendable, Equatable {
  /// Server and robot agree now; legs that never reached the robot are given back. A trim that was
  /// wanted meanwhile, or was under way before, is to be sent (again).
  case agreed(visited: VisitOutcome, withdrawn: [Withdrawal], trim: TrimRequest?)
  /// The robot knows no such order: `rejoin` it where it stands.
  case otherOrder(known: UInt64, found: UInt64)
  case refused(ReportRefusal)
}

/// What the server has promised a robot and must know again after a restart.
public struct Promise: Sendable, Equatable, Codable {
  public var order: UInt64
  public var update: UInt64
  /// The leg at whose end the robot was last: `legs[0]`.
  public var firstLeg: UInt64
  /// From there through the last released.
  public var legs: [PlannedLeg]
  public var visited: UInt64
  public var acknowledged: UInt64
  public var released: UInt64

  /// - Precondition: `visited <= acknowledged <= released`, `firstLeg == visited` and
  ///   `legs.count == released - visited + 1`.
  public init(
    order: UInt64, update: UInt64, firstLeg: UInt64, legs: [PlannedLeg], visited: UInt64,
    acknowledged: UInt64, released: UInt64
  ) {
    self.order = order
    self.update = update
    self.firstLeg = firstLeg
    self.legs = legs
    self.visited = visited
    self.acknowledged = acknowledged
    self.released = released
    precondition(isSound, "unsound promise \(self)")
  }

  /// Whether the marks are in order and fit the legs; check it on what was read from outside.
  public var isSound: Bool {
    firstLeg == visited && visited <= acknowledged && acknowledged <= released
      && UInt64(legs.count) == released - visited + 1 && legs.allSatisfy { !$0.path.isEmpty }
  }
}
