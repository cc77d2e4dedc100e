import FleetModel

/// What an idle or charging robot should do about its battery.
public enum ChargingDecision: Sendable, Equatable {
  /// Go to a charger.
  case charge
  /// Stay as it is: go on charging, or go on waiting for work.
  case stay
  /// Leave the charger.
  case leave
}

/// When robots charge: below a threshold, earlier when there is nothing else to do.
public struct ChargingPolicy: Sendable, Equatable, Codable {
  /// Below this a robot takes no more tasks and charges.
  public var chargeBelowPermille: Int32
  /// Below this a robot hands back what it can and charges.
  public var mustBelowPermille: Int32
  /// A charging robot comes back at this.
  public var returnAtPermille: Int32
  /// With work waiting for it, a charging robot comes back at this already.
  public var returnForWorkAtPermille: Int32
  /// Without work a robot charges below this when a charger is free.
  public var topUpBelowPermille: Int32

  public init(
    chargeBelowPermille: Int32 = 250, mustBelowPermille: Int32 = 120,
    returnAtPermille: Int32 = 900, returnForWorkAtPermille: Int32 = 600,
    topUpBelowPermille: Int32 = 700
  ) {
    precondition(
      mustBelowPermille <= chargeBelowPermille && chargeBelowPermille < returnForWorkAtPermille
        && returnForWorkAtPermille <= returnAtPermille && topUpBelowPermille < returnAtPermille
        && returnAtPermille <= 1000,
      "charging thresholds out of order: \(mustBelowPermille) \(chargeBelowPermille) "
        + "\(returnForWorkAtPermille) \(topUpBelowPermille) \(returnAtPermille)")
    self.chargeBelowPermille = chargeBelowPermille
    self.mustBelowPermille = mustBelowPermille
    self.returnAtPermille = returnAtPermille
    self.returnForWorkAtPermille = returnForWorkAtPermille
    self.topUpBelowPermille = topUpBelowPermille
  }

  /// For a robot without a task.
  /// - Parameters:
  ///   - hasWork: tasks wait that this robot could do.
  ///   - chargerIsFree: a charger is free that nobody below the threshold needs.
  ///   - othersWait: robots that need to charge find no free charger.
  public func decide(
    energyPermille: Int32, isCharging: Bool, hasWork: Bool, chargerIsFree: Bool,
    othersWait: Bool
  ) -> ChargingDecision {
    guard isCharging else {
      if energyPermille < chargeBelowPermille { return .charge }
      let topsUp = !hasWork && chargerIsFree && energyPermille < topUpBelowPermille
      return topsUp ? .charge : .stay
    }
    if energyPermille >= returnAtPermille { return .leave }
    return (hasWork || othersWait) && energyPermille >= returnForWorkAtPermille ? .leave : .stay
  }

  /// Whether a robot with a task that can be handed back hands it back and charges.
  public func mustCharge(energyPermille: Int32) -> Bool { energyPermille < mustBelowPermille }

  /// Whether a robot may be given a task at all.
  public func takesTasks(energyPermille: Int32, isCharging: Bool) -> Bool {
    energyPermille >= (isCharging ? returnForWorkAtPermille : chargeBelowPermille)
  }
}
