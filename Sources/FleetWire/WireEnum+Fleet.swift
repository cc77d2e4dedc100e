import CFleetProto
import FleetModel

extension TaskKind: WireEnum {
  var code: Drover__V1__TaskKind {
    switch self {
    case .deliver: DROVER__V1__TASK_KIND__TASK_KIND_DELIVER
    case .patrol: DROVER__V1__TASK_KIND__TASK_KIND_PATROL
    case .sweep: DROVER__V1__TASK_KIND__TASK_KIND_SWEEP
    case .goTo: DROVER__V1__TASK_KIND__TASK_KIND_GOTO
    }
  }
}

extension BlockReason: WireEnum {
  var code: Drover__V1__BlockReason {
    switch self {
    case .noCapableRobot: DROVER__V1__BLOCK_REASON__BLOCK_REASON_NO_CAPABLE_ROBOT
    case .robotsBusy: DROVER__V1__BLOCK_REASON__BLOCK_REASON_ROBOTS_BUSY
    case .robotUnavailable: DROVER__V1__BLOCK_REASON__BLOCK_REASON_ROBOT_UNAVAILABLE
    case .energy: DROVER__V1__BLOCK_REASON__BLOCK_REASON_ENERGY
    case .closed: DROVER__V1__BLOCK_REASON__BLOCK_REASON_CLOSED
    case .unreachable: DROVER__V1__BLOCK_REASON__BLOCK_REASON_UNREACHABLE
    }
  }
}

extension WaitReason: WireEnum {
  var code: Drover__V1__WaitReason {
    switch self {
    case .humanRelease: DROVER__V1__WAIT_REASON__WAIT_REASON_HUMAN_RELEASE
    case .stationOccupied: DROVER__V1__WAIT_REASON__WAIT_REASON_STATION_OCCUPIED
    case .robotSilent: DROVER__V1__WAIT_REASON__WAIT_REASON_ROBOT_SILENT
    case .reopening: DROVER__V1__WAIT_REASON__WAIT_REASON_REOPENING
    }
  }
}

extension IntegrationLevel: WireEnum {
  var code: Drover__V1__IntegrationLevel {
    switch self {
    case .ignored: DROVER__V1__INTEGRATION_LEVEL__INTEGRATION_LEVEL_IGNORED
    case .noticed: DROVER__V1__INTEGRATION_LEVEL__INTEGRATION_LEVEL_NOTICED
    case .respected: DROVER__V1__INTEGRATION_LEVEL__INTEGRATION_LEVEL_RESPECTED
    case .utilised: DROVER__V1__INTEGRATION_LEVEL__INTEGRATION_LEVEL_UTILISED
    }
  }
}

extension SessionStatus: WireEnum {
  var code: Drover__V1__SessionStatus {
    switch self {
    case .never: DROVER__V1__SESSION_STATUS__SESSION_STATUS_NEVER
    case .online: DROVER__V1__SESSION_STATUS__SESSION_STATUS_ONLINE
    case .offline: DROVER__V1__SESSION_STATUS__SESSION_STATUS_OFFLINE
    case .lost: DROVER__V1__SESSION_STATUS__SESSION_STATUS_LOST
    }
  }
}

extension Freshness: WireEnum {
  var code: Drover__V1__Freshness {
    switch self {
    case .fresh: DROVER__V1__FRESHNESS__FRESHNESS_FRESH
    case .suspect: DROVER__V1__FRESHNESS__FRESHNESS_SUSPECT
    case .lost: DROVER__V1__FRESHNESS__FRESHNESS_LOST
    }
  }
}

extension FleetNotice.Kind: WireEnum {
  var code: Drover__V1__FleetNotice__Kind {
    switch self {
    case .taskChanged: DROVER__V1__FLEET_NOTICE__KIND__KIND_TASK_CHANGED
    case .robotChanged: DROVER__V1__FLEET_NOTICE__KIND__KIND_ROBOT_CHANGED
    case .zoneChanged: DROVER__V1__FLEET_NOTICE__KIND__KIND_ZONE_CHANGED
    case .incident: DROVER__V1__FLEET_NOTICE__KIND__KIND_INCIDENT
    }
  }
}

extension Role: WireEnum {
  var code: Drover__V1__Role {
    switch self {
    case .robot: DROVER__V1__ROLE__ROLE_ROBOT
    case .operator: DROVER__V1__ROLE__ROLE_OPERATOR
    }
  }
}

extension Refusal.Code: WireEnum {
  var code: Drover__V1__Refusal__Code {
    switch self {
    case .unknownTask: DROVER__V1__REFUSAL__CODE__CODE_UNKNOWN_TASK
    case .unknownRobot: DROVER__V1__REFUSAL__CODE__CODE_UNKNOWN_ROBOT
    case .unknownStation: DROVER__V1__REFUSAL__CODE__CODE_UNKNOWN_STATION
    case .unknownZone: DROVER__V1__REFUSAL__CODE__CODE_UNKNOWN_ZONE
    case .unknownRoute: DROVER__V1__REFUSAL__CODE__CODE_UNKNOWN_ROUTE
    case .unknownArea: DROVER__V1__REFUSAL__CODE__CODE_UNKNOWN_AREA
    case .unreachable: DROVER__V1__REFUSAL__CODE__CODE_UNREACHABLE
    case .noCapableRobot: DROVER__V1__REFUSAL__CODE__CODE_NO_CAPABLE_ROBOT
    case .keyConflict: DROVER__V1__REFUSAL__CODE__CODE_KEY_CONFLICT
    case .wrongState: DROVER__V1__REFUSAL__CODE__CODE_WRONG_STATE
    case .wrongCode: DROVER__V1__REFUSAL__CODE__CODE_WRONG_CODE
    case .energy: DROVER__V1__REFUSAL__CODE__CODE_ENERGY
    case .closed: DROVER__V1__REFUSAL__CODE__CODE_CLOSED
    case .invalid: DROVER__V1__REFUSAL__CODE__CODE_INVALID
    case .notAllowed: DROVER__V1__REFUSAL__CODE__CODE_NOT_ALLOWED
    case .exists: DROVER__V1__REFUSAL__CODE__CODE_EXISTS
    case .unavailable: DROVER__V1__REFUSAL__CODE__CODE_UNAVAILABLE
    }
  }
}
