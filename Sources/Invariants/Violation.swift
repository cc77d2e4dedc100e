import FleetModel
import Grid

/// A rule of docs/traffic.md that was broken, with all facts.
public enum Violation: Sendable, Equatable {
  // True poses

  /// Two outlines overlap.
  case overlap(RobotIndex, at: Point, with: RobotIndex, where: Point)
  /// An outline reaches into a cell that its robot does not own.
  case outsideOwned(RobotIndex, at: Point, cell: Cell)
  /// An outline reaches where nobody may drive.
  case offRoad(RobotIndex, at: Point, cell: Cell)
  /// A robot is too fast to stop before the end of what it acknowledged.
  case cannotStop(RobotIndex, brakingMillimetres: Int64, leftMillimetres: Int64)

  /// A robot has driven on for long with an empty battery.
  case drivesEmpty(RobotIndex)
  /// A battery has more in it than before, and no charger had to do with it.
  case chargedFromNothing(RobotIndex)
  /// A robot charges where there is no charger.
  case chargesElsewhere(RobotIndex)
  /// Two robots charge at one charger.
  case chargerShared(RobotIndex, RobotIndex)
  /// Two robots are in a zone that is for one.
  case exclusiveShared(RobotIndex, RobotIndex)
  /// A robot with nothing to keep it stands where nobody may.
  case restsInNoStop(RobotIndex)

  // Messages

  /// Road was released to one robot while another owned it.
  case doubleOwner(cell: Cell, owner: RobotIndex, released: RobotIndex)
  /// A release that does not follow what was released before, or goes past its own legs.
  case brokenRelease(RobotIndex, order: UInt64, firstLeg: UInt64, after: UInt64)
  /// A release that ends before an earlier one did, and no answer of the robot between.
  case revoked(RobotIndex, order: UInt64, through: UInt64, before: UInt64)
  /// A leg that does not start where the one before ended, or leaves the map.
  case disconnected(RobotIndex, order: UInt64, leg: UInt64)
  /// A robot acknowledged, visited or drives a leg that was not released to it.
  case pastRelease(RobotIndex, order: UInt64, leg: UInt64, released: UInt64)
  /// An order that is older than one the robot was given.
  case orderWentBack(RobotIndex, order: UInt64, after: UInt64)
  /// An update whose number does not follow the last one's.
  case updateSkipped(RobotIndex, order: UInt64, update: UInt64, after: UInt64)
  /// A robot told of a leg that does not follow the one it told of before.
  case visitSkipped(RobotIndex, order: UInt64, leg: UInt64, after: UInt64)
  /// Road through a zone was released after the zone was closed.
  case releasedIntoClosed(RobotIndex, order: UInt64, leg: UInt64, at: Point)
  /// A message about a robot that is not there.
  case absent(RobotIndex)

  // Queues

  /// A token without a leg that claims the resource, or a claim without its token.
  case strayToken(RobotIndex, leg: UInt64, resource: Int32)
  /// A released leg that does not own what it claims, on a resource that is not contested.
  case releasedNotOwner(RobotIndex, leg: UInt64, resource: Int32)
  /// A leg waits behind a robot that, as planned, comes to rest there.
  case waitsForRest(RobotIndex, leg: UInt64, resource: Int32, behind: RobotIndex)
  /// A leg waits for one that was appended later.
  case waitsForLater(RobotIndex, leg: UInt64, resource: Int32, behind: RobotIndex)
  /// A leg waits for a robot that is held.
  case waitsForHeld(RobotIndex, leg: UInt64, resource: Int32, behind: RobotIndex)
  /// Legs of these robots wait for one another.
  case waitCycle([RobotIndex])
  /// Not `visited <= acknowledged <= released <= end`, or legs missing between.
  case marksOutOfOrder(RobotIndex)
  /// Two plans end in one cell that is not contested.
  case sharedEnd(resource: Int32, RobotIndex, RobotIndex)

  // Tasks

  case taskSubmittedTwice(TaskID)
  /// A second task was made for a key that had one.
  case keyUsedTwice(ClientKey, TaskID)
  case taskUnknown(TaskID)
  case taskEndedTwice(TaskID, first: String, then: String)
  case taskOpen(TaskID)
  /// A parcel that was taken in or given out twice, or by a robot that does not have it, or a
  /// delivery completed without both.
  case parcelLost(TaskID, ParcelFault)
}

extension Violation {
  /// Whether a task or a parcel was lost or doubled.
  public var isOfTasks: Bool {
    switch self {
    case .taskSubmittedTwice, .keyUsedTwice, .taskUnknown, .taskEndedTwice, .taskOpen,
      .parcelLost:
      true
    case .overlap, .outsideOwned, .offRoad, .cannotStop, .drivesEmpty, .chargedFromNothing,
      .chargesElsewhere, .chargerShared, .exclusiveShared, .restsInNoStop, .doubleOwner,
      .brokenRelease, .revoked,
      .disconnected, .pastRelease, .orderWentBack, .updateSkipped, .visitSkipped,
      .releasedIntoClosed, .absent, .strayToken, .releasedNotOwner, .waitsForRest,
      .waitsForLater, .waitsForHeld, .waitCycle, .marksOutOfOrder, .sharedEnd:
      false
    }
  }
}

