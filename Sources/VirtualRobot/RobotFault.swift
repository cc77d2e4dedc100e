/// Something that happens to a robot from outside the protocol.
public enum RobotFault: Sendable, Equatable {
  /// Brakes at once, as before an obstacle, and drives on after the duration.
  case stop(for: Duration)
  /// Drives at this share of its speed (1 ... 1000) for the duration.
  case slow(permille: Int32, for: Duration)
  /// Brakes at once, mode `stopped`, an incident; until `.repair`.
  case emergencyStop
  /// Brakes at once and forgets order, actions and session; the link is down until `connect`.
  case reboot
  /// Keeps a copy of its route for later, when it next comes to the end of a leg.
  case storeRoute
  /// As `.reboot`; at its next `connect` it has the route again that it kept last, and goes by that.
  case rebootWithStoredRoute
  /// The battery has only this much left, 0 ... 1000.
  case drain(toPermille: Int32)
  /// Drives on beyond its release, slowly, this many millimetres the way it is going or looking.
  case overrun(millimetres: Int32)
  /// Leaves its route, slowly, for the place this many millimetres off where it is or will stop.
  case stray(dx: Int32, dy: Int32)
  /// What it says of its place is off by this much, and by so much more each second; all zero: it
  /// knows its place again.
  case mislocate(dx: Int32, dy: Int32, dxPerSecond: Int32, dyPerSecond: Int32)
  /// What it does standing still fails.
  case failAction
  /// Somebody has put an emergency stop or an empty battery right (a tenth of a charge).
  case repair
}
