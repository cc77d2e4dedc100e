import Determinism
import FleetModel
import Testing

@testable import VirtualRobot

/// A server and a robot with a link between them that loses, doubles and reorders messages.
struct LossyPair {
  var robot = Rig().robot
  var now = Rig().now
  var random: SeededGenerator
  /// Chance that a message is lost, and that it comes twice.
  let loss: Double
  let commands: [ControlCommand]
  /// Control messages confirmed; events known, in order.
  var confirmed: UInt64 = 0
  var events: [RobotEvent] = []
  /// Messages under way to the robot.
  var underWay: [ControlMessage] = []
  var session: UInt64 = 1

  init(seed: UInt64, loss: Double, commands: [ControlCommand]) {
    random = Seed(seed).derive("loss").generator()
    self.loss = loss
    self.commands = commands
    var fresh = Rig().robot
    fresh.disconnected(now: now)
    take(fresh.connect(sessionEpoch: 1, now: now))
    robot = fresh
  }

  mutating func take(_ outputs: [VirtualRobot.Output]) {
    for output in outputs where !random.chance(loss) {
      switch output {
      case .state(let state): confirmed = max(confirmed, state.lastControl)
      case .report(let report):
        for entry in report.events where entry.number == UInt64(events.count) + 1 {
          events.append(entry.event)
        }
      case .connection, .factsheet: break
      }
    }
  }

  /// Half a second: sends what is not confirmed, delivers some of it.
  mutating func pass(_ step: Int) {
    let last = min(commands.count, step / 2 + 1)
    for number in Int(confirmed)..<max(last, Int(confirmed)) {
      let message = ControlMessage(
        serverEpoch: 1, sessionEpoch: session, number: UInt64(number) + 1,
        committedEvent: UInt64(events.count), command: commands[number])
      if !random.chance(loss) { underWay.append(message) }
      if random.chance(loss) { underWay.append(message) }
    }
    if loss > 0 { random.shuffle(&underWay) }
    let delivered = loss > 0 ? random.next(below: underWay.count + 1) : underWay.count
    for message in underWay.prefix(delivered) { take(robot.receive(message, now: now)) }
    underWay.removeFirst(delivered)
    take(
      robot.receive(Heartbeat(serverEpoch: 1, number: 1, timeMicroseconds: 0), now: now))
    now = now + .milliseconds(500)
    take(robot.advance(to: now))
  }
}

@Suite struct LossTests {
  /// A release at a time along a row, an action at its end.
  private var commands: [ControlCommand] {
    var commands = [Rig.route(row(0...12), through: 3)]
    for update in 2...10 as ClosedRange<UInt64> {
      commands.append(
        Rig.route(update: update, firstLeg: 13, row(12...12), through: update + 2))
    }
    return commands + [.action(RobotAction(id: 1, kind: .load, durationMilliseconds: 1000))]
  }

  @Test func lostDoubledAndReorderedCommandsComeToTheSame() {
    for seed in 1...100 as ClosedRange<UInt64> {
      var clean = LossyPair(seed: seed, loss: 0, commands: commands)
      var lossy = LossyPair(seed: seed, loss: 0.3, commands: commands)
      for step in 0..<200 {
        clean.pass(step)
        lossy.pass(step)
      }
      #expect(lossy.robot.truePosition == Rig.point(12, 0), "seed \(seed)")
      #expect(lossy.robot.route == clean.robot.route, "seed \(seed)")
      #expect(lossy.robot.isLoaded, "seed \(seed)")
      // The order of visits and acknowledgements may differ, neither's own order, nor the sum.
      for pair in [clean, lossy] {
        let visits = pair.events.compactMap {
          if case .visited(_, let leg) = $0 { leg } else { nil }
        }
        #expect(visits == Array(1...12), "seed \(seed)")
        let acknowledged = pair.events.compactMap {
          if case .acknowledged(_, let update, _) = $0 { update } else { nil }
        }
        #expect(acknowledged == Array(1...10), "seed \(seed)")
      }
      #expect(lossy.events.last == .actionEnded(action: 1, result: .succeeded), "seed \(seed)")
    }
  }
}
