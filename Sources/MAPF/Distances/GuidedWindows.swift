import Grid

/// Tables of the surroundings of agents, for maps whose whole tables do not fit.
///
/// A window is a square of 5 × 5 tiles with the agent near the middle. It is filled by a search
/// from the anchors of its outer tiles, each worth the bound of the way that is left from there
/// (`GuidedParts`), and from the goal if that lies in it; and filled anew when the agent comes into
/// an outer tile. All windows lie in memory like one torus: cell (x, y) has its place at (x mod
/// 80, y mod 80), so one load finds a code as in a whole table, and what lies outside is never
/// asked for.
final class GuidedWindows: @unchecked Sendable {
  struct Statistics: Sendable, Equatable {
    var fills = 0
  }

  /// Tiles on a side.
  static let tiles: Int32 = 5
  /// Cells on a side.
  static let side = tiles * GuidedParts.side
  static let bytes = Int(2 * side * side)

  private struct Window {
    var goal: Int32 = -1
    var column: Int32 = 0
    var row: Int32 = 0
    /// Where the agent was last, and the distance from there, looking east.
    var at: Int32 = 0
    var left: Int32 = 0
    var table: UnsafeMutablePointer<UInt16>
  }

  private(set) var statistics = Statistics()
  let parts: GuidedParts
  private let code: GuidedCode
  private let search: PatchSearch
  private let turn: Int32
  /// How much farther than the agent a cell may be to be told.
  private let slack: Int32
  private var windows: [Window] = []

  init(graph: Graph, guidance: Guidance, code: GuidedCode) {
    parts = GuidedParts(graph: graph, guidance: guidance, model: code.model)
    search = PatchSearch(
      graph: graph, guidance: guidance, model: code.model, side: Int(Self.side))
    self.code = code
    turn = Int32(guidance.turn)
    let heaviest = guidance.edges.reduce(1) { max($0, Int32($1)) }
    slack = min(8 * heaviest + 4 * turn, code.view.reach / 2)
  }

  deinit { for window in windows { window.table.deallocate() } }

  var count: Int { windows.count }

  /// What is left to agent `r` from where its table was asked for last, by its heading; nil: there
  /// is no way.
  func left(_ r: Int, heading: Int) -> Int32? {
    let w = windows[r]
    guard w.goal >= 0 else { return nil }
    let here = w.table[Int(code.view.placeOf[Int(w.at)])]
    return w.left + code.view.difference(of: here, heading, from: here, 0)
  }

  /// The table of agent `r`, which stands on `v` and makes for `goal`. `row` gives the bounds to
  /// the goal.
  func table(
    of r: Int, to goal: Int32, at v: Int32, row: () -> UnsafePointer<UInt16>
  ) -> UnsafePointer<UInt16> {
    while windows.count <= r {
      windows.append(Window(table: .allocate(capacity: Int(Self.side * Self.side))))
    }
    let (x, y) = parts.tile(of: v)
    let w = windows[r]
    let view = code.view
    let isNear = w.goal == goal && abs(x - w.column) <= 2 && abs(y - w.row) <= 2
    let place = Int(view.placeOf[Int(v)])
    if isNear, view.reaches(w.table[place]) {
      let before = w.table[Int(view.placeOf[Int(w.at)])]
      let promised = w.left + view.difference(of: w.table[place], 0, from: before, 0)
      if abs(x - w.column) <= 1, abs(y - w.row) <= 1 {
        (windows[r].at, windows[r].left) = (v, promised)
        return UnsafePointer(w.table)
      }
    }
    (windows[r].goal, windows[r].column, windows[r].row, windows[r].at) = (goal, x, y, v)
    fill(w.table, goal: goal, at: v, x, y, row())
    guard view.reaches(w.table[place]) else {
      windows[r].goal = -1
      return UnsafePointer(w.table)
    }
    windows[r].left = search.distance[search.headings * search.local(v)]
    return UnsafePointer(w.table)
  }

  private func fill(
    _ table: UnsafeMutablePointer<UInt16>, goal: Int32, at v: Int32, _ x: Int32, _ y: Int32,
    _ row: UnsafePointer<UInt16>
  ) {
    statistics.fills += 1
    search.begin(x: (x - 2) * GuidedParts.side, y: (y - 2) * GuidedParts.side)
    let (goalX, goalY) = parts.tile(of: goal)
    if abs(goalX - x) <= 2, abs(goalY - y) <= 2 { search.add(goal, 0) }
    for dy in Int32(-2)...2 {
      for dx in Int32(-2)...2 where max(abs(dx), abs(dy)) == 2 {
        parts.forEachAnchor(x: x + dx, y: y + dy) { part, anchor in
          if let bound = parts.bound(row, part) { search.add(anchor, bound) }
        }
      }
    }
    let limit = search.run(target: v, slack: slack)
    encode(table, (x - 2) * GuidedParts.side, (y - 2) * GuidedParts.side, limit)
  }

  /// Writes the codes of all cells of the search by their places on the torus.
  private func encode(
    _ table: UnsafeMutablePointer<UInt16>, _ left: Int32, _ top: Int32, _ limit: Int32
  ) {
    let side = Int(Self.side)
    // A window begins at a tile's corner, so runs of 8 cells are together on the torus, too.
    let x0 = Int((left % Self.side + Self.side) % Self.side)
    let y0 = Int((top % Self.side + Self.side) % Self.side)
    for r in 0..<side {
      let y = (y0 + r) % side
      let from = search.start(ofRow: r)
      for run in 0..<side / 8 {
        let x = (x0 + 8 * run) % side
        let to = table + GuidedCode.place(x, y, side: side)
        for c in 0..<8 { to[c] = told(from + 8 * run + c, limit) }
      }
    }
  }

  @inline(__always)
  private func told(_ cell: Int, _ limit: Int32) -> UInt16 {
    let distance = search.distance
    if search.headings == 1 {
      return distance[cell] > limit
        ? code.unreachable : UInt16(truncatingIfNeeded: distance[cell] &<< 1)
    }
    let state = distance + 4 * cell
    let least = min(min(state[0], state[1]), min(state[2], state[3]))
    guard least <= limit else { return code.unreachable }
    // Beyond the limit headings are not all settled: they are no farther than by turning.
    let (a, b, c, d) = (
      above(state, 0, least), above(state, 1, least), above(state, 2, least), above(state, 3, least)
    )
    let digits = ((a * code.base + b) * code.base + c) * code.base + d
    let base = UInt16(truncatingIfNeeded: least &<< Int32(code.view.shift))
    return base | UInt16(code.patternOf[digits])
  }

  @inline(__always)
  private func above(_ state: UnsafeMutablePointer<Int32>, _ h: Int, _ least: Int32) -> Int {
    let sides = min(state[(h + 1) & 3], state[(h + 3) & 3])
    var best = min(state[h], least &+ 2 &* turn)
    if sides < best { best = min(best, sides &+ turn) }
    if state[(h + 2) & 3] < best { best = min(best, state[(h + 2) & 3] &+ 2 &* turn) }
    return Int(best &- least)
  }
}
