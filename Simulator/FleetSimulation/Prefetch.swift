import CLinux
import Determinism

extension Array {
  /// Begins to fetch elements that will be needed soon.
  func fetch(_ first: Int, count: Int = 1) {
    withMemory(of: first, count: count) { linux_prefetch($0.baseAddress, $0.count) }
  }
}

/// Whom an event is about, to have their memory at hand when it comes.
struct EventSubject: Equatable {
  private let code: Int32

  static let nobody = EventSubject(code: -1)
  /// The robot alone.
  static func robot(_ i: Int) -> EventSubject { EventSubject(code: 2 * Int32(i)) }
  /// The robot, and what the server knows of it.
  static func server(of i: Int) -> EventSubject { EventSubject(code: 2 * Int32(i) + 1) }

  /// nil: nobody.
  var robot: Int? { code < 0 ? nil : Int(code / 2) }
  var isOfServer: Bool { code >= 0 && code % 2 == 1 }
}
