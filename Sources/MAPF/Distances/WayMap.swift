import Grid

/// Where a large graph's vertices lie, and the place each has in a window.
///
/// A window is a table of 64 x 64 entries that goes round at its edges: a vertex has its place by the
/// low bits of its column and row, the same in every window, and vertices less than 64 columns and
/// rows apart never share one.
///
/// Unsafe memory, fenced here: filled in `init`, never written again.
final class WayMap: @unchecked Sendable {
  /// Entries along a window's side, a power of two.
  static let side: Int32 = 64
  static let windowSize = Int(side * side)

  let x: UnsafeMutablePointer<Int32>
  let y: UnsafeMutablePointer<Int32>
  /// Vertex -> place in a window.
  let place: UnsafeMutablePointer<Int32>

  init(_ cells: [Cell]) {
    x = .allocate(capacity: cells.count)
    y = .allocate(capacity: cells.count)
    place = .allocate(capacity: cells.count)
    for (v, cell) in cells.enumerated() {
      (x + v).initialize(to: cell.x)
      (y + v).initialize(to: cell.y)
      let column = cell.x & (Self.side - 1)
      let row = cell.y & (Self.side - 1)
      (place + v).initialize(to: row * Self.side + column)
    }
  }

  deinit {
    x.deallocate()
    y.deallocate()
    place.deallocate()
  }

  /// As the crow flies along the axes: no way is shorter.
  func air(_ v: Int32, _ w: Int32) -> Int32 {
    abs(x[Int(v)] - x[Int(w)]) + abs(y[Int(v)] - y[Int(w)])
  }

  /// How far apart two vertices are along the axis along which they are farther apart.
  func spread(_ v: Int32, _ w: Int32) -> Int32 {
    max(abs(x[Int(v)] - x[Int(w)]), abs(y[Int(v)] - y[Int(w)]))
  }
}

/// A way to a goal with what is left of it at each vertex. Immutable.
final class Way: Sendable {
  let vertices: [Int32]
  /// Cells from each vertex to the goal; falling.
  let rest: [UInt16]

  init(vertices: [Int32], rest: [UInt16]) {
    self.vertices = vertices
    self.rest = rest
  }
}