public enum ParcelFault: String, Sendable, Equatable {
  case loadedTwice = "loaded twice"
  case unloadedTwice = "unloaded twice"
  case unloadedByAnother = "unloaded by a robot that had not loaded it"
  case neverLoaded = "unloaded or completed without being loaded"
  case neverUnloaded = "completed without being unloaded"
  case twoAboard = "loaded by a robot that has another one aboard"
  case notAboard = "not aboard the robot that has loaded it"
  case stillAboard = "not given out though its task was cancelled"
}

extension Violation: CustomStringConvertible {
  public var description: String {
    switch self {
    case .overlap(let a, let p, let b, let q):
      "robots \(a.rawValue) at \(at(p)) and \(b.rawValue) at \(at(q)) overlap"
    case .outsideOwned(let robot, let p, let cell):
      "robot \(robot.rawValue) at \(at(p)) reaches into cell \(cell), which it does not own"
    case .offRoad(let robot, let p, let cell):
      "robot \(robot.rawValue) at \(at(p)) reaches into \(cell), where nobody may drive"
    case .cannotStop(let robot, let braking, let left):
      "robot \(robot.rawValue) needs \(braking) mm to stop and has \(left) mm of acknowledged road"
    case .drivesEmpty(let robot): "robot \(robot.rawValue) drives on an empty battery"
    case .chargedFromNothing(let robot):
      "the battery of robot \(robot.rawValue) fills by itself"
    case .chargesElsewhere(let robot):
      "robot \(robot.rawValue) charges where there is no charger"
    case .chargerShared(let a, let b):
      "robots \(a.rawValue) and \(b.rawValue) charge at one charger"
    case .exclusiveShared(let a, let b):
      "robots \(a.rawValue) and \(b.rawValue) are in a zone for one"
    case .restsInNoStop(let robot):
      "robot \(robot.rawValue) rests where nobody may stop"
    case .doubleOwner(let cell, let owner, let robot):
      "cell \(cell) released to robot \(robot.rawValue) while robot \(owner.rawValue) owns it"
    case .brokenRelease(let robot, let order, let first, let after):
      "robot \(robot.rawValue), order \(order): release from leg \(first) after leg \(after)"
    case .revoked(let robot, let order, let through, let before):
      "robot \(robot.rawValue), order \(order): release through leg \(through) after \(before)"
    case .disconnected(let robot, let order, let leg):
      "robot \(robot.rawValue), order \(order): leg \(leg) does not continue the way"
    case .pastRelease(let robot, let order, let leg, let released):
      "robot \(robot.rawValue), order \(order): at leg \(leg), released through \(released)"
    case .orderWentBack(let robot, let order, let after):
      "robot \(robot.rawValue): order \(order) after order \(after)"
    case .updateSkipped(let robot, let order, let update, let after):
      "robot \(robot.rawValue), order \(order): update \(update) after update \(after)"
    case .visitSkipped(let robot, let order, let leg, let after):
      "robot \(robot.rawValue), order \(order): at leg \(leg) after leg \(after)"
    case .releasedIntoClosed(let robot, let order, let leg, let point):
      "robot \(robot.rawValue), order \(order): leg \(leg) released to \(at(point)), in a closed zone"
    case .absent(let robot): "message about robot \(robot.rawValue), which is not there"
    case .strayToken(let robot, let leg, let resource):
      "\(who(robot, leg)): token and claim disagree on resource \(resource)"
    case .releasedNotOwner(let robot, let leg, let resource):
      "\(who(robot, leg)) is released but does not own resource \(resource)"
    case .waitsForRest(let robot, let leg, let resource, let other):
      "\(who(robot, leg)) waits on resource \(resource), where robot \(other.rawValue) rests"
    case .waitsForLater(let robot, let leg, let resource, let other):
      "\(who(robot, leg)) waits on resource \(resource) for a later leg of \(other.rawValue)"
    case .waitsForHeld(let robot, let leg, let resource, let other):
      "\(who(robot, leg)) waits on resource \(resource) for \(other.rawValue), which is held"
    case .waitCycle(let robots): "robots \(robots.map(\.rawValue)) wait for one another"
    case .marksOutOfOrder(let robot): "robot \(robot.rawValue): marks out of order"
    case .sharedEnd(let resource, let a, let b):
      "robots \(a.rawValue) and \(b.rawValue) both end on resource \(resource)"
    case .taskSubmittedTwice(let task): "task \(task) submitted twice"
    case .keyUsedTwice(let key, let task): "task \(task) is another one for key \(key)"
    case .taskUnknown(let task): "task \(task) was never submitted"
    case .taskEndedTwice(let task, let first, let then):
      "task \(task) ended as \(first), then as \(then)"
    case .taskOpen(let task): "task \(task) never ended"
    case .parcelLost(let task, let fault): "parcel of task \(task): \(fault.rawValue)"
    }
  }

  private func at(_ point: Point) -> String { "(\(point.x), \(point.y)) mm" }

  private func who(_ robot: RobotIndex, _ leg: UInt64) -> String {
    "robot \(robot.rawValue), leg \(leg)"
  }
}
