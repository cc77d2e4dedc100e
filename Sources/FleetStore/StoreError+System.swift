import FleetPorts
import GRDB
import Glibc

extension StoreError {
  /// What a failed system call on `path` means.
  init(errno code: Int32, path: String) {
    let reason = String(cString: strerror(code))
    switch code {
    case ENOTDIR, EEXIST: self = .notADirectory(path: path)
    case EACCES, EPERM, EROFS: self = .noPermission(path: path, reason: reason)
    case ENOSPC, EDQUOT: self = .diskFull(path: path)
    default: self = .failed(path: path, reason: reason)
    }
  }

  /// What an error out of the database layer means.
  init(_ error: any Error, path: String) {
    if let known = error as? StoreError {
      self = known
      return
    }
    guard let error = error as? DatabaseError else {
      self = .failed(path: path, reason: "\(error)")
      return
    }
    let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_FULL: self = .diskFull(path: path)
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(path: path, reason: reason)
    case .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_AUTH:
      self = .noPermission(path: path, reason: reason)
    default: self = .failed(path: path, reason: reason)
    }
  }
}
