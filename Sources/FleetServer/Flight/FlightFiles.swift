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

  static func image(_ epoch: UInt64, _ number: Int) -> String { segment(epoch, number) + "-image" }
  /// Whether the file is neither a start of anything nor half written.
  static func isSegment(_ name: String) -> Bool {
    !name.hasSuffix("-base") && !name.hasSuffix("-image") && !name.hasSuffix(".new")
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

  /// Segments, images and bases, oldest first.
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

  /// Deletes the oldest segments until all files together have at most so many bytes, each with the
  /// image it begins with or the start of the run: without the segment they are of no use.
  static func trim(_ directory: String, to limit: Int) throws(FlightError) {
    let files = try list(directory)
    var bytes = files.reduce(0) { $0 + $1.bytes }
    let names = Set(files.map(\.name))
    for file in files where file.name.hasSuffix("-image") {
      // Its segment went while it was written.
      guard !names.contains(String(file.name.dropLast(6))) else { continue }
      unlink(directory + "/" + file.name)
      bytes -= file.bytes
    }
    for file in files where bytes > limit {
      guard isSegment(file.name) else { continue }
      unlink(directory + "/" + file.name)
      bytes -= file.bytes
      for start in [String(file.name.prefix(12)) + "-base", file.name + "-image"] {
        guard let found = files.first(where: { $0.name == start }),
          unlink(directory + "/" + start) == 0
        else { continue }
        bytes -= found.bytes
      }
    }
  }

  /// Writes a file that is there whole or not at all.
  static func write(_ bytes: [UInt8], _ path: String) throws(FlightError) {
    let new = path + ".new"
    guard
      FileManager.default.createFile(
        atPath: new, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
    else { throw .file(path, "cannot be written") }
    guard rename(new, path) == 0 else { throw .file(path, "cannot be named") }
  }

  static func read(_ path: String) throws(FlightError) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .file(path, "cannot be read")
    }
    return [UInt8](data)
  }
}
