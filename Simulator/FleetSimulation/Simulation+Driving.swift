import Determinism
import FleetModel
import Grid
import Site
import VirtualRobot

/// Somebody who has asked for a robot to drive it by hand.
struct HandDriver {
  /// Chooses the way.
  var choice: Int
  /// Where it is left, off the middle of its last cell.
  var x: Int
  var y: Int
  /// Has told the robot where to go.
  var hasBegun = false
  /// Has given it back, or let the lease run out.
  var hasEnded = false
}

// People who drive robots by hand: slowly, over cells nearby, with the eyes of any rogue.
extension Simulation {
  mutating func takeOver(_ fault: Fault, _ i: Int, _ index: Int) {
    guard !departed.contains(i), drivers[i] == nil else { return }
    let milliseconds = max(1000, fault.lasting.wholeMicroseconds / 1000)
    drivers[i] = HandDriver(choice: fault.amount, x: fault.x, y: fault.y)
    ask(.teleoperateRobot(robots[i].id, forMilliseconds: milliseconds))
    // One in two is given back in time.
    let share = fault.amount % 2 == 0 ? 3 : 4
    queue.push(.faultEnds(index), at: now + .milliseconds(milliseconds * Int64(share) / 4))
  }

  mutating func giveBack(_ fault: Fault, _ i: Int) {
    guard drivers[i]?.choice == fault.amount else { return }
    drivers[i]?.hasEnded = true
    if fault.amount % 2 == 0 { ask(.endTeleoperation(robots[i].id)) }
    // The request to take it over may come after this one, when it had to be repeated.
    meddled.append(.endTeleoperation(robots[i].id))
  }

  /// Whoever has been given a robot drives it off; until it stands again it is a rogue.
  mutating func driveByHand() {
    for i in drivers.keys.sorted() {
      guard let driver = drivers[i] else { continue }
      guard robots[i].robot.isTeleoperated else {
        if driver.hasEnded { drivers[i] = nil }
        continue
      }
      rogues.add(i, until: now + .seconds(5))
      guard !driver.hasBegun, !driver.hasEnded else { continue }
      drivers[i]?.hasBegun = true
      for place in way(of: driver, i) {
        speak(i, robots[i].robot.driveByHand(to: place, now: robots[i].clock.time(now)))
      }
    }
  }

  /// Up to six cells on, and not back. Vehicles longer than a cell are only looked at.
  private func way(of driver: HandDriver, _ i: Int) -> [Point] {
    let classIndex = robots[i].classIndex
    let start = robots[i].robot.truePosition
    guard !site.isLong(class: classIndex), var here = site.vertex(containing: start) else {
      return []
    }
    var been = [here]
    var places: [Point] = []
    var random = Seed(UInt64(driver.choice)).derive("way").generator()
    for _ in 0...driver.choice % 6 {
      let cell = site.graph.cell(of: here)
      let next = [(0, -1), (1, 0), (0, 1), (-1, 0)]
        .compactMap {
          site.graph.vertex(at: Cell(x: cell.x + Int32($0.0), y: cell.y + Int32($0.1)))
        }
        .filter { site.canRest(on: $0, class: classIndex) && !been.contains($0) }
      guard !next.isEmpty else { break }
      here = next[random.next(in: 0...next.count - 1)]
      been.append(here)
      places.append(site.centre(of: here))
    }
    guard var last = places.popLast() else { return [] }
    last.x += Int64(driver.x)
    last.y += Int64(driver.y)
    return places + [last]
  }
}
