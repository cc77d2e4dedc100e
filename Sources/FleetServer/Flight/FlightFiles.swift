import Foundation

/// Why a recording cannot be written or read.
public enum FlightError: Error, Sendable, Equatable {
  case file(String, String)
  /// No run was recorded at that time.
  case noRecording(directory: String)
  case damaged(String, reason: String)
}

extension FlightError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let path, let reason): "\(path): \(reason)"
    case .noRecording(let directory): "there is no recording of that time in \(directory)"
    case .damaged(let name, let reason): "\(name) is damaged: \(reason)"
    }
  }
}

/// Names and sizes of the recorder's files.
enum FlightFiles {
  static let magic = [UInt8]("DFLT1".utf8)

  static func directory(state: String) -> String { state + "/flight" }
  static func base(_ epoch: UInt64) -> String { padded(epoch, 12) + "-base" }
  static func segment(_ epoch: UInt64, _ number: Int) -> String {
    padded(epoch, 12) + "-" + padded(UInt64(number), 8)
  }

  private static func padded(_ number: UInt64, _ digits: Int) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  static func make(_ directory: String) throws(FlightError) {
    guard mkdir(directory, 0o700) == 0 || errno == EEXIST else {
      throw .file(directory, String(cString: strerror(errno)))
    }
  }

  /// Segments and bases, oldest first.
  static func list(_ directory: String) throws(FlightError) -> [(name: String, bytes: Int)] {
    let manager = FileManager.default
    do {
      var files: [(name: String, bytes: Int)] = []
      for name in try manager.contentsOfDirectory(atPath: directory).sorted() {
        let attributes = try manager.attributesOfItem(atPath: directory + "/" + name)
        files.append((name, (attributes[.size] as? NSNumber)?.intValue ?? 0))
      }
      return files
    } catch { throw .noRecording(directory: directory) }
  }

  /// Deletes the oldest segments until all files together have at most so many bytes, and the start
  /// of a run with its first segment: without that nothing can be worked out from it.
  static func trim(_ directory: String, to limit: Int) throws(FlightError) {
    let files = try list(directory)
    var bytes = files.reduce(0) { $0 + $1.bytes }
    for file in files where bytes > limit {
      guard !file.name.hasSuffix("-base") else { continue }
      unlink(directory + "/" + file.name)
      bytes -= file.bytes
      let base = String(file.name.prefix(12)) + "-base"
      guard let start = files.first(where: { $0.name == base }), unlink(directory + "/" + base) == 0
      else { continue }
      bytes -= start.bytes
    }
  }

  static func read(_ path: String) throws(FlightError) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .file(path, "cannot be read")
    }
    return [UInt8](data)
  }
}
