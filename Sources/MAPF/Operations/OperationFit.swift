// What suits which density, found by trying: docs/planner.md.

extension MotionModel {
  /// Ticks to plan ahead where agents take `share` of the vertices. The denser the map, the shorter
  /// the useful plans: long ones leave no room to be improved.
  func depth(density share: Double) -> Int {
    switch self {
    case .turning: share > 0.85 ? 3 : share > 0.6 || share < 0.4 ? 4 : 5
    case .fourNeighbour: share > 0.85 ? 1 : share > 0.66 ? 2 : 3
    }
  }
}

extension GridLifelongPlanner.Settings {
  /// Whether agents look a tick farther ahead than usual: with more to choose from, that takes time.
  private var looksFarther: Bool {
    model == .fourNeighbour && depth == 0 && triesPerAgent >= 2000
  }

  /// The operations an agent chooses from.
  var suitedLimit: Int {
    if model == .turning { return 256 }
    return depth > 3 || looksFarther ? 400 : 128
  }

  func depth(density share: Double) -> Int {
    if depth > 0 { return min(depth, model == .turning ? 6 : 5) }
    return looksFarther && share < 0.6 ? 4 : model.depth(density: share)
  }
}

extension OperationKernel {
  /// Sets what has been left open for maps where agents take `share` of the vertices.
  mutating func fit(density share: Double) {
    listsAtOnce = share > 0.4
    guard tuning.revisits == 0 else { return }
    if turning {
      tuning.revisits = share > 0.85 ? 10 : 4
    } else {
      tuning.revisits = share > 0.85 ? 4 : share > 0.6 ? 1 : 10
    }
  }
}
