import Determinism
import FleetModel

/// What can happen to a fleet. Whoever carries events in has already checked who is speaking (the
/// topic) and decoded the payload. What is rare and large goes by reference, so that the others, of
/// which there are many, are small; so it is with the effects.
public enum FleetEvent: Sendable, Equatable {
  /// Time has come on: timers, planning, release. Many times a second.
  case tick
  case connection(RobotID, ConnectionMessage)
  indirect case factsheet(RobotID, Factsheet)
  case state(RobotID, RobotState)
  case report(RobotID, RobotReport)
  indirect case request(OperatorID, OperatorRequest)
  /// A task that ended long ago and is no longer in memory: the next request is about it.
  indirect case recalled(TaskRecord)
  /// The way to the robots is there, or gone. While it is gone nobody is blamed for silence.
  case transport(isUp: Bool)
  /// The robot's credentials were made (also once each at start).
  case enrolled(RobotID)
  /// The robot's credentials were revoked, by an operator who vouches that it is off the site.
  case removed(RobotID)
}

/// What the fleet wants done. Within one batch of effects every `.persist` is durable before
/// anything is sent.
public enum FleetEffect: Sendable, Equatable {
  case persist(FleetChange)
  case send(RobotID, ControlMessage)
  case heartbeat(Heartbeat)
  indirect case reply(OperatorID, ClientID, number: UInt64, OperatorReply)
  indirect case notice(FleetNotice)
  /// Most of the robots obey a server with a higher epoch: nothing that this one says counts any
  /// more, and all it can do is keep the other from its connection. It must end.
  case superseded(by: UInt64)
}

/// A durable fact: what a restarted server must know. Tasks and robots are large, and are handed on
/// several times before they are stored: by reference.
public enum FleetChange: Sendable, Equatable {
  case task(Shared<StoredTask>)
  case robot(Shared<StoredRobot>)
  case robotRemoved(RobotID)
  case zone(ZoneID, closed: Bool)
  case audit(actor: String, action: String, detail: String)
}
