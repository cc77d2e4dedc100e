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
