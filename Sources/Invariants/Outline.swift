import FleetModel

/// A vehicle's true outline: a rectangle about its position, turned by its heading.
public struct Outline: Sendable, Equatable {
  public var robot: RobotIndex
  public var position: Point
  /// Clockwise from north, 0 ..< 360,000.
  public var headingMillidegrees: Int32
  /// Along the heading.
  public var lengthMillimetres: Int32
  public var widthMillimetres: Int32

  public init(
    robot: RobotIndex, position: Point, headingMillidegrees: Int32, lengthMillimetres: Int32,
    widthMillimetres: Int32
  ) {
    self.robot = robot
    self.position = position
    self.headingMillidegrees = headingMillidegrees
    self.lengthMillimetres = lengthMillimetres
    self.widthMillimetres = widthMillimetres
  }
}

extension Outline {
  /// Whether the outlines overlap; touching is not overlapping.
  public func overlaps(_ other: Outline) -> Bool {
    OrientedRectangle(self).overlaps(OrientedRectangle(other))
  }

  /// A square around all that the vehicle covers while it turns on the spot.
  public var turned: Outline {
    var square = self
    let length = Double(lengthMillimetres)
    let width = Double(widthMillimetres)
    square.lengthMillimetres = Int32((length * length + width * width).squareRoot().rounded(.up))
    square.widthMillimetres = square.lengthMillimetres
    return square
  }

  /// What the vehicle covers while it drives straight on for `millimetres`.
  public func driven(_ millimetres: Int32) -> Outline {
    let (sine, cosine) = sineCosine(millidegrees: headingMillidegrees)
    let half = Double(millimetres) / 2
    var swept = self
    swept.position.x += Int64((sine * half).rounded())
    swept.position.y -= Int64((cosine * half).rounded())
    swept.lengthMillimetres += millimetres
    return swept
  }
}

/// A rectangle for the separating-axis test: centre, unit vector along it, half sizes.
public struct OrientedRectangle: Sendable {
  var x: Double
  var y: Double
  /// Unit vector of the heading in the site's frame (x east, y south).
  var ux: Double
  var uy: Double
  var halfLength: Double
  var halfWidth: Double

  /// - Parameter tolerance: millimetres left out on each side.
  public init(_ outline: Outline, shrunkBy tolerance: Double = 0) {
    let (sine, cosine) = sineCosine(millidegrees: outline.headingMillidegrees)
    x = Double(outline.position.x)
    y = Double(outline.position.y)
    ux = sine
    uy = -cosine
    halfLength = max(0, Double(outline.lengthMillimetres) / 2 - tolerance)
    halfWidth = max(0, Double(outline.widthMillimetres) / 2 - tolerance)
  }

  /// A square that stands straight.
  init(centreX: Double, centreY: Double, half: Double) {
    x = centreX
    y = centreY
    ux = 0
    uy = -1
    halfLength = half
    halfWidth = half
  }

  /// Whether some of it may lie within the square that reaches as far as `reach` from `point`.
  public func mayComeWithin(_ reach: Int64, of point: Point) -> Bool {
    let extent = halfLength + halfWidth + Double(reach)
    return abs(x - Double(point.x)) <= extent && abs(y - Double(point.y)) <= extent
  }

  /// Half the sizes of the straight box around it.
  var reach: (x: Double, y: Double) {
    (
      abs(ux) * halfLength + abs(uy) * halfWidth,
      abs(uy) * halfLength + abs(ux) * halfWidth
    )
  }

  /// Whether the insides meet; touching is not meeting.
  public func overlaps(_ other: OrientedRectangle) -> Bool {
    let dx = other.x - x
    let dy = other.y - y
    let along = abs(ux * other.ux + uy * other.uy)
    let across = abs(ux * other.uy - uy * other.ux)
    let epsilon = 1e-6
    func isApart(_ distance: Double, _ own: Double, _ theirs: Double) -> Bool {
      abs(distance) >= own + theirs - epsilon
    }
    if isApart(
      dx * ux + dy * uy, halfLength, other.halfLength * along + other.halfWidth * across)
    {
      return false
    }
    if isApart(
      dx * uy - dy * ux, halfWidth, other.halfLength * across + other.halfWidth * along)
    {
      return false
    }
    if isApart(
      dx * other.ux + dy * other.uy, other.halfLength, halfLength * along + halfWidth * across)
    {
      return false
    }
    return !isApart(
      dx * other.uy - dy * other.ux, other.halfWidth, halfLength * across + halfWidth * along)
  }
}

/// Sine and cosine by Taylor series on an eighth of a turn: no C library, the same on every
/// machine; within 1e-12, and exact at quarter turns.
func sineCosine(millidegrees: Int32) -> (sine: Double, cosine: Double) {
  let angle = Int(((millidegrees % 360_000) + 360_000) % 360_000)
  let quarter = angle / 90_000
  let rest = angle % 90_000
  // Most vehicles look along a street.
  if rest == 0 {
    switch quarter {
    case 0: return (0, 1)
    case 1: return (1, 0)
    case 2: return (0, -1)
    default: return (-1, 0)
    }
  }
  let isSteep = rest > 45_000
  let radians = Double(isSteep ? 90_000 - rest : rest) * (Double.pi / 180_000)
  let square = radians * radians
  var sine = 1.0
  var cosine = 1.0
  for n in stride(from: 8, through: 1, by: -1) {
    sine = 1 - square / Double(2 * n * (2 * n + 1)) * sine
    cosine = 1 - square / Double((2 * n - 1) * 2 * n) * cosine
  }
  sine *= radians
  if isSteep { swap(&sine, &cosine) }
  switch quarter {
  case 0: return (sine, cosine)
  case 1: return (cosine, -sine)
  case 2: return (-sine, -cosine)
  default: return (-cosine, sine)
  }
}
