import CLinux
import Glibc

/// The limit of open file descriptors.
public enum OpenFiles {
  /// Raises the soft limit to the hard one. - Returns: the limit now.
  @discardableResult
  public static func raiseLimit() throws(TransportError) -> UInt64 {
    var soft: UInt64 = 0
    var hard: UInt64 = 0
    guard linux_open_files_limit(&soft, &hard) == 0 else {
      throw .system(call: "getrlimit", reason: MosquittoClient.systemText(errno))
    }
    guard soft < hard else { return soft }
    guard linux_set_open_files_limit(hard, hard) == 0 else {
      throw .system(call: "setrlimit", reason: MosquittoClient.systemText(errno))
    }
    return hard
  }
}
