import Determinism
import Grid

/// Improves a plan for as long as it may: anytime large-neighbourhood search on the plan itself.
///
/// Li, Chen, Harabor, Stuckey, Koenig, "Anytime Multi-Agent Path Finding via Large Neighborhood
/// Search" (IJCAI 2021). A few agents are taken out of the plan and planned anew one after another
/// round all others; what is not worse is kept. Where we differ:
/// - paths are found by sweeps over bit planes (`ImproverSweep`), which cost as much as expanding a
///   few dozen nodes however crowded the map is;
/// - besides groups there are chains: an agent takes a cheaper path through another, which is then
///   planned anew round it, if need be through a third (`ImproverSoftSweep`);
/// - the way of choosing agents is chosen by the gain for the work (`ImproverBandit`).
///
/// The cost is the sum of loss. A function of the plan, the seed and the work done; a unit of work
/// is 64 words swept, four steps of a path entered, or one node expanded: some 0.1 microseconds.
///
/// How to read it: `ImproverState` (the plan and its tables), `ImproverState+Attempts` (planning
/// anew), `ImproverState+Neighbourhoods` (whom), `ReservationPlanes` and `ImproverSweep` (the
/// kernel), `ReservationTable` (who is where), `SafeIntervalSearch` (where planes do not fit).
public struct PlanImprover: ~Copyable {
  public let instance: GridInstance
  /// The plan's transitions in which an agent does not rest on its goal at both ends.
  public private(set) var sumOfLoss: Int
  var state: ImproverState
  var kinds: ImproverBandit
  private var rng: SeededGenerator

  /// - Parameters:
  ///   - plan: a valid plan for `instance`.
  ///   - distances: the agents' shortest distances from start to goal, where they are known.
  ///   - memoryLimit: of the table of reservations, some 4.4 bytes a cell and step; a plan that
  ///     needs more stays as it is.
  /// - Complexity: O(agents * length) time; without `distances` O(agents * cells). Memory: about 6
  ///   bytes a cell and step.
  public init(
    _ instance: GridInstance, plan: GridPlan, distances: [Int32]? = nil, seed: Seed,
    memoryLimit: Int = PlanImprover.defaultMemoryLimit
  ) {
    precondition(plan.agentCount == instance.agentCount, "a plan for other agents")
    self.instance = instance
    sumOfLoss = plan.sumOfLoss(goals: instance.goals)
    rng = seed.derive("plan improver").generator()
    state = ImproverState(
      instance, plan, distances: distances, random: rng.next(), limit: memoryLimit)
    kinds = ImproverBandit(count: ImproverState.Kind.allCases.count)
  }

  deinit { state.deallocate() }

  /// In bytes.
  public static let defaultMemoryLimit = ImproverState.memoryLimit

  /// Whether the plan is within the memory limit; if not, it cannot be improved.
  public var canImprove: Bool { state.isUsable }

  /// The plan as it is now, without rows in which all rest.
  /// - Complexity: O(agents * length)
  public var plan: GridPlan { state.plan() }

  /// Searches on until the budget is spent or the lower bound is reached; does nothing unless
  /// `canImprove`.
  public mutating func improve(_ budget: PlanningBudget) {
    guard state.isUsable else { return }
    let first = state.work
    while state.work - first < budget.work {
      if let isOver = budget.isOver, isOver() { return }
      guard sumOfLoss > state.lowerBound else { return }
      let kind = kinds.pick(using: &rng)
      let before = state.work
      let gain = state.attempt(ImproverState.Kind.allCases[kind], using: &rng)
      sumOfLoss -= gain
      kinds.reward(kind, gain: gain, work: state.work - before)
      if kinds.attempts & 0xFF == 0 { state.shorten() }
    }
  }
}
