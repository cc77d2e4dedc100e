import FleetModel

/// Whether true outlines overlap, by a grid hash and the separating-axis test.
///
/// A collision is told once, when it begins; the pair is forgotten when it has come apart.
public struct CollisionChecker: Sendable {
  /// Collisions that have begun so far.
  public private(set) var collisions = 0

  /// As at the last check; who has not moved since is not looked at again.
  private var last: [Outline] = []
  private var hasMoved: [Bool] = []
  private var lastSide: Int64 = 0
  private var rectangles: [OrientedRectangle] = []
  private var heads: [Int32] = []
  private var next: [Int32] = []
  private var columns: [Int64] = []
  private var rows: [Int64] = []
  /// Pairs that overlapped at the last check: robot numbers in 32 bits each, ascending.
  private var ongoing: [UInt64] = []

  public init() {}

  /// Looks at all outlines of one moment; the collisions that have begun since the last.
  /// - Complexity: O(n) for vehicles that are mostly apart
  public mutating func check(_ outlines: [Outline]) -> [Violation] {
    index(outlines)
    var pairs: [UInt64] = []
    var places: [UInt64: (Int, Int)] = [:]
    for i in outlines.indices where hasMoved[i] {
      visitNeighbours(of: i) { j in
        // Two that have moved are looked at once.
        guard i < j || !hasMoved[j], rectangles[i].overlaps(rectangles[j]) else { return }
        let key = pairKey(outlines[i].robot, outlines[j].robot)
        pairs.append(key)
        places[key] = (i, j)
      }
    }
    if !ongoing.isEmpty { keepUnmoved(outlines, &pairs) }
    pairs.sort()
    let began = pairs.filter { !contains($0) }
    ongoing = pairs
    collisions += began.count
    return began.compactMap { key -> Violation? in
      guard let (i, j) = places[key] else { return nil }
      let (a, b) = outlines[i].robot < outlines[j].robot ? (i, j) : (j, i)
      return .overlap(
        outlines[a].robot, at: outlines[a].position, with: outlines[b].robot,
        where: outlines[b].position)
    }
  }

  /// Where neither has moved they are together still.
  private func keepUnmoved(_ outlines: [Outline], _ pairs: inout [UInt64]) {
    let together = Set(ongoing.flatMap { [$0 >> 32, $0 & 0xFFFF_FFFF] })
    var unmoved: Set<UInt64> = []
    for i in outlines.indices where !hasMoved[i] {
      let robot = UInt64(UInt32(bitPattern: outlines[i].robot.rawValue))
      if together.contains(robot) { unmoved.insert(robot) }
    }
    for key in ongoing where unmoved.contains(key >> 32) && unmoved.contains(key & 0xFFFF_FFFF) {
      pairs.append(key)
    }
  }

  /// Sorts outlines into squares as wide as the widest outline's circle.
  private mutating func index(_ outlines: [Outline]) {
    var side: Int64 = 1
    for outline in outlines {
      // |length| + |width| is no less than the diagonal.
      side = max(side, Int64(outline.lengthMillimetres) + Int64(outline.widthMillimetres))
    }
    var slots = 16
    while slots < 2 * outlines.count { slots *= 2 }
    heads.removeAll(keepingCapacity: true)
    heads.append(contentsOf: repeatElement(-1, count: slots))
    if last.count != outlines.count || side != lastSide { forget(outlines) }
    lastSide = side
    for i in outlines.indices {
      let outline = outlines[i]
      hasMoved[i] = outline != last[i]
      if hasMoved[i] {
        rectangles[i] = OrientedRectangle(outline)
        columns[i] = floorDivide(outline.position.x, side)
        rows[i] = floorDivide(outline.position.y, side)
      }
      let slot = slotOf(columns[i], rows[i])
      next[i] = heads[slot]
      heads[slot] = Int32(i)
    }
    last = outlines
  }

  /// Makes room for `outlines`, each unlike what was there.
  private mutating func forget(_ outlines: [Outline]) {
    let nobody = Outline(
      robot: RobotIndex(-1), position: Point(x: 0, y: 0), headingMillidegrees: 0,
      lengthMillimetres: 0, widthMillimetres: 0)
    last = [Outline](repeating: nobody, count: outlines.count)
    hasMoved = [Bool](repeating: true, count: outlines.count)
    rectangles = last.map { OrientedRectangle($0) }
    columns = [Int64](repeating: 0, count: outlines.count)
    rows = columns
    next = [Int32](repeating: -1, count: outlines.count)
  }

  /// Calls `body` with every neighbour in the nine squares around outline `i`.
  private func visitNeighbours(of i: Int, _ body: (Int) -> Void) {
    for row in rows[i] - 1...rows[i] + 1 {
      for column in columns[i] - 1...columns[i] + 1 {
        var node = heads[slotOf(column, row)]
        while node >= 0 {
          let j = Int(node)
          if j != i, columns[j] == column, rows[j] == row { body(j) }
          node = next[j]
        }
      }
    }
  }

  private func slotOf(_ column: Int64, _ row: Int64) -> Int {
    let mixed =
      UInt64(bitPattern: column) &* 0x9E37_79B9_7F4A_7C15
      ^ UInt64(bitPattern: row) &* 0xC2B2_AE3D_27D4_EB4F
    return Int((mixed ^ (mixed &>> 29)) & UInt64(heads.count - 1))
  }

  private func pairKey(_ a: RobotIndex, _ b: RobotIndex) -> UInt64 {
    let low = UInt64(UInt32(bitPattern: min(a, b).rawValue))
    let high = UInt64(UInt32(bitPattern: max(a, b).rawValue))
    return low << 32 | high
  }

  private func contains(_ pair: UInt64) -> Bool {
    var low = 0
    var high = ongoing.count
    while low < high {
      let middle = (low + high) / 2
      if ongoing[middle] < pair { low = middle + 1 } else { high = middle }
    }
    return low < ongoing.count && ongoing[low] == pair
  }
}

/// `a / b` rounded down; `b` is positive.
func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((-a + b - 1) / b) }
