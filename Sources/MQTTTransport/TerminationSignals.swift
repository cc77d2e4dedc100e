import CLinux
import Glibc

/// SIGINT, SIGTERM and SIGHUP (the terminal is gone) as something to read in the loop, so that a
/// program ends in order. A SIGHUP that is ignored, as `nohup` makes it, stays so.
///
/// Make it on the main thread before any other thread starts (they inherit the blocked
/// signals), and give `fileDescriptor` to `MQTTLoop.watch`. After the first signal has been
/// read, signals have their usual effect again: the second ends the process at once, even if
/// the orderly ending hangs.
public final class TerminationSignals {
  /// Readable when a signal has come.
  public let fileDescriptor: Int32
  private var signals: sigset_t

  /// Blocks the signals on this thread and opens the descriptor.
  public init() throws(TransportError) {
    signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    if !Self.ignoresHangUp { sigaddset(&signals, SIGHUP) }
    guard pthread_sigmask(SIG_BLOCK, &signals, nil) == 0 else {
      throw .system(call: "pthread_sigmask", reason: MosquittoClient.systemText(errno))
    }
    fileDescriptor = signalfd(
      -1, &signals, Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK))
    guard fileDescriptor >= 0 else {
      throw .system(call: "signalfd", reason: MosquittoClient.systemText(errno))
    }
  }

  private static var ignoresHangUp: Bool {
    var action = sigaction()
    guard sigaction(SIGHUP, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  deinit {
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    close(fileDescriptor)
  }

  /// The signal that has come, or nil. After the first, the next one ends the process.
  public func read() -> Int32? {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    guard Glibc.read(fileDescriptor, &information, size) == size else { return nil }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    return Int32(information.ssi_signo)
  }
}
