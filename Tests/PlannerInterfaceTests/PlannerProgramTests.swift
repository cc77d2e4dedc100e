import Foundation
import Testing

/// Runs the C program that drives the planner through `drover_planner.h` (Tests/PlannerProgram).
@Suite struct PlannerProgramTests {
  @Test func cProgramFindsNothingWrong() throws {
    let bundle = try #require(Bundle.main.executablePath)
    let folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
    let program = Process()
    program.executableURL = folder.appendingPathComponent("planner-program")
    let output = Pipe()
    program.standardOutput = output
    try program.run()
    let told = output.fileHandleForReading.readDataToEndOfFile()
    program.waitUntilExit()
    #expect(program.terminationStatus == 0, "\(String(decoding: told, as: UTF8.self))")
  }
}
