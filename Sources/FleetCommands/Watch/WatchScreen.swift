import Determinism
import FleetModel
import Site
import SiteFiles

/// What `watch` shows, as lines of text: the map with its robots, who is busy, what happened.
struct WatchScreen {
  /// Draws the site's map; nil: the site's file is not at hand.
  let drawing: TerminalDrawing?
  var snapshot: SnapshotView?
  /// The newest last.
  private(set) var notices: [FleetNotice] = []
  /// Why the picture is old; nil: it is not.
  var trouble: String?

  init(site: Site?) { drawing = site.map(TerminalDrawing.init) }

  private static let keptNotices = 50

  mutating func take(_ new: [FleetNotice]) {
    notices = Array((notices + new).suffix(Self.keptNotices))
  }

  /// At most `rows` lines of `columns` characters (escape sequences not counted).
  func lines(columns: Int, rows: Int, colour: Bool) -> [String] {
    guard let snapshot else { return [(trouble ?? "waiting for the server …").cut(to: columns)] }
    var lines = [header(snapshot).cut(to: columns)]
    if let trouble { lines.append(("! " + trouble).cut(to: columns)) }
    let noticeRows = min(notices.count, max(0, rows / 8))
    let busy = snapshot.robots.filter(\.isWorthListing)
    let free = rows - lines.count - noticeRows
    let map = map(snapshot, columns: columns, rows: drawing == nil ? 0 : free * 3 / 4, colour)
    lines += map
    lines += Self.busy(busy, columns: columns, rows: free - map.count)
    lines += notices.suffix(noticeRows).map { Self.line($0).cut(to: columns) }
    return Array(lines.prefix(rows))
  }

  /// `12:34:56 what happened`
  static func line(_ notice: FleetNotice) -> String {
    "\(notice.time.iso8601.dropFirst(11).prefix(8)) \(notice.text)"
  }

  private func header(_ snapshot: SnapshotView) -> String {
    let online = snapshot.robots.count { $0.session == .online }
    let busy = snapshot.robots.count { $0.task != nil }
    return """
      \(snapshot.site)  \(online) of \(snapshot.robots.count) robots online, \(busy) busy  \
      \(snapshot.openTasks) tasks open, \(snapshot.endedTasks) ended  (q leaves)
      """
  }

  private func map(
    _ snapshot: SnapshotView, columns: Int, rows: Int, _ colour: Bool
  ) -> [String] {
    guard let drawing, rows > 2 else { return [] }
    var marks = snapshot.closed.map { TerminalDrawing.Mark(cell: $0, glyph: "x", colour: 160) }
    marks += snapshot.released.map { TerminalDrawing.Mark(cell: $0, glyph: "·", colour: 33) }
    marks += snapshot.robots.compactMap(\.mark)
    return drawing.render(columns: columns, rows: rows, colour: colour, marks: marks)
      .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  private static func busy(_ robots: [RobotView], columns: Int, rows: Int) -> [String] {
    guard rows > 1, !robots.isEmpty else { return [] }
    let lines = RobotText.list(robots, width: columns)
    guard lines.count > rows else { return lines }
    return lines.prefix(rows - 1) + ["… and \(lines.count - rows + 1) more"]
  }
}

extension RobotView {
  /// Whether `watch` lists it: it works, or something is wrong with it.
  var isWorthListing: Bool { task != nil || isInTrouble }

  var isInTrouble: Bool {
    session == .lost || session == .online && freshness != .fresh || mode == .fault
      || mode == .stopped || !errors.isEmpty
  }

  /// How it shows on the map; nil: it is not there.
  var mark: TerminalDrawing.Mark? {
    cell.map { TerminalDrawing.Mark(cell: $0, glyph: glyph, colour: glyphColour) }
  }

  private var glyph: Character {
    if isInTrouble { return "!" }
    if charging { return "+" }
    if speedMillimetresPerSecond == 0 { return task == nil ? "o" : "@" }
    let arrows: [Character] = ["^", ">", "v", "<"]
    return arrows[Int((headingMillidegrees + 45_000) / 90_000 % 4 + 4) % 4]
  }

  private var glyphColour: UInt8 {
    if isInTrouble { return 196 }
    if charging { return 28 }
    if task == nil { return 238 }
    return loaded ? 90 : 21
  }
}

/// What stands on the screen, so that only lines that differ are drawn: no flicker, little traffic.
struct ShownLines {
  private var lines: [String] = []
  private var size = (columns: 0, rows: 0)

  /// The escape sequences that turn the last frame into `new`, as one synchronised update.
  mutating func frame(_ new: [String], size: (columns: Int, rows: Int)) -> String {
    let old = size == self.size ? lines : []
    var text = "\u{1B}[?2026h"
    for (row, line) in new.enumerated() where row >= old.count || old[row] != line {
      text += "\u{1B}[\(row + 1);1H\(line)\u{1B}[K"
    }
    if new.count < size.rows, old.isEmpty || new.count < old.count {
      text += "\u{1B}[\(new.count + 1);1H\u{1B}[J"
    }
    lines = new
    self.size = size
    return text + "\u{1B}[?2026l"
  }
}
