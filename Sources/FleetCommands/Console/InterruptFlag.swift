import Glibc

/// Raised by Ctrl-C or SIGTERM: the run ends with what there is. A second one ends the process.
final class InterruptFlag: Sendable {
  init() {
    interruptCount = 0
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        interruptCount += 1
        if interruptCount > 1 { _exit(128 + number) }
      }
    }
  }

  var isRaised: Bool { interruptCount > 0 }
}

/// Written by the signal handler, which may touch nothing else.
nonisolated(unsafe) private var interruptCount: sig_atomic_t = 0
