import FleetRecords

/// Bytes that grow by varints.
struct ByteStream: Sendable {
  var bytes: [UInt8] = []

  /// Seven bits a byte, lowest first. Not negative.
  mutating func append(_ value: Int) {
    precondition(value >= 0)
    Varint.append(UInt64(value), to: &bytes)
  }

  /// A difference: small ones of either sign are short.
  mutating func append(difference: Int32) {
    Varint.append(Varint.zigzag(Int64(difference)), to: &bytes)
  }

  mutating func append(part: ByteStream) {
    append(part.bytes.count)
    bytes += part.bytes
  }
}

/// A value that changes now and then: (time since the last change, value).
struct ChangeLog: Sendable {
  private(set) var stream = ByteStream()
  private var last: Int32 = 0
  private var value: Int32 = 0

  mutating func set(_ new: Int32, at time: Int32) {
    guard new != value else { return }
    stream.append(Int(time - last))
    stream.append(Int(new))
    (last, value) = (time, new)
  }
}

/// The road that a robot has before it, in cells, and how much of it is released: (time since the
/// last change, cells left behind, cells kept of the rest, cells added, their differences, released).
struct RoadLog: Sendable {
  private(set) var stream = ByteStream()
  private var last: Int32 = 0
  private var road: [Int32] = []
  private var released = 0

  mutating func set(_ new: [Int32], released count: Int, at time: Int32) {
    guard new != road || count != released else { return }
    let behind = new.first.flatMap { road.firstIndex(of: $0) } ?? road.count
    var kept = 0
    while behind + kept < road.count, kept < new.count, road[behind + kept] == new[kept] {
      kept += 1
    }
    stream.append(Int(time - last))
    stream.append(behind)
    stream.append(kept)
    stream.append(new.count - kept)
    for i in kept..<new.count {
      stream.append(difference: i > 0 ? new[i] - new[i - 1] : new[i])
    }
    stream.append(count)
    (last, road, released) = (time, new, count)
  }
}

/// A place on a robot's way: hundredths of a second, centimetres, tenths of a degree.
struct Corner: Sendable, Equatable {
  var time: Int32
  var x: Int32
  var y: Int32
  /// Turns go on counting, so that a straight line from one corner to the next is the way it turned.
  var heading: Int32

  func isSamePose(as other: Corner) -> Bool {
    x == other.x && y == other.y && heading == other.heading
  }
}

/// A robot's way as corners.
struct Track: Sendable {
  private static let samplesKept = 200
  private(set) var corners: [Corner]
  /// Samples since the last corner, all near the straight line to the last of them.
  private var since: [Corner] = []

  init(_ start: Corner) { corners = [start] }

  private var last: Corner { corners[corners.count - 1] }

  mutating func add(_ sample: Corner) {
    var new = sample
    let turn = (sample.heading - (since.last ?? last).heading) % 3600
    let shortest = turn > 1800 ? turn - 3600 : turn < -1800 ? turn + 3600 : turn
    new.heading = (since.last ?? last).heading + shortest
    if new.isSamePose(as: last), since.allSatisfy({ $0.isSamePose(as: last) }) {
      since = [new]
      return
    }
    if let newest = since.last, since.count >= Self.samplesKept || !isStraight(to: new) {
      corners.append(newest)
      since = []
    }
    since.append(new)
  }

  private func isStraight(to end: Corner) -> Bool {
    let from = last
    let whole = Int64(end.time - from.time)
    guard whole > 0 else { return false }
    return since.allSatisfy { sample in
      let part = Int64(sample.time - from.time)
      func isNear(_ a: Int32, _ b: Int32, _ value: Int32, _ tolerance: Int32) -> Bool {
        let expected = Int64(a) + Int64(b - a) * part / whole
        return abs(expected - Int64(value)) <= Int64(tolerance)
      }
      return isNear(from.x, end.x, sample.x, Recording.tolerance)
        && isNear(from.y, end.y, sample.y, Recording.tolerance)
        && isNear(from.heading, end.heading, sample.heading, Recording.headingTolerance)
    }
  }

  func encoded() -> ByteStream {
    var stream = ByteStream()
    var before = Corner(time: 0, x: 0, y: 0, heading: 0)
    for corner in corners + since.suffix(1) {
      stream.append(Int(corner.time - before.time))
      stream.append(difference: corner.x - before.x)
      stream.append(difference: corner.y - before.y)
      stream.append(difference: corner.heading - before.heading)
      before = corner
    }
    return stream
  }
}
