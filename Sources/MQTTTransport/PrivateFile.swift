import CLinux
import Glibc

/// Files that only their owner can read.
enum PrivateFile {
  /// Makes a directory with mode 0700, or gives an existing one that mode.
  static func makeDirectory(_ path: String) throws(BrokerError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST, chmod(path, 0o700) == 0 else {
      throw .file(path: path, reason: MosquittoClient.systemText(errno))
    }
  }

  /// Replaces a file at once: readers see the old text or the new one.
  static func write(_ text: String, to path: String) throws(BrokerError) {
    let draft = path + ".new"
    unlink(draft)
    let file = linux_open(draft, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    guard file >= 0 else { throw .file(path: draft, reason: MosquittoClient.systemText(errno)) }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      guard written >= 0 || errno == EINTR else { break }
      bytes = bytes.dropFirst(max(written, 0))
    }
    let failure = bytes.isEmpty ? 0 : errno
    guard close(file) == 0, failure == 0, rename(draft, path) == 0 else {
      throw .file(path: path, reason: MosquittoClient.systemText(failure == 0 ? errno : failure))
    }
  }

  /// Reads a whole text file.
  static func read(_ path: String) throws(BrokerError) -> String {
    let file = linux_open(path, O_RDONLY, 0)
    guard file >= 0 else { throw .file(path: path, reason: MosquittoClient.systemText(errno)) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(file, &chunk, chunk.count)
      guard count >= 0 else { throw .file(path: path, reason: MosquittoClient.systemText(errno)) }
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }
}
