import FleetModel
import Grid
import Site
import SiteFiles
import Testing

@testable import FleetCommands

@Suite struct WatchTests {
  private func snapshot(_ robots: [RobotView]) -> SnapshotView {
    SnapshotView(
      site: id("campus"), robots: robots, openTasks: 2, endedTasks: 40,
      released: [Cell(x: 13, y: 34)], closed: [])
  }

  private func notice(_ text: String) -> FleetNotice {
    FleetNotice(kind: .incident, time: start, robot: nil, task: nil, text: text)
  }

  @Test func theScreenFitsTheTerminal() {
    var screen = WatchScreen(site: nil)
    screen.snapshot = snapshot((1...60).map { robot("van-\($0)") })
    screen.take((1...90).map { notice("something long enough to be cut happened, number \($0)") })
    for (columns, rows) in [(80, 24), (20, 5), (200, 60), (10, 1)] {
      let lines = screen.lines(columns: columns, rows: rows, colour: false)
      #expect(lines.count <= rows)
      #expect(lines.allSatisfy { $0.count <= columns })
    }
    let lines = screen.lines(columns: 80, rows: 24, colour: false)
    #expect(
      lines[0] == "campus  60 of 60 robots online, 60 busy  2 tasks open, 40 ended  (q leaves)")
    #expect(lines.contains { $0.hasPrefix("… and ") })
    #expect(lines.last == "08:00:00 something long enough to be cut happened, number 90")
  }

  @Test func beforeTheFirstAnswerAndWhenTheServerIsAwayItIsSaid() {
    var screen = WatchScreen(site: nil)
    #expect(screen.lines(columns: 80, rows: 24, colour: false) == ["waiting for the server …"])
    screen.snapshot = snapshot([])
    screen.trouble = "no answer"
    #expect(screen.lines(columns: 80, rows: 24, colour: false)[1] == "! no answer")
  }

  @Test func marksTellWhatARobotDoes() {
    var it = robot("van-1")
    #expect(it.mark?.glyph == ">")
    it.headingMillidegrees = 359_000
    #expect(it.mark?.glyph == "^")
    it.headingMillidegrees = 181_000
    #expect(it.mark?.glyph == "v")
    it.speedMillimetresPerSecond = 0
    #expect(it.mark?.glyph == "@")
    it.task = nil
    #expect(it.mark?.glyph == "o")
    #expect(!it.isWorthListing)
    it.charging = true
    #expect(it.mark?.glyph == "+")
    it.session = .lost
    #expect(it.mark?.glyph == "!")
    #expect(it.isWorthListing)
    it.cell = nil
    #expect(it.mark == nil)
  }

  @Test func onlyChangesArePrintedWithoutATerminal() {
    let one = snapshot([robot("van-1"), robot("van-2")])
    #expect(WatchChanges.lines(from: nil, to: one).count == 3)
    #expect(WatchChanges.lines(from: one, to: one).isEmpty)
    var two = one
    two.robots[0].activity = "driving to cafe"
    two.robots.remove(at: 1)
    #expect(
      WatchChanges.lines(from: one, to: two)
        == ["van-1: online automatic t-1 driving to cafe", "van-2: removed"])
  }

  @Test func onlyLinesThatDifferAreDrawn() {
    var shown = ShownLines()
    let size = (columns: 80, rows: 24)
    #expect(shown.frame(["a", "b"], size: size).contains("[2;1Hb"))
    let second = shown.frame(["a", "c"], size: size)
    #expect(second == "\u{1B}[?2026h\u{1B}[2;1Hc\u{1B}[K\u{1B}[?2026l")
    #expect(shown.frame(["a"], size: size) == "\u{1B}[?2026h\u{1B}[2;1H\u{1B}[J\u{1B}[?2026l")
    #expect(shown.frame(["a"], size: (columns: 70, rows: 24)).contains("[1;1Ha"))
  }

  @Test func onceAsJSON() {
    let result = FakeServer([.snapshot(snapshot([]))]).run("watch --once --json")
    #expect(
      result.output == """
        {"closed_cells":0,"ended_tasks":40,"open_tasks":2,"released_cells":1,"robots":[],\
        "site":"campus"}\n
        """)
  }
}
