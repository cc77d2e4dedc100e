/// What a cell looks like. Decides nothing but how the site is drawn, and whether the cell may be
/// driven on (MovingAI letters).
public enum Terrain: UInt8, Sendable, CaseIterable {
  /// `.`: paved, passable.
  case paved
  /// `G`: passable ground that is not paved.
  case ground
  /// `S`: passable shallows.
  case shallow
  /// `@`: a building, stacked goods, a wall.
  case building
  /// `O`: off the site.
  case outside
  /// `T`: trees, hedges, flower beds.
  case trees
  /// `W`: water.
  case water

  public init?(letter: UInt8) {
    switch letter {
    case UInt8(ascii: "."): self = .paved
    case UInt8(ascii: "G"): self = .ground
    case UInt8(ascii: "S"): self = .shallow
    case UInt8(ascii: "@"): self = .building
    case UInt8(ascii: "O"): self = .outside
    case UInt8(ascii: "T"): self = .trees
    case UInt8(ascii: "W"): self = .water
    default: return nil
    }
  }

  public var isPassable: Bool {
    switch self {
    case .paved, .ground, .shallow: true
    case .building, .outside, .trees, .water: false
    }
  }
}
