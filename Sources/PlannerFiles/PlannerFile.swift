import Foundation
import Glibc
import Grid

/// Files of the planner's commands: instances of the field's benchmarks in, plans and recordings out.
///
/// How to read this folder: `OneShotFiles` and `LifelongFiles` read instances, `RandomInstance` draws
/// one, `PlanFile`, `ScenarioText` and `ActionRecording` write what public tools read.
public enum PlannerFile {
  /// The bytes of the file at `path`.
  public static func bytes(of path: String) throws(PlannerFileError) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      let missing = !FileManager.default.fileExists(atPath: path)
      throw PlannerFileError(
        file: path,
        text: missing ? "no such file" : "cannot be read: \(error.localizedDescription)")
    }
  }

  /// Writes a file, whole or not at all; pipes and devices are written as they are.
  public static func write(_ bytes: [UInt8], to path: String) throws(PlannerFileError) {
    var status = stat()
    let kind = stat(path, &status) == 0 ? status.st_mode & S_IFMT : S_IFREG
    if kind == S_IFDIR { throw PlannerFileError(file: path, text: "is a folder") }
    do {
      try Data(bytes).write(
        to: URL(fileURLWithPath: path), options: kind == S_IFREG ? .atomic : [])
    } catch {
      throw PlannerFileError(file: path, text: "cannot be written: \(error.localizedDescription)")
    }
  }

  /// Reads a MovingAI `.map`. The lifelong instances also have `E` (emitters), which is passable.
  public static func map(_ path: String) throws(PlannerFileError) -> GridMap {
    var bytes = try bytes(of: path)
    if let rows = firstRow(bytes) {
      for i in rows..<bytes.count where bytes[i] == UInt8(ascii: "E") {
        bytes[i] = UInt8(ascii: ".")
      }
    }
    do { return try GridMap(parsing: bytes) } catch {
      throw PlannerFileError(file: path, text: error.description)
    }
  }

  /// Where the rows begin: behind the line `map`.
  private static func firstRow(_ bytes: [UInt8]) -> Int? {
    var begin = 0
    for (i, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      let line = bytes[begin..<i].filter { $0 > UInt8(ascii: " ") }
      if line.elementsEqual("map".utf8) { return i + 1 }
      begin = i + 1
    }
    return nil
  }
}
