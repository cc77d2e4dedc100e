extension Run {
  /// What we aim at: no more time than this, and a quality no worse than that.
  struct Goal {
    var milliseconds = Double.infinity
    /// First plan and anytime: at most; lifelong: at least.
    var quality: Double
    var p99 = Double.infinity
  }

  /// nil: none is set.
  var goal: Goal? {
    switch kind {
    case .first: firstGoal
    case .anytime:
      ["random-64-64-20": 1.36, "room-64-64-8": 3.0, "empty-48-48": 1.25][map]
        .map { Goal(quality: $0) }
    case .lifelong(_, _, _, _, refused: true): nil
    case .lifelong(_, let milliseconds, let turning, _, _):
      map == "random"
        ? randomGoal(milliseconds, turning) : warehouseGoal(milliseconds, turning)
    }
  }

  private var firstGoal: Goal? {
    guard let peer else { return Goal(milliseconds: 60_000, quality: .infinity) }
    if agents == 3000 { return Goal(milliseconds: 1000, quality: 6) }
    return Goal(
      milliseconds: peer.milliseconds / 10, quality: agents == 10_000 ? 1.55 : peer.quality)
  }

  /// EPIBT+LNS's figures of 100 ms within 25 ms, and 15 % more at 100 ms.
  private func randomGoal(_ milliseconds: Int, _ turning: Bool) -> Goal? {
    let peers =
      turning ? [3: 6.89, 5: 5.46, 7: 3.10] : [3: 11.12, 5: 9.01, 7: 4.58]
    return peers[agents].map { Goal(quality: milliseconds == 25 ? $0 : 1.15 * $0) }
  }

  private func warehouseGoal(_ milliseconds: Int, _ turning: Bool) -> Goal? {
    guard turning else {
      return milliseconds == 25 ? Goal(quality: 31.7, p99: 50) : Goal(quality: 35)
    }
    return [4: 12.7, 9: 23.2][agents].map { Goal(quality: milliseconds == 25 ? $0 : 1.1 * $0) }
  }

  /// `goal met` or what was aimed at, as the table tells it.
  func verdict(on ours: Figures?) -> String {
    guard let goal else { return "" }
    guard let ours else { return "GOAL MISSED" }
    var isMet = ours.milliseconds <= goal.milliseconds && ours.p99 ?? 0 <= goal.p99
    // To the digits that the goals are told with.
    if case .lifelong = kind {
      isMet = isMet && ours.quality >= goal.quality - 0.005
      return isMet ? "goal met" : "GOAL MISSED (\((goal.quality * 100).rounded() / 100))"
    }
    isMet = isMet && ours.quality <= goal.quality + 0.005
    return isMet ? "goal met" : "GOAL MISSED (\(goal.quality))"
  }
}
