import CLinux
import Glibc

/// The terminal of this process.
enum Terminal {
  /// Writes all of `text`; a reader that has gone away ends the process quietly, as a pipe should.
  static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if count < 0, errno == EAGAIN {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&ready, 1, 1000)
      } else if count < 0, errno != EINTR {
        return
      }
    }
  }

  /// Columns of the terminal at `descriptor`; nil: it is none.
  static func width(of descriptor: Int32) -> Int? { size(of: descriptor)?.columns }

  /// Size of the terminal at `descriptor`; nil: it is none, or does not tell.
  static func size(of descriptor: Int32) -> (columns: Int, rows: Int)? {
    var size = winsize()
    guard isatty(descriptor) == 1 else { return nil }
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}

/// The terminal as a full screen that is drawn over and over: alternate screen, hidden cursor, keys
/// unechoed. `leave` (or the end of this value) puts everything back.
final class FullScreen {
  private var saved = termios()
  private let keys: Bool
  private var left = false

  /// Enters the alternate screen; nil when standard output is no terminal.
  init?() {
    guard isatty(1) == 1 else { return nil }
    keys = isatty(0) == 1 && tcgetattr(0, &saved) == 0
    if keys {
      var raw = saved
      raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
      tcsetattr(0, TCSANOW, &raw)
    }
    Terminal.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J", to: 1)
  }

  deinit { leave() }

  /// Puts the terminal back as it was.
  func leave() {
    if left { return }
    left = true
    Terminal.write("\u{1B}[?25h\u{1B}[?1049l", to: 1)
    if keys { tcsetattr(0, TCSANOW, &saved) }
  }

  /// Waits for keys or `signals`, at most `milliseconds`. Whether the user wants to leave.
  func waitForEnd(signals: Int32, milliseconds: Int32) -> Bool {
    var ready = [pollfd(fd: signals, events: Int16(POLLIN), revents: 0)]
    if keys { ready.append(pollfd(fd: 0, events: Int16(POLLIN), revents: 0)) }
    guard poll(&ready, nfds_t(ready.count), milliseconds) > 0 else { return false }
    if ready[0].revents != 0 { return true }
    var typed = [UInt8](repeating: 0, count: 64)
    let count = read(0, &typed, typed.count)
    return count <= 0 || typed[..<count].contains { $0 == UInt8(ascii: "q") || $0 == 4 }
  }
}
