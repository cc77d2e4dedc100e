import Foundation

/// Finds a site by path or by name.
///
/// What has a slash or ends in `.yaml` is a path. A bare name is looked up as a folder in
/// `./Maps`, in the folders of `DROVER_MAPS` (separated by colons), and in `Maps` beside the
/// executable and above it.
public struct SiteLocator: Sendable {
  /// The folders that are searched for a bare name, in this order.
  public let folders: [String]

  public init(environment: [String: String], currentFolder: String, executable: String) {
    var folders = [Self.join(currentFolder, "Maps")]
    folders += (environment["DROVER_MAPS"] ?? "").split(separator: ":").map(String.init)
    var folder = (executable as NSString).deletingLastPathComponent
    while folder.hasPrefix("/") {
      folders.append(Self.join(folder, "Maps"))
      if folder == "/" { break }
      folder = (folder as NSString).deletingLastPathComponent
    }
    var seen: Set<String> = []
    self.folders = folders.filter { seen.insert($0).inserted }
  }

  /// For this process.
  public static func current() -> SiteLocator {
    SiteLocator(
      environment: ProcessInfo.processInfo.environment,
      currentFolder: FileManager.default.currentDirectoryPath,
      executable: Bundle.main.executablePath ?? "")
  }

  /// The path of the site's `site.yaml`.
  /// - Throws: `SiteError` that lists the places looked at and the sites found there.
  public func locate(_ name: String) throws(SiteError) -> String {
    if name.contains("/") || name.hasSuffix(".yaml") { return try locatePath(name) }
    for folder in folders {
      let path = Self.join(Self.join(folder, name), "site.yaml")
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    if Self.isFolder(name) { return try locatePath(name) }
    throw SiteError(file: name, text: notFound(name))
  }

  /// The names of the sites in the folders, ascending.
  public func names() -> [String] {
    var names: Set<String> = []
    for folder in folders {
      for entry in Self.entries(of: folder) {
        let yaml = Self.join(Self.join(folder, entry), "site.yaml")
        if FileManager.default.fileExists(atPath: yaml) { names.insert(entry) }
      }
    }
    return names.sorted()
  }

  private func locatePath(_ path: String) throws(SiteError) -> String {
    guard FileManager.default.fileExists(atPath: path) else {
      throw SiteError(file: path, text: "no such file or folder")
    }
    guard Self.isFolder(path) else { return path }
    let yaml = Self.join(path, "site.yaml")
    guard FileManager.default.fileExists(atPath: yaml) else {
      throw SiteError(file: path, text: "the folder has no site.yaml")
    }
    return yaml
  }

  private func notFound(_ name: String) -> String {
    let names = names()
    let near = nearest(to: name, among: names).map { " Did you mean \"\($0)\"?" } ?? ""
    let found =
      names.isEmpty
      ? "No sites were found there." : "Sites found: \(names.joined(separator: ", "))."
    let present = folders.filter(Self.isFolder)
    let looked = (present.isEmpty ? Array(folders.prefix(1)) : present).joined(separator: ", ")
    return "no such site; looked in \(looked). \(found)\(near)"
  }

  /// Nothing for a folder that is missing or cannot be read: it is searched, not required.
  private static func entries(of folder: String) -> [String] {
    do { return try FileManager.default.contentsOfDirectory(atPath: folder) } catch { return [] }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    return exists && isFolder.boolValue
  }

  private static func join(_ folder: String, _ name: String) -> String {
    (folder as NSString).appendingPathComponent(name)
  }
}
