import CLinux
import Determinism

/// Begins to fetch memory that will be needed soon.
func prefetch(_ memory: UnsafeRawBufferPointer) {
  linux_prefetch(memory.baseAddress, memory.count)
}

extension Array {
  /// Begins to fetch elements that will be needed soon.
  func fetch(_ first: Int, count: Int = 1) {
    withMemory(of: first, count: count, prefetch)
  }
}

extension Array<SimulatedRobot> {
  /// Begins to fetch a robot's side of the network alone.
  func fetchLink(_ i: Int) {
    withMemory(of: i) { memory in
      let start = MemoryLayout<SimulatedRobot>.offset(of: \.clock) ?? 0
      linux_prefetch(memory.baseAddress, 32)
      linux_prefetch(memory.baseAddress.map { $0 + start }, memory.count - start)
    }
  }
}

extension UnsafeMutableBufferPointer {
  /// Begins to fetch an element that will be needed soon.
  func fetch(_ index: Int) {
    if let baseAddress { linux_prefetch(baseAddress + index, MemoryLayout<Element>.stride) }
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
