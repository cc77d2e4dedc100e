import Determinism
import Grid

/// Finds a first plan on a plain four-neighbour grid: every agent on its goal at once at the end.
///
/// Complete: LaCAM (see `GridSearch`) over steps of PIBT (see `GridKernel`), on distances of one bit
/// a cell (see `BitTables`). On graphs with one-way cells the general `LaCAM` answers, slower.
///
/// The result is a function of the instance, the seed and the budget.
public struct OneShotSolver {
  public enum Outcome: Sendable, Equatable {
    case solved(GridPlan)
    /// No plan exists: every configuration that can be reached has been seen, or an agent cannot
    /// reach its goal even alone.
    case unsolvable
    /// The budget ended first. Nothing is known; `solve` may be called again to go on.
    case budgetExhausted
  }

  /// What a search has taken.
  public struct Statistics: Sendable, Equatable {
    /// Successors generated, valid or not.
    public var expansions = 0
    /// Agents decided, summed over the successors.
    public var work = 0
    public var tableBytes = 0
  }

  public private(set) var statistics = Statistics()
  /// The sum and the greatest of the shortest distances from starts to goals; no plan's loss or
  /// makespan is less. Agents that cannot reach their goals count 0, and so do those whose distance
  /// is not known yet.
  public var lowerBounds: (sumOfLoss: Int, makespan: Int) {
    (distances.reduce(0) { $0 + max(0, Int($1)) }, max(0, Int(distances.max() ?? 0)))
  }
  /// The agents' shortest distances from start to goal, -1 where it cannot be reached or is not known
  /// yet.
  public private(set) var distances: [Int32]
  /// Whether the budget has been enough to find all `distances`.
  public private(set) var areDistancesKnown = false

  private let instance: GridInstance
  private let seed: Seed
  private let refusesRotations: Bool
  private var engine: Engine

  private enum Engine {
    /// Before the search can begin.
    case tables(BitTables, starts: [Int32])
    case grid(BitGrid, GridSearch)
    case general(GeneralOneShot)
    /// In use, or not needed.
    case none
  }

  /// Fills the distance tables.
  /// - Parameters:
  ///   - refusesRotations: whether cycles of three or more agents may not turn; then only plans
  ///     without count.
  ///   - budget: when its time is over, `solve` has to fill what is left. Its work does not count.
  /// - Complexity: O(agents * cells) time, one bit a cell and agent of memory
  public init(
    _ instance: GridInstance, seed: Seed, refusesRotations: Bool = false,
    budget: PlanningBudget = PlanningBudget()
  ) {
    self.instance = instance
    self.seed = seed
    self.refusesRotations = refusesRotations
    guard let grid = BitGrid(instance.graph) else {
      let general = GeneralOneShot(instance, seed: seed, refusesRotations: refusesRotations)
      distances = general.distances
      areDistancesKnown = true
      engine = .general(general)
      return
    }
    let starts = instance.starts.map { grid.cellOfVertex[Int($0)] }
    let goals = instance.goals.map { grid.cellOfVertex[Int($0)] }
    let tables = BitTables(grid, goals: goals, starts: starts)
    distances = tables.distances
    statistics.tableBytes = tables.byteCount
    engine = .tables(tables, starts: starts)
    prepare(tables, starts: starts, isOver: budget.isOver)
  }

  /// Fills the tables and makes the search, as far as the time goes.
  private mutating func prepare(
    _ tables: BitTables, starts: [Int32], isOver: (@Sendable () -> Bool)?
  ) {
    areDistancesKnown = tables.fill(isOver: isOver)
    distances = tables.distances
    guard areDistancesKnown, !distances.contains(-1) else { return }
    if let search = GridSearch(
      graph: instance.graph, tables: tables, starts: starts, seed: seed,
      refusesRotations: refusesRotations, isOver: isOver)
    {
      engine = .grid(tables.grid, search)
    }
  }

  /// Searches on until a plan is found or the budget ends. A unit of work is one agent decided: a
  /// successor costs as many as there are agents. What `init` had no time for comes first.
  public mutating func solve(_ budget: PlanningBudget) -> Outcome {
    if case .tables(let tables, let starts) = engine {
      prepare(tables, starts: starts, isOver: budget.isOver)
    }
    if areDistancesKnown, distances.contains(-1) { return .unsolvable }
    if case .tables = engine { return .budgetExhausted }
    // Taken out while it runs, so that it is not copied.
    let engine = self.engine
    self.engine = .none
    switch engine {
    case .none, .tables: preconditionFailure("no search at hand")
    case .general(var general):
      defer { self.engine = .general(general) }
      let outcome = general.solve(budget)
      (statistics.expansions, statistics.work) = (general.expansions, general.work)
      return outcome
    case .grid(let grid, var search):
      defer { self.engine = .grid(grid, search) }
      let outcome = search.run(budget)
      (statistics.expansions, statistics.work) = (search.expansions, search.work)
      switch outcome {
      case .solved:
        let vertices = (search.best?.rows ?? []).map { grid.vertexOfCell[Int($0)] }
        return .solved(GridPlan(agentCount: instance.agentCount, vertices: vertices))
      case .unsolvable: return .unsolvable
      case .budgetExhausted: return .budgetExhausted
      }
    }
  }
}
