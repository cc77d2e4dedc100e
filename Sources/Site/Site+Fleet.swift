import FleetModel
import Grid

/// A robot of the default fleet and where it stands at first.
public struct FleetStart: Sendable, Equatable {
  /// Position in `Site.classes`.
  public let classIndex: Int
  public let place: ParkingPlace
}

extension Site {
  /// The default fleet on its parking places, or one of `size` robots in the same proportions.
  ///
  /// Classes take turns over the parking places in an even spread; fewer robots are returned when
  /// no parking place is left that a class may enter. The same site gives the same starts.
  public func fleet(ofSize size: Int? = nil) -> [FleetStart] {
    let turns = classTurns(size: size ?? robots.reduce(0) { $0 + $1.count })
    let order = spreadParking(count: turns.count)
    var taken = [Bool](repeating: false, count: parking.count)
    var starts: [FleetStart] = []
    for classIndex in turns {
      let free = order.first { !taken[$0] && canRest(on: parking[$0].vertex, class: classIndex) }
      guard let free else { continue }
      taken[free] = true
      starts.append(FleetStart(classIndex: classIndex, place: parking[free]))
    }
    return starts
  }

  /// Class numbers of `size` robots: at each turn the class that is furthest behind its share.
  private func classTurns(size: Int) -> [Int] {
    let total = robots.reduce(0) { $0 + $1.count }
    guard total > 0, size > 0 else { return [] }
    var given = [Int](repeating: 0, count: robots.count)
    return (1...size).map { turn in
      var best = 0
      var bestDebt = Int.min
      for (i, group) in robots.enumerated() {
        let debt = group.count * turn - given[i] * total
        if debt > bestDebt { (best, bestDebt) = (i, debt) }
      }
      given[best] += 1
      guard let classIndex = classIndex(of: robots[best].vehicle) else {
        preconditionFailure("robots of unknown class \(robots[best].vehicle)")
      }
      return classIndex
    }
  }

  /// Positions in `parking`: first `count` of them evenly spread over the list, then the rest.
  private func spreadParking(count: Int) -> [Int] {
    let chosen = min(count, parking.count)
    var first = [Bool](repeating: false, count: parking.count)
    var order: [Int] = []
    for i in 0..<chosen {
      let position = i * parking.count / chosen
      first[position] = true
      order.append(position)
    }
    return order + parking.indices.filter { !first[$0] }
  }
}
