import Grid

/// The cells that a vehicle covers which is longer or wider than a cell: at rest on a cell's centre,
/// driving straight on to the next, and turning on the spot. Its outline is grown by the error of
/// localisation and tracking to each side.
///
/// Pure geometry, by the separating-axis test of the outline against each cell. Offsets are cells
/// from the one that the vehicle's centre is on.
public struct Footprint: Sendable {
  /// A cell so many columns east and rows south.
  public struct Offset: Sendable, Hashable {
    public var dx: Int32
    public var dy: Int32
  }

  /// A turn is looked at in so many steps, half of each of which is added to the outline.
  private static let turnSteps = 128

  public let cellMillimetres: Int32
  /// Half the outline along and across, with its error.
  public let halfLength: Double
  public let halfWidth: Double
  /// From its centre to its corners, with its error.
  public let radius: Double
  private let resting: [[Offset]]
  private let driving: [[Offset]]
  private let turning: [[Offset]]
  /// Of a turn and the way to the next cell after it.
  private let leaving: [[Offset]]
  /// The cells that it may cover whichever way it looks.
  public let disc: [Offset]

  /// Whether a vehicle covers but its own cell, however it turns there.
  public static func fitsCell(
    lengthMillimetres: Int32, widthMillimetres: Int32, errorMillimetres: Int32,
    cellMillimetres: Int32
  ) -> Bool {
    let free = Int64(cellMillimetres) - 2 * Int64(errorMillimetres)
    let (length, width) = (Int64(lengthMillimetres), Int64(widthMillimetres))
    return free > 0 && length * length + width * width <= free * free
  }

  /// - Complexity: O(cells under its circle), some hundred tests each
  public init(
    lengthMillimetres: Int32, widthMillimetres: Int32, errorMillimetres: Int32,
    cellMillimetres: Int32
  ) {
    self.cellMillimetres = cellMillimetres
    // One more for rounding.
    let margin = Double(errorMillimetres) + 1
    let long = Double(lengthMillimetres) / 2 + margin
    let wide = Double(widthMillimetres) / 2 + margin
    halfLength = long
    halfWidth = wide
    let cell = Double(cellMillimetres)
    let radius = (long * long + wide * wide).squareRoot()
    self.radius = radius
    let reach = Int32(((radius + cell) / cell).rounded(.up))
    var around: [Offset] = []
    for dy in -reach...reach {
      for dx in -reach...reach { around.append(Offset(dx: dx, dy: dy)) }
    }
    func covered(_ boxes: [Box]) -> [Offset] {
      around.filter { offset in boxes.contains { $0.meets(offset, cell: cell) } }
    }
    let units = Direction.allCases.map { (x: Double($0.dx), y: Double($0.dy)) }
    resting = units.map { covered([Box(x: 0, y: 0, unit: $0, along: long, across: wide)]) }
    driving = units.map { unit in
      covered([
        Box(
          x: unit.x * cell / 2, y: unit.y * cell / 2, unit: unit, along: long + cell / 2,
          across: wide)
      ])
    }
    let slack = radius / Double(Self.turnSteps)
    var turns: [[Offset]] = []
    for from in Direction.allCases {
      for to in Direction.allCases {
        guard from != to, from != to.opposite else {
          turns.append([])
          continue
        }
        let (a, b) = (units[Int(from.rawValue)], units[Int(to.rawValue)])
        // A quarter circle by the tangent of half the angle: no sines.
        let boxes = (0...Self.turnSteps).map { step -> Box in
          let t = Double(step) / Double(Self.turnSteps)
          let (cosine, sine) = ((1 - t * t) / (1 + t * t), 2 * t / (1 + t * t))
          return Box(
            x: 0, y: 0, unit: (a.x * cosine + b.x * sine, a.y * cosine + b.y * sine),
            along: long + slack, across: wide + slack)
        }
        turns.append(covered(boxes))
      }
    }
    turning = turns
    let driving = self.driving
    leaving = turns.enumerated().map { index, turn in
      let drive = driving[index % 4]
      let known = Set(turn)
      return turn.isEmpty ? drive : turn + drive.filter { !known.contains($0) }
    }
    disc = around.filter { offset in
      let x = max(0, abs(Double(offset.dx)) * cell - cell / 2)
      let y = max(0, abs(Double(offset.dy)) * cell - cell / 2)
      return x * x + y * y < radius * radius
    }
  }

  /// Standing on a cell's centre, looking to `direction`.
  public func resting(_ direction: Direction) -> [Offset] { resting[Int(direction.rawValue)] }

  /// Driving to the next cell's centre in `direction`, both ends included.
  public func driving(_ direction: Direction) -> [Offset] { driving[Int(direction.rawValue)] }

  /// Turning on the spot by a quarter; none for other turns.
  public func turning(from: Direction, to: Direction) -> [Offset] {
    turning[4 * Int(from.rawValue) + Int(to.rawValue)]
  }

  /// Turning from one heading to another, if that is another, and driving to the next cell.
  func leaving(from: Direction, to: Direction) -> [Offset] {
    leaving[4 * Int(from.rawValue) + Int(to.rawValue)]
  }

  /// Standing `x`, `y` millimetres off the cell's centre, looking to `direction`, and on all of the
  /// way to the centre, without turning.
  public func approaching(_ direction: Direction, x: Int64, y: Int64) -> [Offset] {
    let isAcross = direction == .north || direction == .south
    let box = Box(
      x: Double(x) / 2, y: Double(y) / 2, unit: (1, 0),
      along: (isAcross ? halfWidth : halfLength) + abs(Double(x)) / 2,
      across: (isAcross ? halfLength : halfWidth) + abs(Double(y)) / 2)
    let cell = Double(cellMillimetres)
    let columns = Int32(((box.along + abs(box.x)) / cell).rounded(.up)) + 1
    let rows = Int32(((box.across + abs(box.y)) / cell).rounded(.up)) + 1
    var found: [Offset] = []
    for dy in -rows...rows {
      for dx in -columns...columns {
        let offset = Offset(dx: dx, dy: dy)
        if box.meets(offset, cell: cell) { found.append(offset) }
      }
    }
    return found
  }
}

/// A rectangle about a point, along a unit vector (x east, y south).
private struct Box {
  var x: Double
  var y: Double
  var unit: (x: Double, y: Double)
  var along: Double
  var across: Double

  /// Whether the insides of it and of the cell at `offset` meet (Gottschalk, Lin and Manocha 1996).
  func meets(_ offset: Footprint.Offset, cell: Double) -> Bool {
    let half = cell / 2
    let dx = Double(offset.dx) * cell - x
    let dy = Double(offset.dy) * cell - y
    let (ux, uy) = (abs(unit.x), abs(unit.y))
    if abs(dx) >= half + along * ux + across * uy { return false }
    if abs(dy) >= half + along * uy + across * ux { return false }
    let own = half * (ux + uy)
    if abs(dx * unit.x + dy * unit.y) >= along + own { return false }
    return abs(dy * unit.x - dx * unit.y) < across + own
  }
}
