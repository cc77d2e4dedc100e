import Grid

/// The encoding of a cell's distances (see `GuidedView`) and the order of the cells in a table.
///
/// Unsafe memory, fenced here: written by the initialiser, and the places once more by `wrap`.
final class GuidedCode: @unchecked Sendable {
  /// The side of a tile, in cells.
  private static let side: Int32 = 8

  let view: GuidedView
  let model: MotionModel
  /// The code of an unreachable vertex.
  let unreachable: UInt16
  /// Offsets of headings 0...3 as digits to base `2 * turn + 1` -> pattern.
  let patternOf: UnsafeMutablePointer<UInt8>
  let base: Int
  private let placeOf: UnsafeMutablePointer<Int32>
  private let offsets: UnsafeMutablePointer<Int32>

  /// - Complexity: O(raster)
  init(graph: Graph, model: MotionModel, turn: Int) {
    let patterns = Self.patterns(model, turn)
    let base = 2 * turn + 1
    patternOf = .allocate(capacity: base * base * base * base)
    patternOf.initialize(repeating: .max, count: base * base * base * base)
    let shift = UInt16(Int.bitWidth - patterns.count.leadingZeroBitCount)
    offsets = .allocate(capacity: 4 << Int(shift))
    offsets.initialize(repeating: 0, count: 4 << Int(shift))
    for (index, pattern) in patterns.enumerated() {
      patternOf[pattern.reduce(0) { $0 * base + $1 }] = UInt8(index)
      for heading in 0..<4 { offsets[4 * index + heading] = Int32(pattern[heading]) }
    }
    for heading in 0..<4 { offsets[4 * patterns.count + heading] = GuidedView.unreachable }
    placeOf = .allocate(capacity: max(1, graph.vertexCount))
    Self.order(graph, placeOf)
    self.model = model
    self.base = base
    unreachable = UInt16(patterns.count)
    view = GuidedView(
      placeOf: UnsafePointer(placeOf), offsets: UnsafePointer(offsets), mask: (1 << shift) - 1,
      shift: shift, reach: (1 << (15 - Int32(shift))) - 1)
  }

  deinit {
    patternOf.deallocate()
    placeOf.deallocate()
    offsets.deallocate()
  }

  /// All ways in which the distances of four headings can lie above the smallest of them, when
  /// neighbours differ by at most `turn`.
  private static func patterns(_ model: MotionModel, _ turn: Int) -> [[Int]] {
    guard model == .turning else { return [[0, 0, 0, 0]] }
    var found: [[Int]] = []
    let base = 2 * turn + 1
    for code in 0..<(base * base * base * base) {
      let o = [
        code / (base * base * base), code / (base * base) % base, code / base % base,
        code % base,
      ]
      let isSmooth = (0..<4).allSatisfy { abs(o[$0] - o[($0 + 1) % 4]) <= turn }
      if isSmooth && o.contains(0) { found.append(o) }
    }
    return found
  }

  /// Gives places on a torus of `side` × `side` cells: what lies `side` cells apart shares one.
  func wrap(_ graph: Graph, side: Int) {
    for v in 0..<graph.vertexCount {
      let cell = graph.cells[v]
      placeOf[v] = Int32(Self.place(Int(cell.x) % side, Int(cell.y) % side, side: side))
    }
  }

  /// The place of a cell in a full square of `side` cells, a multiple of that of a tile.
  @inline(__always)
  static func place(_ x: Int, _ y: Int, side: Int) -> Int {
    ((y >> 3) * (side >> 3) + x >> 3) << 6 | (y & 7) << 3 | x & 7
  }

  private static func order(_ graph: Graph, _ placeOf: UnsafeMutablePointer<Int32>) {
    var next: Int32 = 0
    for top in stride(from: 0, to: graph.height, by: Int(side)) {
      for left in stride(from: 0, to: graph.width, by: Int(side)) {
        for y in top..<min(top + side, graph.height) {
          for x in left..<min(left + side, graph.width) {
            let v = graph.vertexAtRaster[Int(y) * Int(graph.width) + Int(x)]
            guard v >= 0 else { continue }
            placeOf[Int(v)] = next
            next += 1
          }
        }
      }
    }
  }
}
