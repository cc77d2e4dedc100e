/// Headings in degrees clockwise from north, 0 ..< 360 (`x` grows eastwards, `y` southwards).
enum Heading {
  /// The heading of the direction (`dx`, `dy`); exact along the axes, else within 0.001 degrees.
  /// North for a direction of no length.
  static func of(dx: Double, dy: Double) -> Double {
    if dx == 0 { return dy > 0 ? 180 : 0 }
    if dy == 0 { return dx > 0 ? 90 : 270 }
    let ratio = dx / -dy
    let angle = ratio.magnitude <= 1 ? arcTangent(ratio) : quarter(ratio) - arcTangent(1 / ratio)
    return normalised(angle + (dy > 0 ? 180 : 0))
  }

  /// The turn from `a` to `b` the short way, -180 ..< 180; positive clockwise.
  static func turn(from a: Double, to b: Double) -> Double {
    var turn = b - a
    if turn >= 180 { turn -= 360 }
    if turn < -180 { turn += 360 }
    return turn
  }

  /// `heading` brought into 0 ..< 360.
  static func normalised(_ heading: Double) -> Double {
    let turned = heading < 0 ? heading + 360 : heading
    return turned >= 360 ? turned - 360 : turned
  }

  /// The axis nearest to `heading`, as a unit vector.
  static func direction(of heading: Double) -> (x: Double, y: Double) {
    switch normalised(heading) {
    case 45..<135: (1, 0)
    case 135..<225: (0, 1)
    case 225..<315: (-1, 0)
    default: (0, -1)
    }
  }

  private static func quarter(_ ratio: Double) -> Double { ratio > 0 ? 90 : -90 }

  /// Degrees of the angle in -45 ... 45 with this tangent (Abramowitz and Stegun 4.4.49; no
  /// library function, whose last bit could differ between machines).
  private static func arcTangent(_ t: Double) -> Double {
    let q = t * t
    let high = ((0.002_866_225_7 * q - 0.016_165_736_7) * q + 0.042_909_613_8) * q
    let low = (((high - 0.075_289_640_0) * q + 0.106_562_639_3) * q - 0.142_088_994_4) * q
    return t * (((low + 0.199_935_508_5) * q - 0.333_331_452_8) * q + 1) * 57.295_779_513_082_32
  }
}
