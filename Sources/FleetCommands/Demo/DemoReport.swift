import FleetModel

/// What a demonstration has shown.
struct DemoReport: Encodable {
  struct Latency: Encodable {
    var p50: Double
    var p99: Double
  }
  struct Processor: Encodable {
    var server: Double
    var robots: Double
    var broker: Double
  }

  var site: String
  var robots: Int
  var realSeconds: Double
  var virtualSeconds: Double
  var timeScale: Double
  /// By kind.
  var tasksCompleted: [String: Int64] = [:]
  var tasksFailed: Int64 = 0
  var tasksCancelled: Int64 = 0
  var tasksOpen: Int64 = 0
  var medianRouteCells: Int64 = 0
  var collisions: Int
  var collisionChecks: Int
  /// The server's queues, and robots too fast to stop before the end of their road.
  var invariantViolations: Int64 = 0
  var releaseLatencyMs = Latency(p50: 0, p99: 0)
  var messages: Int64 = 0
  var cpuSeconds: Processor
  var serverRestarts: Int
  var metresDriven: Double
  var largestLagMilliseconds: Double
  var problems: [String]

  init(_ run: DemoRun, realSeconds: Double, restarts: Int, swarm: SwarmReport, server: Processor) {
    site = run.site.id.text
    robots = run.robots
    self.realSeconds = realSeconds
    virtualSeconds = realSeconds * run.timeScale
    timeScale = run.timeScale
    collisions = swarm.status.collisions
    collisionChecks = swarm.collisionChecks
    invariantViolations = Int64(swarm.overruns)
    cpuSeconds = server
    cpuSeconds.robots = swarm.cpuSeconds
    serverRestarts = restarts
    metresDriven = swarm.status.drivenMetres
    largestLagMilliseconds = swarm.largestLagMilliseconds
    problems = swarm.collisionDetails + swarm.problems
  }

  /// Takes over what the server counted.
  mutating func add(_ figures: FleetStatistics) {
    for kind in figures.tasks {
      tasksCompleted[kind.kind.rawValue] = kind.completed
      tasksFailed += kind.failed
      tasksCancelled += kind.cancelled
      tasksOpen += kind.open
    }
    medianRouteCells = figures.medianRouteCells
    invariantViolations += figures.invariantViolations
    releaseLatencyMs = Latency(
      p50: Double(figures.releaseLatencyP50Microseconds) / 1000,
      p99: Double(figures.releaseLatencyP99Microseconds) / 1000)
    messages = figures.messagesIn + figures.messagesOut
  }

  var isClean: Bool { collisions == 0 && invariantViolations == 0 }

  var lines: [String] {
    let done = tasksCompleted.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return [
      "\(site): \(robots) robots, \(Int(virtualSeconds)) s of their time in \(Int(realSeconds)) s",
      "tasks completed: \(done.joined(separator: ", ")); failed: \(tasksFailed), "
        + "open: \(tasksOpen); median route \(medianRouteCells) cells",
      "collisions: \(collisions) in \(collisionChecks) checks; "
        + "invariant violations: \(invariantViolations)",
      "release latency: p50 \(releaseLatencyMs.p50) ms, p99 \(releaseLatencyMs.p99) ms; "
        + "\(messages) messages",
      "processor seconds: server \(short(cpuSeconds.server)), robots \(short(cpuSeconds.robots)), "
        + "broker \(short(cpuSeconds.broker)); server restarts: \(serverRestarts)",
    ] + problems
  }

  /// With one decimal.
  private func short(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10)" }
}
