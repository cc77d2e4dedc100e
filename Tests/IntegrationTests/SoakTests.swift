import Foundation
import Glibc
import Testing

/// The soak of Tests/Soak, short: two hundred kills of it are made by hand.
struct SoakTests {
  private static let python = "/usr/bin/python3"

  @Test(
    .enabled(if: access(python, X_OK) == 0, "needs Python 3 at \(python)"))
  func everyKeyEndsOnceThoughTheServerOfADemoIsKilledAgainAndAgain() throws {
    let depot = try Depot()
    let soak = try Running(
      [
        Self.python, "\(Drover.root)/Tests/Soak/kill-server", "--drover", try Drover.path,
        "--site", "campus", "--robots", "8", "--kills", "3", "--life", "5", "--time-scale", "12",
        "--period", "0.7", "--drain", "90", "--state", depot.state,
      ], in: depot.folder, environment: Drover.environment)
    #expect(soak.wait() == 0, "\(soak.out)\(soak.err)")
    let figures = try Outcome(arguments: ["soak"], status: 0, out: soak.out, err: soak.err).object()
    #expect(figures["restarts"] as? Int == 3 && figures["problems"] as? Int == 0, "\(figures)")
    #expect(figures["completed"] as? Int ?? 0 > 0)
    #expect(figures["ends_in_log"] as? Int ?? 0 > 0)
    #expect(eventually { processes(naming: depot.state).isEmpty })
  }
}
