/// Names that are written as a number. The list only grows at its end: a place in it is part of the
/// format. Names that are not in it are spelled, which costs space and nothing else.
enum RecordKeys {
  static let known = [
    "_0", "_1", "id", "key", "owner", "spec", "state", "robot", "submitted", "started", "ended",
    "progressPermille", "note", "drivenCells", "reassignments", "record", "mission", "body",
    "priority", "deliver", "patrol", "sweep", "goTo", "pickup", "drop", "loadMilliseconds",
    "unloadMilliseconds", "releaseCode", "payloadGrams", "route", "extent", "rounds", "until",
    "area", "target", "station", "cell", "queued", "blocked", "assigned", "dispatched", "underway",
    "waiting", "paused", "cancelling", "completed", "failed", "cancelled", "expired", "factsheet",
    "sessionEpoch", "eventsHandled", "integration", "parked", "energyPermille", "action",
    "actionCount", "order", "promise", "vendor", "model", "serial", "heartbeatTimeoutMilliseconds",
    "vehicle", "widthMillimetres", "lengthMillimetres", "errorMillimetres",
    "speedMillimetresPerSecond", "accelerationMillimetresPerSecond2",
    "brakingMillimetresPerSecond2", "quarterTurnMilliseconds", "sweepWidthMillimetres", "skills",
    "energy", "capacityMilliwattHours", "drivingMilliwattHoursPerKilometre", "chargingMilliwatts",
    "standingMilliwatts", "released", "visited", "acknowledged", "firstLeg", "legs", "update",
    "claims", "path", "speedLimit", "task", "run", "end", "stage", "delivery", "isUnlocked",
    "isCancelling", "lock", "sent", "due", "kind", "rest", "pose", "x", "y",
    "heading",
  ]

  /// Name -> place in `known`.
  static let places: [String: Int] = {
    var places: [String: Int] = [:]
    for (place, name) in known.enumerated() { places[name] = place }
    return places
  }()
}
