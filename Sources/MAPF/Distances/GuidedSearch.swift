import Grid

/// Backward search from a goal over weighted states: Dial's bucket queue (Dial 1969).
///
/// Unsafe memory, fenced here: distances of all states, and a pool of queue entries.
final class GuidedSearch: @unchecked Sendable {
  private static let far = Int32.max

  private let graph: Graph
  private let guidance: Guidance
  private let headings: Int
  private let distance: UnsafeMutablePointer<Int32>
  // A pool of queue entries, chained by bucket; each state enters at most once a way into it.
  private let entryState: UnsafeMutablePointer<Int32>
  private let entryNext: UnsafeMutablePointer<Int32>
  private let heads: UnsafeMutablePointer<Int32>
  private var free: Int32 = -1
  private var used: Int32 = 0
  private var waiting = 0

  init(graph: Graph, guidance: Guidance, model: MotionModel) {
    self.graph = graph
    self.guidance = guidance
    headings = model.headingCount
    let states = max(1, graph.vertexCount * headings)
    distance = .allocate(capacity: states)
    entryState = .allocate(capacity: 4 * states + 4)
    entryNext = .allocate(capacity: 4 * states + 4)
    heads = .allocate(capacity: 256)
    heads.initialize(repeating: -1, count: 256)
  }

  deinit {
    distance.deallocate()
    entryState.deallocate()
    entryNext.deallocate()
    heads.deallocate()
  }

  /// Fills `table` with the codes of the distances to `goal`.
  /// - Complexity: O(states + largest distance)
  func fill(_ table: UnsafeMutablePointer<UInt16>, goal: Int32, _ code: GuidedCode) {
    distance.update(repeating: Self.far, count: graph.vertexCount * headings)
    free = -1
    used = 0
    waiting = 0
    for heading in 0..<headings { relax(Int(goal) * headings + heading, 0) }
    var level: Int32 = 0
    while waiting > 0 {
      drain(level)
      level += 1
    }
    if headings == 1 { encodeCells(table, code) } else { encodeHeadings(table, code) }
  }

  /// Settles the states of one level.
  private func drain(_ level: Int32) {
    let bucket = Int(level & 255)
    while heads[bucket] >= 0 {
      let entry = Int(heads[bucket])
      heads[bucket] = entryNext[entry]
      let state = Int(entryState[entry])
      entryNext[entry] = free
      free = Int32(entry)
      waiting -= 1
      if distance[state] != level { continue }
      if headings == 1 { expandCell(state, level) } else { expandState(state, level) }
    }
  }

  private func expandCell(_ v: Int, _ level: Int32) {
    for direction in 0..<4 {
      let u = Int(graph.predecessors[4 * v + direction])
      guard u >= 0 else { continue }
      relax(u, level + Int32(guidance.edges[4 * u + direction]))
    }
  }

  private func expandState(_ state: Int, _ level: Int32) {
    let heading = state & 3
    let u = Int(graph.predecessors[state])
    if u >= 0 { relax(4 * u + heading, level + Int32(guidance.edges[4 * u + heading])) }
    let turned = level + Int32(guidance.turn)
    relax(state & ~3 | (heading + 1) & 3, turned)
    relax(state & ~3 | (heading + 3) & 3, turned)
  }

  private func relax(_ state: Int, _ value: Int32) {
    guard value < distance[state] else { return }
    distance[state] = value
    var entry = free
    if entry >= 0 {
      free = entryNext[Int(entry)]
    } else {
      entry = used
      used += 1
    }
    let bucket = Int(value & 255)
    entryState[Int(entry)] = Int32(state)
    entryNext[Int(entry)] = heads[bucket]
    heads[bucket] = entry
    waiting += 1
  }

  private func encodeCells(_ table: UnsafeMutablePointer<UInt16>, _ code: GuidedCode) {
    let placeOf = code.view.placeOf
    for v in 0..<graph.vertexCount {
      let d = distance[v]
      table[Int(placeOf[v])] =
        d == Self.far ? code.unreachable : UInt16(truncatingIfNeeded: d &<< 1)
    }
  }

  private func encodeHeadings(_ table: UnsafeMutablePointer<UInt16>, _ code: GuidedCode) {
    let placeOf = code.view.placeOf
    let base = code.base
    let shift = Int32(code.view.shift)
    for v in 0..<graph.vertexCount {
      let (a, b, c, d) = (
        distance[4 * v], distance[4 * v + 1], distance[4 * v + 2], distance[4 * v + 3]
      )
      let least = min(min(a, b), min(c, d))
      guard least != Self.far else {
        table[Int(placeOf[v])] = code.unreachable
        continue
      }
      let digits =
        ((Int(a - least) * base + Int(b - least)) * base + Int(c - least)) * base + Int(d - least)
      table[Int(placeOf[v])] =
        UInt16(truncatingIfNeeded: least &<< shift) | UInt16(code.patternOf[digits])
    }
  }
}
