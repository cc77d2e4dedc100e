/// How an agent of the plain grid moves in one step.
public enum MotionModel: Sendable, Hashable, Codable {
  /// To any of the four neighbouring cells, or not at all.
  case fourNeighbour
  /// Forward in its heading, a quarter turn to either side, or not at all.
  case turning

  /// How many headings a state of this model tells apart.
  @inlinable public var headingCount: Int { self == .turning ? 4 : 1 }
}
