import Determinism
import FleetModel
import Grid

/// Pickup, load, drop, unload; cancelled with the load aboard: back to the pickup.
struct DeliveryRun: MissionRun {
  private enum Stage: Codable {
    case toPickup, loading, toDrop, unloading, toReturn, givingBack
  }
  private let delivery: Delivery
  private var stage = Stage.toPickup
  /// An action that runs is to be cancelled, and then the delivery.
  private var isCancelling = false
  private var isUnlocked = false
  private var lock: ReleaseLock?

  init(_ delivery: Delivery) {
    self.delivery = delivery
    lock = delivery.releaseCode.map { ReleaseLock(code: $0) }
  }

  mutating func nextErrand(from plannedEnd: VertexID?, now: Instant) -> Errand? {
    switch stage {
    case .toPickup: errand(delivery.pickup, .load, delivery.loadMilliseconds)
    case .toDrop where lock != nil: errand(delivery.drop, .handOver, 0)
    case .toDrop: errand(delivery.drop, .unload, delivery.unloadMilliseconds)
    case .toReturn: errand(delivery.pickup, .unload, delivery.loadMilliseconds)
    case .loading, .unloading, .givingBack: nil
    }
  }

  private func errand(_ station: StationID, _ kind: ActionKind, _ time: Int64) -> Errand {
    Errand(
      target: .station(station), stops: true,
      action: ErrandAction(kind: kind, durationMilliseconds: time))
  }

  mutating func actionStarted() {
    switch stage {
    case .toPickup: stage = .loading
    case .toDrop:
      stage = .unloading
      isUnlocked = false
    case .toReturn: stage = .givingBack
    case .loading, .unloading, .givingBack: break
    }
  }

  mutating func actionEnded(_ result: ActionResult, now: Instant) -> [MissionEffect] {
    actionStarted()
    switch result {
    case .succeeded: return succeeded()
    case .failed(let text): return [.failed(.actionFailed(text))]
    case .cancelled: return interrupted()
    }
  }

  private mutating func succeeded() -> [MissionEffect] {
    switch stage {
    case .toPickup, .loading:
      stage = isCancelling ? .toReturn : .toDrop
      isCancelling = false
      return [.loaded]
    case .toDrop, .unloading: return [.unloaded, .completed]
    case .toReturn, .givingBack: return [.returned, .cancelled]
    }
  }

  /// The action ended without effect: it is done again, or not any more.
  private mutating func interrupted() -> [MissionEffect] {
    let wasCancelling = isCancelling
    isCancelling = false
    switch stage {
    case .toPickup, .loading:
      stage = .toPickup
      return wasCancelling ? [.cancelled] : []
    case .toDrop, .unloading:
      stage = wasCancelling ? .toReturn : .toDrop
      isUnlocked = false
      return []
    case .toReturn, .givingBack:
      stage = .toReturn
      return []
    }
  }

  mutating func release(code: String, now: Instant) throws(Refusal) -> [MissionEffect] {
    guard lock != nil else {
      throw Refusal(.wrongState, "this delivery has no release code: it needs no release")
    }
    guard stage == .unloading else {
      throw Refusal(
        .wrongState, "the load is not at \(delivery.drop) yet (\(note))",
        hint: "release it once the task waits for a human")
    }
    try lock?.open(with: code, now: now)
    isUnlocked = true
    return [.unlock]
  }

  mutating func cancel() -> CancelOutcome {
    switch stage {
    case .toPickup: return .now
    case .loading, .unloading:
      isCancelling = true
      return .afterAction
    case .toDrop:
      stage = .toReturn
      return .afterReturn
    case .toReturn, .givingBack: return .afterReturn
    }
  }

  mutating func robotLost() {
    stage = .toPickup
    isCancelling = false
  }

  var canReassign: Bool { stage == .toPickup }

  var isLoaded: Bool {
    switch stage {
    case .toPickup, .loading: false
    case .toDrop, .unloading, .toReturn, .givingBack: true
    }
  }

  var waitsForHuman: Bool { stage == .unloading && lock != nil && !isUnlocked }

  var progressPermille: Int32 {
    switch stage {
    case .toPickup: 0
    case .loading: 250
    case .toDrop: 500
    case .unloading: 750
    case .toReturn, .givingBack: 500
    }
  }

  var note: String {
    switch stage {
    case .toPickup: "driving to \(delivery.pickup) to load"
    case .loading: "loading at \(delivery.pickup)"
    case .toDrop: "driving to \(delivery.drop) to unload"
    case .unloading where waitsForHuman: "waiting at \(delivery.drop) for its release code"
    case .unloading where lock != nil: "handing over at \(delivery.drop)"
    case .unloading: "unloading at \(delivery.drop)"
    case .toReturn: "returning the load to \(delivery.pickup)"
    case .givingBack: "giving the load back at \(delivery.pickup)"
    }
  }
}
