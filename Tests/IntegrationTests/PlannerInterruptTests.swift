import Foundation
import Glibc
import Testing

/// Ctrl-C ends the planner's commands with what there is.
struct PlannerInterruptTests {
  private let depot: Depot

  init() throws {
    depot = try Depot()
    let row = String(repeating: ".", count: 40)
    let map =
      "type octile\nheight 40\nwidth 40\nmap\n"
      + String(repeating: row + "\n", count: 40)
    try map.write(toFile: depot.folder + "/open.map", atomically: true, encoding: .utf8)
    var agents = "id,row,col\n"
    var tasks = "targets\n"
    for i in 0..<400 {
      agents += "\(i),\(i / 20),\(i % 20)\n"
      tasks += "\((i * 37) % 1600)\n"
    }
    try agents.write(toFile: depot.folder + "/agents.csv", atomically: true, encoding: .utf8)
    try tasks.write(toFile: depot.folder + "/tasks.csv", atomically: true, encoding: .utf8)
  }

  @Test func theBestPlanSoFarIsKept() throws {
    let scenario = depot.folder + "/open.scen"
    let drawn = try depot.run([
      "bench", "scenario", depot.folder + "/open.map", "--agents", "500", "--output", scenario,
    ])
    #expect(drawn.status == 0, "\(drawn)")
    let plan = depot.folder + "/plan.txt"
    let running = try depot.start([
      "plan", depot.folder + "/open.map", scenario, "--time-limit", "600", "--output", plan,
      "--json",
    ])
    // A debug build has its first plan well before.
    #expect(eventually { running.processorSeconds > 8 })
    #expect(running.status == nil, "it goes on improving: \(running.out)\(running.err)")
    #expect(running.stop(SIGINT) == 0, "\(running.err)")
    #expect(running.out.contains("\"solved\":true"))
    let text = try String(contentsOfFile: plan, encoding: .utf8)
    #expect(text.contains("\nsolved=1\n"))
  }

  @Test func theFiguresSoFarAreTold() throws {
    let running = try depot.start([
      "bench", "lifelong", "--map", depot.folder + "/open.map", "--agents",
      depot.folder + "/agents.csv", "--tasks", depot.folder + "/tasks.csv", "--steps", "1000000",
      "--budget-ms", "5", "--json",
    ])
    #expect(eventually { running.processorSeconds > 2 })
    #expect(running.stop(SIGTERM) == 1, "\(running.err)")
    #expect(running.out.contains("\"complete\":false") && running.out.contains("\"finished\":"))
  }
}
