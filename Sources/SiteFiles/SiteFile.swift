import Foundation
import Grid
import Site
import Yams

/// Reads a site from its folder: `site.yaml` beside `NAME.map` (docs/sites.md).
///
/// How to read this folder: `SiteLocator` finds the folder, `SiteFile` reads the files,
/// `SiteReader` makes a `SitePlan` of the YAML, `TerminalDrawing` and `SVGDrawing` show a site.
public enum SiteFile {
  /// - Parameter path: a site's folder, or its `site.yaml`.
  /// - Throws: `SiteError` with file, line and value.
  public static func load(_ path: String) throws(SiteError) -> Site {
    let yamlPath = yamlPath(for: path)
    let text = try text(of: yamlPath)
    let root = YAMLValue(
      node: try compose(text, file: yamlPath), file: yamlPath, owner: "", key: "")
    let folder = (yamlPath as NSString).deletingLastPathComponent
    let mapName = try SiteReader.mapName(root)
    let mapPath = (folder as NSString).appendingPathComponent(mapName)
    let raster = try TerrainMap(parsing: try bytes(of: mapPath), file: mapPath)
    return try SiteReader(root: root, raster: raster).site()
  }

  /// The texts that make up a site, under names with which they make up the same one in a folder of
  /// their own.
  public static func texts(_ path: String) throws(SiteError) -> [(name: String, text: String)] {
    let yamlPath = yamlPath(for: path)
    let text = try text(of: yamlPath)
    let root = YAMLValue(
      node: try compose(text, file: yamlPath), file: yamlPath, owner: "", key: "")
    let mapName = try SiteReader.mapName(root)
    let folder = (yamlPath as NSString).deletingLastPathComponent
    let map = try bytes(of: (folder as NSString).appendingPathComponent(mapName))
    return [("site.yaml", text), (mapName, String(decoding: map, as: UTF8.self))]
  }

  private static func yamlPath(for path: String) -> String {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return exists && isFolder.boolValue
      ? (path as NSString).appendingPathComponent("site.yaml") : path
  }

  static func bytes(of path: String) throws(SiteError) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      let missing = !FileManager.default.fileExists(atPath: path)
      throw SiteError(
        file: path,
        text: missing ? "no such file" : "cannot be read: \(error.localizedDescription)")
    }
  }

  private static func text(of path: String) throws(SiteError) -> String {
    guard let text = String(bytes: try bytes(of: path), encoding: .utf8) else {
      throw SiteError(file: path, text: "is not UTF-8 text")
    }
    return text
  }

  private static func compose(_ text: String, file: String) throws(SiteError) -> Node {
    let node: Node?
    do { node = try Yams.compose(yaml: text) } catch {
      throw SiteError(yaml: error, file: file)
    }
    guard let node else { throw SiteError(file: file, line: 1, text: "the file is empty") }
    return node
  }
}

extension SiteError {
  init(yaml error: any Error, file: String) {
    guard let error = error as? YamlError else {
      self.init(file: file, text: "is no YAML: \(error)")
      return
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(
        file: file, line: mark.line, column: mark.column, text: "is no YAML: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      self.init(
        file: file, line: context.mark.line, column: context.mark.column,
        text: "the key \"\(duplicates.sorted().joined(separator: "\", \""))\" is given twice")
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.prefix(offset ?? 0)
      let line = 1 + before.count { $0.isNewline }
      self.init(file: file, line: line, text: "is no YAML: \(problem)")
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      self.init(file: file, text: "is no YAML: \(error)")
    }
  }
}
