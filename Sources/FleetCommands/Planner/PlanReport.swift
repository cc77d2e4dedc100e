import Foundation
import MAPF
import PlannerFiles

/// What `drover plan` prints. Times in milliseconds; keys without a value are left out.
struct PlanReport: Encodable {
  var solved: Bool
  var outcome: PlanRun.Outcome
  var agents: Int
  var map: String
  var scenario: String
  var seed: UInt64
  /// Processor time from the start of the process, loading and tables included.
  var firstMs: Double?
  var firstSumOfLoss: Int?
  var sumOfLoss: Int?
  var sumOfCosts: Int?
  var makespan: Int?
  /// Shortest distances, ignoring all others: no plan is below. Missing when time was over before.
  var sumOfLossLb: Int?
  var sumOfCostsLb: Int?
  var makespanLb: Int?
  var expansions: Int
  /// Processor time and time that passed, when planning ended.
  var cpuMs: Double
  var wallMs: Double
  var peakRssMb: Double
  /// What there is to say besides.
  var note: String?

  init(
    _ result: PlanRun.Result, instance: GridInstance, map: String, scenario: String, seed: UInt64
  ) {
    solved = result.plan != nil
    outcome = result.outcome
    agents = instance.agentCount
    self.map = PlannerInput.name(map)
    self.scenario = PlannerInput.name(scenario)
    self.seed = seed
    firstMs = result.firstNanoseconds?.inMilliseconds
    firstSumOfLoss = result.firstLoss
    sumOfLoss = result.plan?.sumOfLoss(goals: instance.goals)
    sumOfCosts = result.plan?.sumOfCosts(goals: instance.goals)
    makespan = result.plan?.makespan
    sumOfLossLb = result.lowerBounds?.sumOfLoss
    sumOfCostsLb = result.lowerBounds?.sumOfLoss
    makespanLb = result.lowerBounds?.makespan
    expansions = result.expansions
    cpuMs = result.processNanoseconds.inMilliseconds
    wallMs = result.wallNanoseconds.inMilliseconds
    peakRssMb = (ComputeClock.peakResidentMB * 10).rounded() / 10
    if result.isTooLargeToImprove {
      note = "not improved: the plan is too long and the map too large for the tables"
    }
  }

  /// The plan with these figures above it.
  func file(_ instance: GridInstance, _ plan: GridPlan?) -> PlanFile {
    PlanFile(
      instance: instance, plan: plan,
      figures: PlanFile.Figures(
        sumOfCosts: sumOfCosts ?? 0, makespan: makespan ?? 0, sumOfLoss: sumOfLoss ?? 0,
        sumLowerBound: sumOfLossLb ?? 0, makespanLowerBound: makespanLb ?? 0),
      map: map, milliseconds: cpuMs, seed: seed)
  }

  /// For people.
  var lines: [String] {
    let what = "\(agents) agents of \(scenario) on \(map), seed \(seed)"
    let effort =
      "\(Figures.fixed(cpuMs, 0)) ms of processor time, \(Figures.fixed(wallMs, 0)) ms in all, "
      + "\(Figures.fixed(peakRssMb, 0)) MB at most"
    guard let firstMs, let firstSumOfLoss, let sumOfLoss, let sumOfCosts, let makespan,
      let sumOfLossLb, let sumOfCostsLb, let makespanLb
    else {
      return [outcome.text + ": " + what, effort]
    }
    return [
      outcome.text + ": " + what,
      "first plan after \(Figures.fixed(firstMs, 1)) ms of processor time, sum of loss "
        + "\(firstSumOfLoss) (\(Figures.ratio(firstSumOfLoss, sumOfLossLb)) of the bound)",
      "sum of loss \(sumOfLoss) (\(Figures.ratio(sumOfLoss, sumOfLossLb)) of the bound "
        + "\(sumOfLossLb)), sum of costs \(sumOfCosts) "
        + "(\(Figures.ratio(sumOfCosts, sumOfCostsLb)))",
      "makespan \(makespan) (bound \(makespanLb))",
      effort,
    ] + (note.map { ["note: " + $0] } ?? [])
  }
}

extension PlanRun.Outcome {
  var text: String {
    switch self {
    case .solved: "solved"
    case .unsolvable: "UNSOLVABLE, there is no plan"
    case .outOfTime: "NOT SOLVED within the time"
    case .interrupted: "INTERRUPTED before there was a plan"
    }
  }
}

/// Figures for people.
enum Figures {
  static func fixed(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// `1.23`; a bound of nothing is reached by nothing only.
  static func ratio(_ value: Int, _ bound: Int) -> String {
    bound > 0 ? fixed(Double(value) / Double(bound), 3) : "\(value) / 0"
  }
}
