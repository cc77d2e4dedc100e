import Grid

/// Who may be where at which time, as pictures of the map: for every time one bit plane of the
/// cells that are free, and two of the edges that are free in the step that leads to it.
///
/// The map is cut into strips 64 columns wide; a word is a row of a strip, and below it lies the
/// next row, so that a step in any direction is a shift. Memory: 3/8 byte a raster cell and time.
/// Unsafe memory, fenced here.
struct ReservationPlanes {
  /// Strips of 64 columns, and words in each: the map's rows, rounded up to a multiple of 4.
  let strips: Int
  let rows: Int
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

  /// Words in a plane.
  var planeWords: Int { strips &* rows }

  /// The words that a step reads before and beyond a plane.
  var guardWords: Int { rows &+ 4 }

  /// The bytes for a map and so many times.
  static func bytes(_ graph: Graph, horizon: Int) -> Int {
    (Int(graph.height) + 3) * ((Int(graph.width) + 63) >> 6) * 24 * horizon
  }

  init(_ graph: Graph, horizon: Int) {
    strips = (Int(graph.width) + 63) >> 6
    rows = (Int(graph.height) + 3) & ~3
    self.horizon = horizon
    place = .allocate(capacity: graph.vertexCount)
    lengthStore = .allocate(capacity: 1)
    lengthStore.initialize(to: horizon)
    let count = 3 * strips * rows * horizon + 2 * (rows + 4)
    memory = .allocate(capacity: count)
    memory.initialize(repeating: 0, count: count)
    planes = memory + rows + 4
    for (v, cell) in graph.cells.enumerated() {
      let word = (Int(cell.x) >> 6) * rows + Int(cell.y)
      place[v] = Int32(word << 6 | Int(cell.x) & 63)
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

  /// Column and row of a bit.
  func cell(_ place: Int) -> (x: Int, y: Int) {
    let strip = (place >> 6) / rows
    return (strip << 6 | place & 63, place >> 6 - strip * rows)
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
    return (max(a, b) &- low == 64 ? 2 &* planeWords : planeWords, low)
  }

  /// Whether the edge between two adjacent cells is free in the step to `time`.
  @inline(__always) func isFree(edge a: Int, _ b: Int, _ time: Int) -> Bool {
    let (offset, bit) = edge(a, b)
    return (plane(time) + offset)[bit >> 6] & (1 << UInt64(bit & 63)) != 0
  }

  /// Takes the cells and edges of a path: `path[t]` up to `last`, its end from then on.
  func add(_ path: UnsafePointer<Int32>, last: Int) { write(path, last: last, isFree: false) }

  /// Gives them back.
  func remove(_ path: UnsafePointer<Int32>, last: Int) { write(path, last: last, isFree: true) }

  @inline(__always)
  private func write(_ path: UnsafePointer<Int32>, last: Int, isFree: Bool) {
    var before = Int(place[Int(path[0])])
    if last > 0 { write(plane(0), before, isFree) }
    for t in 1..<max(1, last + 1) {
      let now = Int(place[Int(path[t])])
      let cells = plane(t)
      if t < last { write(cells, now, isFree) }
      if now != before {
        let (offset, bit) = edge(now, before)
        write(cells + offset, bit, isFree)
      }
      before = now
    }
    for t in last..<max(last, length) { write(plane(t), before, isFree) }
  }

  @inline(__always)
  private func write(_ plane: UnsafeMutablePointer<UInt64>, _ bit: Int, _ isFree: Bool) {
    if isFree { set(plane, bit) } else { clear(plane, bit) }
  }
}
