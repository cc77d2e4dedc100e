import Grid

/// One state at one tick, as far as a search has come.
struct RollingNode {
  /// The search it was last reached in.
  var stamp: UInt32 = 0
  /// What the way there costs.
  var cost: Int32 = 0
  /// The node before.
  var parent: Int32 = -1
  var state: Int32 = 0
}

/// The buffers of a `RollingHorizonPlanner`.
///
/// Unsafe memory, fenced here: filled in `init`, reached through `RollingKernel` only, freed in
/// `deinit`. A state is `vertex * headings + heading`; its five successors are waiting and, without
/// turning, the four directions, with turning forward, left, right.
final class RollingWorkspace: @unchecked Sendable {
  static let choices = 5

  let graph: Graph
  let turning: Bool
  let headings: Int
  let window: Int
  let capacity: Int
  let vertexCount: Int
  /// States at one tick that a search from one state can reach, by place relative to the start.
  let nearby: Int
  let bucketCount: Int
  let entryLimit: Int

  let successors: UnsafeMutablePointer<Int32>
  let costs: UnsafeMutablePointer<UInt8>
  let columns: UnsafeMutablePointer<Int32>
  let lines: UnsafeMutablePointer<Int32>
  /// `tick slot * vertexCount + vertex` -> agent, -1: free.
  let occupants: UnsafeMutablePointer<Int32>
  let nodes: UnsafeMutablePointer<RollingNode>
  let deadEnds: UnsafeMutablePointer<UInt32>
  /// Pairs of node and next entry.
  let entries: UnsafeMutablePointer<Int32>
  let heads: UnsafeMutablePointer<Int32>
  /// By agent: `agent * (window + 1) + tick slot` -> state.
  let plans: UnsafeMutablePointer<Int32>
  let integers: UnsafeMutablePointer<Int32>
  let weights: UnsafeMutablePointer<Double>
  let tables: UnsafeMutablePointer<UnsafePointer<UInt16>?>
  let codes: UnsafeMutablePointer<UInt16>
  /// By tick: its row of occupants, its slot.
  let rows: UnsafeMutablePointer<UnsafeMutablePointer<Int32>>
  let slots: UnsafeMutablePointer<Int>
  let scratch: UnsafeMutablePointer<Int32>
  static let integerFields = 15
  static let groupLimit = 16
  static let sortBuckets = 2048

  init(graph: Graph, model: MotionModel, guidance: Guidance, window: Int, capacity: Int) {
    self.graph = graph
    turning = model == .turning
    headings = model.headingCount
    self.window = window
    self.capacity = capacity
    vertexCount = graph.vertexCount
    let side = 2 * window + 1
    nearby = side * side * headings
    let states = vertexCount * headings
    let dearest = Int(max(guidance.edges.max() ?? 1, guidance.wait, guidance.turn))
    bucketCount = 2 * (window + 2) * dearest + 2
    entryLimit = 2 * (window + 1) * nearby + 64
    successors = .allocate(capacity: states * Self.choices)
    costs = .allocate(capacity: states * Self.choices)
    columns = .allocate(capacity: vertexCount)
    lines = .allocate(capacity: vertexCount)
    occupants = .allocate(capacity: (window + 1) * vertexCount)
    occupants.initialize(repeating: -1, count: (window + 1) * vertexCount)
    nodes = .allocate(capacity: (window + 1) * nearby)
    nodes.initialize(repeating: RollingNode(), count: (window + 1) * nearby)
    deadEnds = .allocate(capacity: (window + 1) * nearby)
    deadEnds.initialize(repeating: 0, count: (window + 1) * nearby)
    entries = .allocate(capacity: 2 * entryLimit)
    entries.initialize(repeating: -1, count: 2 * entryLimit)
    heads = .allocate(capacity: bucketCount)
    heads.initialize(repeating: -1, count: bucketCount)
    plans = .allocate(capacity: capacity * (window + 1))
    plans.initialize(repeating: -1, count: capacity * (window + 1))
    integers = .allocate(capacity: capacity * Self.integerFields)
    integers.initialize(repeating: 0, count: capacity * Self.integerFields)
    weights = .allocate(capacity: capacity)
    weights.initialize(repeating: 1, count: capacity)
    tables = .allocate(capacity: 2 * capacity)
    tables.initialize(repeating: nil, count: 2 * capacity)
    codes = .allocate(capacity: capacity)
    codes.initialize(repeating: 0, count: capacity)
    rows = .allocate(capacity: window + 1)
    slots = .allocate(capacity: window + 1)
    let words = (Self.groupLimit + 4) * (window + 1) + 4 * Self.groupLimit + Self.sortBuckets
    scratch = .allocate(capacity: words)
    scratch.initialize(repeating: 0, count: words)
    for t in 0...window {
      rows[t] = occupants + t * vertexCount
      slots[t] = t
    }
    fill(guidance)
  }

  private func fill(_ guidance: Guidance) {
    for v in 0..<vertexCount {
      columns[v] = graph.cells[v].x
      lines[v] = graph.cells[v].y
      for heading in 0..<headings {
        let s = v * headings + heading
        let row = successors + s * Self.choices
        let price = costs + s * Self.choices
        row[0] = Int32(s)
        price[0] = guidance.wait
        if turning {
          let ahead = graph.successors[4 * v + heading]
          row[1] = ahead < 0 ? -1 : 4 * ahead + Int32(heading)
          price[1] = guidance.edges[4 * v + heading]
          row[2] = Int32(4 * v + (heading + 1) & 3)
          row[3] = Int32(4 * v + (heading + 3) & 3)
          row[4] = -1
          for k in 2...4 { price[k] = guidance.turn }
        } else {
          for k in 0..<4 {
            row[1 + k] = graph.successors[4 * v + k]
            price[1 + k] = guidance.edges[4 * v + k]
          }
        }
      }
    }
  }

  deinit {
    successors.deallocate()
    costs.deallocate()
    columns.deallocate()
    lines.deallocate()
    occupants.deallocate()
    nodes.deallocate()
    deadEnds.deallocate()
    entries.deallocate()
    heads.deallocate()
    plans.deallocate()
    integers.deallocate()
    weights.deallocate()
    tables.deallocate()
    codes.deallocate()
    rows.deallocate()
    slots.deallocate()
    scratch.deallocate()
  }
}
