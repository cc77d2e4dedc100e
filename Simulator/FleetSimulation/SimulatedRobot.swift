import Determinism
import FleetModel
import VirtualRobot

/// A robot and its side of the network.
struct SimulatedRobot {
  let id: RobotID
  let classIndex: Int
  var robot: VirtualRobot
  /// Times that the robot is given, and gives, are by this one.
  var clock = RobotClock()
  /// The session that is open.
  var session: UInt64?
  /// When it began.
  var connectedSince = Instant.zero
  /// How often it has connected.
  var sessions: UInt64 = 0
  /// The last sessions that have ended, and when.
  private var ended: [(session: UInt64, at: Instant)] = []
  /// The last session whose will the broker has published.
  var willPublished: UInt64 = 0
  /// The earliest wake in the queue.
  var wake = Int64.max
  /// What the broker keeps of it.
  var retained = Retained()
  /// Nothing from it, or to it, passes before these.
  var silentUntil = Instant.zero
  var deafUntil = Instant.zero
  /// No connection can be made before this.
  var cutUntil = Instant.zero

  /// The last messages that the server had from it, where faults repeat them.
  private(set) var recorded: [Simulation.ToServer] = []
  var isRecorded = false

  mutating func record(_ message: Simulation.ToServer) {
    guard isRecorded, message.topic == .state || message.topic == .report else { return }
    if recorded.count == 40 { recorded.removeFirst(20) }
    recorded.append(message)
  }

  struct Retained {
    var connection: [UInt8]?
    var factsheet: [UInt8]?
  }

  init(id: RobotID, classIndex: Int, robot: VirtualRobot) {
    self.id = id
    self.classIndex = classIndex
    self.robot = robot
  }

  mutating func open(now: Instant) {
    sessions += 1
    session = sessions
    connectedSince = now
  }

  mutating func close(now: Instant) {
    guard let session else { return }
    if ended.count == 4 { ended.removeFirst() }
    ended.append((session, now))
    self.session = nil
  }

  /// Whether a message that was sent in `session` came as far as the broker at `time`.
  func reachesBroker(_ session: UInt64, at time: Instant) -> Bool {
    if session == self.session { return true }
    return ended.last { $0.session == session }.map { time <= $0.at } ?? false
  }
}
