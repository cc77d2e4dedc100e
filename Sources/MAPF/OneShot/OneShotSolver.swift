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
  /// makespan is less. Agents that cannot reach their goals count 0.
  public let lowerBounds: (sumOfLoss: Int, makespan: Int)
  /// The agents' shortest distances from start to goal, -1 where it cannot be reached.
  public let distances: [Int32]

  private let instance: GridInstance
  private let isReachable: Bool
  private var engine: Engine

  private enum Engine {
    case grid(BitGrid, GridSearch)
    case general(GeneralOneShot)
    /// In use, or not needed.
    case none
  }

  /// Fills the distance tables.
  /// - Parameter refusesRotations: whether cycles of three or more agents may not turn; then only
  ///   plans without count.
  /// - Complexity: O(agents * cells) time, one bit a cell and agent of memory
  public init(_ instance: GridInstance, seed: Seed, refusesRotations: Bool = false) {
    self.instance = instance
    guard let grid = BitGrid(instance.graph) else {
      let general = GeneralOneShot(instance, seed: seed, refusesRotations: refusesRotations)
      distances = general.distances
      isReachable = !distances.contains(-1)
      lowerBounds = OneShotSolver.bounds(distances)
      engine = .general(general)
      return
    }
    let starts = instance.starts.map { grid.cellOfVertex[Int($0)] }
    let goals = instance.goals.map { grid.cellOfVertex[Int($0)] }
    let tables = BitTables(grid, goals: goals, starts: starts)
    distances = tables.distances
    isReachable = !distances.contains(-1)
    lowerBounds = OneShotSolver.bounds(distances)
    statistics.tableBytes = tables.byteCount
    engine = .none
    guard isReachable else { return }
    engine = .grid(
      grid,
      GridSearch(tables: tables, starts: starts, seed: seed, refusesRotations: refusesRotations))
  }

  /// Searches on until a plan is found or the budget ends. A unit of work is one agent decided: a
  /// successor costs as many as there are agents.
  public mutating func solve(_ budget: PlanningBudget) -> Outcome {
    guard isReachable else { return .unsolvable }
    // Taken out while it runs, so that it is not copied.
    let engine = self.engine
    self.engine = .none
    switch engine {
    case .none: preconditionFailure("no search at hand")
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

  private static func bounds(_ distances: [Int32]) -> (sumOfLoss: Int, makespan: Int) {
    (distances.reduce(0) { $0 + max(0, Int($1)) }, max(0, Int(distances.max() ?? 0)))
  }
}
