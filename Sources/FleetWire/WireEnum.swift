import CFleetProto
import FleetModel

/// An enum of the vocabulary and its values on the wire. The `switch` in `code` is the only table;
/// decoding searches it.
protocol WireEnum {
  associatedtype Code: RawRepresentable where Code.RawValue == UInt32
  static var allCases: [Self] { get }
  var code: Code { get }
}

extension ConnectionMessage.Status: WireEnum {
  static var allCases: [Self] { [.online, .offline, .lost] }

  var code: Drover__V1__ConnectionMessage__Status {
    switch self {
    case .online: DROVER__V1__CONNECTION_MESSAGE__STATUS__STATUS_ONLINE
    case .offline: DROVER__V1__CONNECTION_MESSAGE__STATUS__STATUS_OFFLINE
    case .lost: DROVER__V1__CONNECTION_MESSAGE__STATUS__STATUS_LOST
    }
  }
}

extension RobotMode: WireEnum {
  var code: Drover__V1__RobotMode {
    switch self {
    case .automatic: DROVER__V1__ROBOT_MODE__ROBOT_MODE_AUTOMATIC
    case .manual: DROVER__V1__ROBOT_MODE__ROBOT_MODE_MANUAL
    case .teleoperated: DROVER__V1__ROBOT_MODE__ROBOT_MODE_TELEOPERATED
    case .stopped: DROVER__V1__ROBOT_MODE__ROBOT_MODE_STOPPED
    case .fault: DROVER__V1__ROBOT_MODE__ROBOT_MODE_FAULT
    case .maintenance: DROVER__V1__ROBOT_MODE__ROBOT_MODE_MAINTENANCE
    }
  }
}

extension RobotRefusal: WireEnum {
  var code: Drover__V1__Refused__Reason {
    switch self {
    case .conflictingUpdate: DROVER__V1__REFUSED__REASON__REASON_CONFLICTING_UPDATE
    case .updateGap: DROVER__V1__REFUSED__REASON__REASON_UPDATE_GAP
    case .unknownOrder: DROVER__V1__REFUSED__REASON__REASON_UNKNOWN_ORDER
    case .routeMismatch: DROVER__V1__REFUSED__REASON__REASON_ROUTE_MISMATCH
    case .notSupported: DROVER__V1__REFUSED__REASON__REASON_NOT_SUPPORTED
    case .wrongMode: DROVER__V1__REFUSED__REASON__REASON_WRONG_MODE
    case .notUnlocked: DROVER__V1__REFUSED__REASON__REASON_NOT_UNLOCKED
    }
  }
}

extension IncidentKind: WireEnum {
  var code: Drover__V1__IncidentKind {
    switch self {
    case .obstacle: DROVER__V1__INCIDENT_KIND__INCIDENT_KIND_OBSTACLE
    case .emergencyStop: DROVER__V1__INCIDENT_KIND__INCIDENT_KIND_EMERGENCY_STOP
    case .collision: DROVER__V1__INCIDENT_KIND__INCIDENT_KIND_COLLISION
    case .localisationLost: DROVER__V1__INCIDENT_KIND__INCIDENT_KIND_LOCALISATION_LOST
    case .batteryEmpty: DROVER__V1__INCIDENT_KIND__INCIDENT_KIND_BATTERY_EMPTY
    case .hardware: DROVER__V1__INCIDENT_KIND__INCIDENT_KIND_HARDWARE
    case .other: DROVER__V1__INCIDENT_KIND__INCIDENT_KIND_OTHER
    }
  }
}

extension ActionKind: WireEnum {
  var code: Drover__V1__ActionKind {
    switch self {
    case .dwell: DROVER__V1__ACTION_KIND__ACTION_KIND_DWELL
    case .load: DROVER__V1__ACTION_KIND__ACTION_KIND_LOAD
    case .unload: DROVER__V1__ACTION_KIND__ACTION_KIND_UNLOAD
    case .inspect: DROVER__V1__ACTION_KIND__ACTION_KIND_INSPECT
    case .charge: DROVER__V1__ACTION_KIND__ACTION_KIND_CHARGE
    case .brushOn: DROVER__V1__ACTION_KIND__ACTION_KIND_BRUSH_ON
    case .brushOff: DROVER__V1__ACTION_KIND__ACTION_KIND_BRUSH_OFF
    case .handOver: DROVER__V1__ACTION_KIND__ACTION_KIND_HAND_OVER
    }
  }
}

/// One skill at a time, as the wire lists them.
enum Skill: WireEnum, CaseIterable {
  case deliver, patrol, sweep

  var code: Drover__V1__Skill {
    switch self {
    case .deliver: DROVER__V1__SKILL__SKILL_DELIVER
    case .patrol: DROVER__V1__SKILL__SKILL_PATROL
    case .sweep: DROVER__V1__SKILL__SKILL_SWEEP
    }
  }

  var set: SkillSet {
    switch self {
    case .deliver: .deliver
    case .patrol: .patrol
    case .sweep: .sweep
    }
  }
}
