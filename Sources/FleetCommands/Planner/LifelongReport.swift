/// What `drover bench lifelong` prints. Times in milliseconds of processor time.
struct LifelongReport: Encodable {
  /// Over the steps; `pN`: N percent of them took no longer.
  struct Times: Encodable {
    var avg: Double
    var p50: Double
    var p99: Double
    var max: Double

    init(_ nanoseconds: [Int64]) {
      let sorted = nanoseconds.sorted()
      func percentile(_ percent: Int) -> Double {
        guard !sorted.isEmpty else { return 0 }
        return sorted[Swift.max(0, (sorted.count * percent + 99) / 100 - 1)].inMilliseconds
      }
      let sum = Double(sorted.reduce(0, +)) / 1e6 / Double(Swift.max(1, sorted.count))
      avg = (sum * 1000).rounded() / 1000
      p50 = percentile(50)
      p99 = percentile(99)
      max = percentile(100)
    }
  }

  /// Whether all steps were done.
  var complete: Bool
  var agents: Int
  var steps: Int
  var turning: Bool
  var rotationsRefused: Bool
  var seed: UInt64
  var finished: Int
  /// Tasks finished a step, over the whole run.
  var throughput: Double
  /// The planner's time.
  var stepMs: Times
  /// From the start of the process to the first step.
  var setupMs: Double
  var cpuMs: Double
  var peakRssMb: Double
  var operationsTried: Int
  var improvements: Int
  var tableFills: Int

  init(_ run: borrowing LifelongRun, isComplete: Bool, seed: UInt64) {
    complete = isComplete
    agents = run.agents.count
    steps = run.stepsDone
    turning = run.turning
    rotationsRefused = run.refusesRotations
    self.seed = seed
    finished = run.finished
    throughput =
      (Double(run.finished) / Double(max(1, run.stepsDone)) * 10_000).rounded() / 10_000
    stepMs = Times(run.stepTimes)
    setupMs = run.setupNanoseconds.inMilliseconds
    cpuMs = ComputeClock.process.inMilliseconds
    peakRssMb = (ComputeClock.peakResidentMB * 10).rounded() / 10
    let statistics = run.planner.statistics
    operationsTried = statistics.operationsTried
    improvements = statistics.improvements
    tableFills = statistics.tableFills
  }

  /// For people.
  var lines: [String] {
    [
      "\(complete ? "" : "INTERRUPTED: ")\(agents) agents, \(steps) steps, "
        + "\(turning ? "turning" : "no turning"), rotations "
        + "\(rotationsRefused ? "refused" : "allowed"), seed \(seed)",
      "\(finished) tasks finished, \(Figures.fixed(throughput, 3)) a step",
      "step \(Figures.fixed(stepMs.avg, 2)) ms on average, half within "
        + "\(Figures.fixed(stepMs.p50, 2)), 99 % within \(Figures.fixed(stepMs.p99, 2)), at most "
        + "\(Figures.fixed(stepMs.max, 2)) (processor time)",
      "setup \(Figures.fixed(setupMs, 0)) ms, \(Figures.fixed(cpuMs / 1000, 1)) s of processor time "
        + "in all, \(Figures.fixed(peakRssMb, 0)) MB at most",
    ]
  }
}
