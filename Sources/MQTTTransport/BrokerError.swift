/// Why the private broker could not do what it was asked.
public enum BrokerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A program is not installed; `package` has it on Debian.
  case programMissing(String, package: String)
  /// A file or directory could not be made, read or written.
  case file(path: String, reason: String)
  /// A program could not be started, or ended with an error.
  case process(program: String, reason: String)
  /// The broker ended while starting; `log` has its last words.
  case ended(status: Int32, log: String)
  /// The broker was not ready within the time allowed.
  case notReady(reason: String, log: String)
  /// An account that the broker cannot take.
  case invalidAccount(String)
  /// A setting that the broker cannot take.
  case invalidSettings(String)

  /// One sentence for people.
  public var description: String {
    switch self {
    case .programMissing(let name, let package):
      "'\(name)' was not found; install it (Debian: apt install \(package))"
    case .file(let path, let reason): "\(path): \(reason)"
    case .process(let program, let reason): "\(program): \(reason)"
    case .ended(let status, let log): "the MQTT broker ended with status \(status): \(log)"
    case .notReady(let reason, let log): "the MQTT broker did not get ready: \(reason): \(log)"
    case .invalidAccount(let reason): "invalid broker account: \(reason)"
    case .invalidSettings(let reason): "invalid broker settings: \(reason)"
    }
  }
}
