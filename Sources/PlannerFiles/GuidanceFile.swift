import Grid
import MAPF

/// Reads guidance files (`Guidance+Text`).
public enum GuidanceFile {
  /// - Throws: `PlannerFileError` with file, line and value.
  public static func load(
    _ path: String, for graph: Graph, model: MotionModel
  ) throws(PlannerFileError) -> Guidance {
    let bytes = try PlannerFile.bytes(of: path)
    do {
      return try Guidance(parsing: String(decoding: bytes, as: UTF8.self), for: graph, model: model)
    } catch {
      throw PlannerFileError(file: path, text: error.description)
    }
  }
}
