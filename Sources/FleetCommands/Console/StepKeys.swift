import Glibc

/// Goes through something long one piece at a time, by keys.
struct StepKeys {
  enum Answer: Equatable { case next, leave }

  /// The next key; nil: there is none any more.
  private let read: () -> UInt8?
  private let prompt: (String) -> Void
  private var goesOn = false

  /// - Parameter read: the next key; nil: there will be none.
  init(read: @escaping () -> UInt8?, prompt: @escaping (String) -> Void) {
    self.read = read
    self.prompt = prompt
  }

  /// Keys of whoever looks on; nil: nobody does, or what is printed goes elsewhere.
  static func ofCommand() -> StepKeys? {
    let context = CommandContext.current
    return context.key.map { StepKeys(read: $0, prompt: context.writeError) }
  }

  /// After each piece: n (or space, or return) for the next, c for all that are left, q to leave.
  mutating func wait() -> Answer {
    if goesOn { return .next }
    prompt("[n]ext [c]ontinue [q]uit ")
    defer { prompt("\r\u{1B}[K") }
    while let key = read() {
      switch key {
      case UInt8(ascii: "n"), UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        return .next
      case UInt8(ascii: "c"):
        goesOn = true
        return .next
      case UInt8(ascii: "q"), 3, 4: return .leave
      default: continue
      }
    }
    return .leave
  }
}

extension Terminal {
  /// Somebody sees what is printed and has keys.
  static var isWatched: Bool { isatty(0) == 1 && isatty(1) == 1 }

  /// Waits for one key, unechoed; nil: standard input has ended, or the wait was interrupted.
  static func key() -> UInt8? {
    var saved = termios()
    let isTerminal = tcgetattr(0, &saved) == 0
    if isTerminal {
      var raw = saved
      raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
      tcsetattr(0, TCSANOW, &raw)
    }
    defer { if isTerminal { tcsetattr(0, TCSANOW, &saved) } }
    var byte: UInt8 = 0
    return Glibc.read(0, &byte, 1) == 1 ? byte : nil
  }
}
