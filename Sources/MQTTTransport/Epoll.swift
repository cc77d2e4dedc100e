import CLinux
import Glibc

/// A thin epoll: descriptors with a 64-bit token each.
struct Epoll: ~Copyable {
  /// What a descriptor is ready for.
  struct Ready {
    var token: UInt64
    var flags: UInt32

    var readable: Bool { flags & (EPOLLIN.rawValue | EPOLLRDHUP.rawValue) != 0 || hungUp }
    var writable: Bool { flags & EPOLLOUT.rawValue != 0 }
    var hungUp: Bool { flags & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 }
    var peerClosed: Bool { flags & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue) != 0 }
    var failed: Bool { flags & EPOLLERR.rawValue != 0 }
  }

  private let descriptor: Int32
  private var buffer = [epoll_event](repeating: epoll_event(), count: 256)

  init() throws(TransportError) {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard descriptor >= 0 else {
      throw .system(call: "epoll_create1", reason: MosquittoClient.systemText(errno))
    }
  }

  deinit { close(descriptor) }

  func add(_ fileDescriptor: Int32, token: UInt64, writing: Bool) throws(TransportError) {
    guard control(EPOLL_CTL_ADD, fileDescriptor, token, writing) == 0 else {
      throw .system(call: "epoll_ctl", reason: MosquittoClient.systemText(errno))
    }
  }

  /// Changes whether writability is waited for.
  func change(_ fileDescriptor: Int32, token: UInt64, writing: Bool) {
    _ = control(EPOLL_CTL_MOD, fileDescriptor, token, writing)
  }

  func remove(_ fileDescriptor: Int32) {
    _ = control(EPOLL_CTL_DEL, fileDescriptor, 0, false)
  }

  /// Waits at most `milliseconds` and gives what is ready (nothing when interrupted).
  mutating func wait(milliseconds: Int32) -> [Ready] {
    let count = epoll_wait(descriptor, &buffer, Int32(buffer.count), milliseconds)
    guard count > 0 else { return [] }
    return buffer[..<Int(count)].map { Ready(token: $0.data.u64, flags: $0.events) }
  }

  private func control(
    _ operation: Int32, _ fileDescriptor: Int32, _ token: UInt64, _ writing: Bool
  ) -> Int32 {
    var event = epoll_event()
    event.events = EPOLLIN.rawValue | EPOLLRDHUP.rawValue | (writing ? EPOLLOUT.rawValue : 0)
    event.data.u64 = token
    return epoll_ctl(descriptor, operation, fileDescriptor, &event)
  }
}
