import FleetModel

/// Whether true outlines overlap, by a grid hash and the separating-axis test.
///
/// A collision is told once, when it begins; the pair is forgotten when it has come apart.
public struct CollisionChecker: Sendable {
  /// Collisions that have begun so far.
  public private(set) var collisions = 0

  /// An outline as at the last check, with what follows from it.
  private struct Entry {
    var outline: Outline
    var rectangle: OrientedRectangle
    /// The square it is in.
    var column: Int64 = 0
    var row: Int64 = 0
    /// The next entry in its slot, -1: none.
    var next: Int32 = -1
    /// Who has not moved since the last check is not looked at again.
    var hasMoved = true
  }

  private var entries: [Entry] = []
  /// Slot of the hash -> its first entry.
  private var heads: [Int32] = []
  private var lastSide: Int64 = 0
  /// Pairs that overlapped at the last check: robot numbers in 32 bits each, ascending.
  private var ongoing: [UInt64] = []

  public init() {}

  /// Looks at all outlines of one moment; the collisions that have begun since the last.
  /// - Complexity: O(n) for vehicles that are mostly apart
  public mutating func check(_ outlines: [Outline]) -> [Violation] {
    index(outlines)
    var pairs: [UInt64] = []
    var places: [UInt64: (Int, Int)] = [:]
    for i in entries.indices where entries[i].hasMoved {
      visitNeighbours(of: i) { j in
        // Two that have moved are looked at once.
        guard i < j || !entries[j].hasMoved, entries[i].rectangle.overlaps(entries[j].rectangle)
        else { return }
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
    for i in entries.indices where !entries[i].hasMoved {
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
    if entries.count != outlines.count || side != lastSide { forget(outlines.count) }
    lastSide = side
    entries.withUnsafeMutableBufferPointer { entries in
      heads.withUnsafeMutableBufferPointer { heads in
        for i in outlines.indices {
          let outline = outlines[i]
          entries[i].hasMoved = outline != entries[i].outline
          if entries[i].hasMoved {
            entries[i].outline = outline
            entries[i].rectangle = OrientedRectangle(outline)
            entries[i].column = floorDivide(outline.position.x, side)
            entries[i].row = floorDivide(outline.position.y, side)
          }
          let slot = Self.slot(entries[i].column, entries[i].row, of: heads.count)
          entries[i].next = heads[slot]
          heads[slot] = Int32(i)
        }
      }
    }
  }

  /// Makes room for so many outlines, each unlike what was there.
  private mutating func forget(_ count: Int) {
    let nobody = Outline(
      robot: RobotIndex(-1), position: Point(x: 0, y: 0), headingMillidegrees: 0,
      lengthMillimetres: 0, widthMillimetres: 0)
    let nothing = Entry(outline: nobody, rectangle: OrientedRectangle(nobody))
    entries = [Entry](repeating: nothing, count: count)
  }

  /// Calls `body` with every neighbour in the nine squares around outline `i`.
  private func visitNeighbours(of i: Int, _ body: (Int) -> Void) {
    let (middle, centre) = (entries[i].row, entries[i].column)
    for row in middle - 1...middle + 1 {
      for column in centre - 1...centre + 1 {
        var node = heads[Self.slot(column, row, of: heads.count)]
        while node >= 0 {
          let j = Int(node)
          if j != i, entries[j].column == column, entries[j].row == row { body(j) }
          node = entries[j].next
        }
      }
    }
  }

  private static func slot(_ column: Int64, _ row: Int64, of count: Int) -> Int {
    let mixed =
      UInt64(bitPattern: column) &* 0x9E37_79B9_7F4A_7C15
      ^ UInt64(bitPattern: row) &* 0xC2B2_AE3D_27D4_EB4F
    return Int((mixed ^ (mixed &>> 29)) & UInt64(count - 1))
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
