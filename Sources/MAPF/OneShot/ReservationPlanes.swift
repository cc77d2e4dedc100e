import Grid

/// Who may be where at which time, as pictures of the map: for every time one bit plane of the
/// cells that are free, and two of the edges that are free in the step that leads to it.
///
/// A row of the map is a row of whole words, so that a step in any direction is a shift. Memory: 3/8
/// byte a raster cell and time. Unsafe memory, fenced here.
struct ReservationPlanes {
  /// Words of 64 cells in a row of the map.
  let wordsPerRow: Int
  /// Words in a plane, a multiple of 4.
  let planeWords: Int
  /// The times that there is room for.
  let horizon: Int
  /// Vertex -> the number of its bit in a plane.
  let place: UnsafeMutablePointer<Int32>
  /// Time -> three planes: free cells; free edges eastwards of a cell; free edges southwards.
  let planes: UnsafeMutablePointer<UInt64>
  private let lengthStore: UnsafeMutablePointer<Int>
  private let memory: UnsafeMutablePointer<UInt64>

  /// The times in use, at most `horizon`; all copies share it. It may only fall, and not below the
  /// times at which anybody who is entered still moves.
  var length: Int {
    get { lengthStore.pointee }
    nonmutating set { lengthStore.pointee = newValue }
  }

  /// The words that a step reads beyond a band of words.
  var guardWords: Int { (2 * wordsPerRow + 7) & ~3 }

  /// The bytes for a map and so many times.
  static func bytes(_ graph: Graph, horizon: Int) -> Int {
    Int(graph.height) * ((Int(graph.width) + 63) >> 6) * 24 * horizon
  }

  init(_ graph: Graph, horizon: Int) {
    wordsPerRow = (Int(graph.width) + 63) >> 6
    planeWords = (wordsPerRow * Int(graph.height) + 3) & ~3
    self.horizon = horizon
    place = .allocate(capacity: graph.vertexCount)
    let extra = (2 * wordsPerRow + 7) & ~3
    let count = 3 * planeWords * horizon + 2 * extra
    lengthStore = .allocate(capacity: 1)
    lengthStore.initialize(to: horizon)
    memory = .allocate(capacity: count)
    memory.initialize(repeating: 0, count: count)
    planes = memory + extra
    let rowBits = wordsPerRow << 6
    for (v, cell) in graph.cells.enumerated() {
      place[v] = Int32(Int(cell.y) * rowBits + Int(cell.x))
    }
    guard horizon > 0 else { return }
    for v in 0..<graph.vertexCount {
      set(planes, Int(place[v]))
      let east = graph.successors[4 * v + Int(Direction.east.rawValue)]
      if east >= 0 { set(planes + planeWords, Int(place[v])) }
      let south = graph.successors[4 * v + Int(Direction.south.rawValue)]
      if south >= 0 { set(planes + 2 * planeWords, Int(place[v])) }
    }
    for t in 1..<horizon { plane(t).update(from: planes, count: 3 * planeWords) }
  }

  func deallocate() {
    place.deallocate()
    memory.deallocate()
    lengthStore.deallocate()
  }

  /// The free cells of `time`; the edges of the step to it follow.
  @inline(__always) func plane(_ time: Int) -> UnsafeMutablePointer<UInt64> {
    planes + (3 &* planeWords &* time)
  }

  @inline(__always) private func set(_ words: UnsafeMutablePointer<UInt64>, _ bit: Int) {
    words[bit >> 6] |= 1 << UInt64(bit & 63)
  }

  @inline(__always) private func clear(_ words: UnsafeMutablePointer<UInt64>, _ bit: Int) {
    words[bit >> 6] &= ~(1 << UInt64(bit & 63))
  }

  /// The edge plane's offset and the bit of the edge between two cells' bits.
  @inline(__always) private func edge(_ a: Int, _ b: Int) -> (offset: Int, bit: Int) {
    let low = min(a, b)
    return (max(a, b) &- low == 1 ? planeWords : 2 &* planeWords, low)
  }

  /// Whether the edge between two adjacent cells is free in the step to `time`.
  @inline(__always) func isFree(edge a: Int, _ b: Int, _ time: Int) -> Bool {
    let (offset, bit) = edge(a, b)
    return (plane(time) + offset)[bit >> 6] & (1 << UInt64(bit & 63)) != 0
  }

  /// Takes the cells and edges of a path: `path[t]` up to `last`, its end from then on.
  func add(_ path: UnsafePointer<Int32>, last: Int) {
    var before = Int(place[Int(path[0])])
    if last > 0 { clear(plane(0), before) }
    for t in 1..<max(1, last + 1) {
      let now = Int(place[Int(path[t])])
      let cells = plane(t)
      if t < last { clear(cells, now) }
      if now != before {
        let (offset, bit) = edge(now, before)
        clear(cells + offset, bit)
      }
      before = now
    }
    for t in last..<max(last, length) { clear(plane(t), before) }
  }

  /// Gives them back.
  func remove(_ path: UnsafePointer<Int32>, last: Int) {
    var before = Int(place[Int(path[0])])
    if last > 0 { set(plane(0), before) }
    for t in 1..<max(1, last + 1) {
      let now = Int(place[Int(path[t])])
      let cells = plane(t)
      if t < last { set(cells, now) }
      if now != before {
        let (offset, bit) = edge(now, before)
        set(cells + offset, bit)
      }
      before = now
    }
    for t in last..<max(last, length) { set(plane(t), before) }
  }
}
