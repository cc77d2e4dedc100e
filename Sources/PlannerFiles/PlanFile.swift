import Grid
import MAPF

/// A one-shot plan in the text format of the LaCAM family (Okumura), which public visualisers read:
///
///     agents=2
///     map_file=tunnel.map
///     solver=drover
///     solved=1
///     soc=12
///     …
///     starts=(1,0),(2,0),
///     goals=(2,0),(1,0),
///     solution=
///     0:(1,0),(2,0),
///     1:(1,1),(2,0),
public struct PlanFile: Sendable {
  /// The figures above the plan.
  public struct Figures: Sendable, Equatable {
    public var sumOfCosts: Int
    public var makespan: Int
    public var sumOfLoss: Int
    public var sumLowerBound: Int
    public var makespanLowerBound: Int

    public init(
      sumOfCosts: Int, makespan: Int, sumOfLoss: Int, sumLowerBound: Int, makespanLowerBound: Int
    ) {
      self.sumOfCosts = sumOfCosts
      self.makespan = makespan
      self.sumOfLoss = sumOfLoss
      self.sumLowerBound = sumLowerBound
      self.makespanLowerBound = makespanLowerBound
    }
  }

  private let instance: GridInstance
  /// nil: not solved.
  private let plan: GridPlan?
  private let figures: Figures
  private let map: String
  private let milliseconds: Double
  private let seed: UInt64

  /// - Parameters:
  ///   - map: the map's file name.
  ///   - milliseconds: the time spent planning.
  public init(
    instance: GridInstance, plan: GridPlan?, figures: Figures, map: String, milliseconds: Double,
    seed: UInt64
  ) {
    self.instance = instance
    self.plan = plan
    self.figures = figures
    self.map = map
    self.milliseconds = milliseconds
    self.seed = seed
  }

  /// - Complexity: O(agents * length), about ten bytes each.
  public var bytes: [UInt8] {
    let cells = instance.graph.cells.map { Array("(\($0.x),\($0.y)),".utf8) }
    var bytes = Array(head.utf8)
    bytes.reserveCapacity(
      bytes.count + 10 * ((plan?.vertices.count ?? 0) + 2 * instance.agentCount))
    func append(_ name: String, _ vertices: ArraySlice<Int32>) {
      bytes += name.utf8
      for v in vertices { bytes += cells[Int(v)] }
      bytes.append(UInt8(ascii: "\n"))
    }
    append("starts=", instance.starts[...])
    append("goals=", instance.goals[...])
    bytes += "solution=\n".utf8
    if let plan {
      for step in 0..<plan.length { append("\(step):", plan.configuration(step)) }
    }
    return bytes
  }

  private var head: String {
    """
    agents=\(instance.agentCount)
    map_file=\(map)
    solver=drover
    solved=\(plan == nil ? 0 : 1)
    soc=\(figures.sumOfCosts)
    soc_lb=\(figures.sumLowerBound)
    makespan=\(figures.makespan)
    makespan_lb=\(figures.makespanLowerBound)
    sum_of_loss=\(figures.sumOfLoss)
    sum_of_loss_lb=\(figures.sumLowerBound)
    comp_time=\(Int(milliseconds.rounded()))
    seed=\(seed)

    """
  }
}
