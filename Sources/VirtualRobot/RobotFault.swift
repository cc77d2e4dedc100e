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
  /// The battery has only this much left, 0 ... 1000.
  case drain(toPermille: Int32)
  /// Somebody has put an emergency stop or an empty battery right (a tenth of a charge).
  case repair
}
