import Determinism
import Grid

/// Improves a plan for as long as it may: anytime large-neighbourhood search on the plan itself.
///
/// Li, Chen, Harabor, Stuckey, Koenig, "Anytime Multi-Agent Path Finding via Large Neighborhood
/// Search" (IJCAI 2021). A few agents are taken out of the plan and planned anew one after another
/// round all others; what is not worse is kept. The cost is the sum of loss.
///
/// A function of the plan, the seed and the work done. A unit of work is one node expanded, or a
/// search begun.
public struct PlanImprover: ~Copyable {
  public let instance: GridInstance
  /// The plan's transitions in which an agent does not rest on its goal at both ends.
  public private(set) var sumOfLoss: Int
  var state: ImproverState
  var kinds: ImproverBandit
  var rng: SeededGenerator

  /// - Parameter plan: a valid plan for `instance`.
  public init(_ instance: GridInstance, plan: GridPlan, seed: Seed) {
    precondition(plan.agentCount == instance.agentCount, "a plan for other agents")
    self.instance = instance
    sumOfLoss = plan.sumOfLoss(goals: instance.goals)
    rng = seed.derive("plan improver").generator()
    state = ImproverState(instance, plan, random: rng.next())
    kinds = ImproverBandit(count: ImproverState.Kind.allCases.count)
  }

  deinit { state.deallocate() }

  /// The plan as it is now, without rows in which all rest.
  public var plan: GridPlan { state.plan() }

  /// Searches on until the budget is spent.
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
    }
  }
}

/// Chooses among ways of improving by what they have lately gained for their work.
///
/// Unsuited ones keep a small share, since what pays changes as the plan gets better.
struct ImproverBandit {
  private var weights: [Double]
  private(set) var tries: [Int]
  private(set) var gains: [Int]
  private(set) var works: [Int]

  init(count: Int) {
    weights = Array(repeating: 1, count: count)
    tries = Array(repeating: 0, count: count)
    gains = tries
    works = tries
  }

  func pick(using rng: inout SeededGenerator) -> Int {
    let sum = weights.reduce(0, +)
    let floor = 0.05 * sum / Double(weights.count)
    var left = rng.nextUnit() * (sum + floor * Double(weights.count))
    for i in weights.indices {
      left -= weights[i] + floor
      if left < 0 { return i }
    }
    return weights.count - 1
  }

  mutating func reward(_ i: Int, gain: Int, work: Int) {
    tries[i] += 1
    gains[i] += gain
    works[i] += work
    let rate = 1000 * Double(gain) / Double(work + 200)
    weights[i] += 0.02 * (rate - weights[i])
  }
}
