import FleetPorts
import Glibc

/// The right to write a store: an exclusive `flock` on `DIR/lock`, held as long as this value lives
/// and given back by the kernel however the process ends. The file tells who holds it.
public final class StoreLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock of `directory`, which must exist.
  /// - Throws: `.inUse` with the holder's process id; `.noPermission`.
  public init(directory: String) throws(StoreError) {
    let path = Self.path(directory)
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw StoreError(errno: errno, path: path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      let holder = Self.readProcess(descriptor)
      close(descriptor)
      guard reason == EWOULDBLOCK else { throw StoreError(errno: reason, path: path) }
      throw .inUse(path: directory, process: holder)
    }
    let text = "\(getpid())\n"
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.utf8.count, 0) >= 0 else {
      let reason = errno
      close(descriptor)
      throw StoreError(errno: reason, path: path)
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The process that holds the lock of `directory`; nil: nobody does. 0: somebody unknown.
  public static func holder(directory: String) throws(StoreError) -> Int32? {
    let path = path(directory)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw StoreError(errno: errno, path: path)
    }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return nil }
    guard errno == EWOULDBLOCK else { throw StoreError(errno: errno, path: path) }
    return readProcess(descriptor) ?? 0
  }

  private static func path(_ directory: String) -> String { directory + "/lock" }

  private static func readProcess(_ descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: bytes[..<count].prefix { $0 != 10 }, as: UTF8.self))
  }
}
