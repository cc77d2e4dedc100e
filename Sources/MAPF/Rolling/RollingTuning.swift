/// What may be varied in a `RollingHorizonPlanner`.
public struct RollingTuning: Sendable, Hashable {
  /// Ticks planned ahead, 2...24.
  public var window = 8
  /// The most agents planned anew together, the delayed one included, 1...16.
  public var neighbourhood = 4
  /// How much worse a plan may get at the beginning of a step's improvement, in weighted steps of
  /// delay; falls to zero with the budget (simulated annealing).
  public var temperature = 0.5
  /// Agents count by (steps left + `farness`) to the power of -3/2: who is near goes first.
  public var farness = 3.0
  /// Steps on one goal after which an agent counts double.
  public var patience = 200.0

  public init() {}
}
