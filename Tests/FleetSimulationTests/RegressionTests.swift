import FleetSimulation
import Foundation
import Testing

/// What once failed, cut small by `drover simulate --minimize`.
@Suite struct RegressionTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Simulator/Regressions")

  private static var files: [String] {
    let found = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String }
    return (found ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
  }

  @Test func thereAreSome() { #expect(!Self.files.isEmpty) }

  @Test(arguments: files)
  func whatFailedOncePasses(_ file: String) throws {
    let path = Self.folder.appendingPathComponent(file).path
    let scenario = try ScenarioFile.load(path)
    let site = try SimulationSite.load(scenario.site, beside: path)
    let seed = try #require(scenario.seed, "a regression names its seed")
    var run = try Simulation(scenario, site: site.site, seed: seed)
    while run.phase != .ended { run.run(until: run.elapsed + .seconds(60)) }
    let report = run.report(wallSeconds: 1)
    #expect(report.passed, "\(report.violations) \(report.explanations)")
  }
}
