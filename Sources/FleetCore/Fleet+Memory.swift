import Determinism
import Traffic

extension Fleet {
  /// Where what is known of the robot enrolled `i`-th, and its route, lie: to have them fetched before an
  /// event about it comes. Nothing is read or changed.
  public func withMemory(ofRobot i: Int, _ body: (UnsafeRawBufferPointer) -> Void) {
    robots.withMemory(of: i, body)
    traffic.withMemory(ofRobot: i, body)
  }
}
