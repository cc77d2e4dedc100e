/// Why a store cannot be opened, read or written.
public enum StoreError: Error, Sendable, Equatable {
  case notADirectory(path: String)
  case noPermission(path: String, reason: String)
  /// Another process holds the store; its id where it is known.
  case inUse(path: String, process: Int32?)
  case corrupt(path: String, reason: String)
  /// Written by a newer Drover.
  case newerSchema(path: String)
  case diskFull(path: String)
  case failed(path: String, reason: String)
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notADirectory(let path): "\(path) is not a directory"
    case .noPermission(let path, let reason): "no permission to use \(path): \(reason)"
    case .inUse(let path, let process?): "the store \(path) is in use by process \(process)"
    case .inUse(let path, nil): "the store \(path) is in use by another process"
    case .corrupt(let path, let reason): "the store \(path) is damaged: \(reason)"
    case .newerSchema(let path): "the store \(path) was written by a newer version of drover"
    case .diskFull(let path): "the disk of \(path) is full"
    case .failed(let path, let reason): "the store \(path) failed: \(reason)"
    }
  }

  /// What to do about it.
  public var hint: String {
    switch self {
    case .notADirectory: "give another directory with --state"
    case .noPermission: "run as the owner of the directory, or give another one with --state"
    case .inUse: "stop that server first, or give another directory with --state"
    case .corrupt:
      "move it away and put the last copy (drover.sqlite.bak) in its place; a server without either "
        + "starts empty"
    case .newerSchema: "use that version of drover, or give another directory with --state"
    case .diskFull: "free some space; nothing that was confirmed is lost"
    case .failed: "look at the disk; nothing that was confirmed is lost"
    }
  }
}
