import FleetModel
import FleetPorts
import FleetStore
import Foundation

/// Where servers keep their stores, and which of them an operator means.
public enum StateDirectory {
  /// The store of a server for `site` that was given no `--state`: `$DROVER_STATE`, or else
  /// `$XDG_STATE_HOME/drover/SITE`, or else `~/.local/state/drover/SITE`.
  public static func standard(
    site: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String {
    if let given = environment["DROVER_STATE"], !given.isEmpty { return given }
    return base(environment) + "/" + site
  }

  /// The store that an operator means: `given`, or `$DROVER_STATE`, or the one of `site` in the
  /// standard place, or the only one with a server running there.
  static func find(
    given: String?, site: String?, environment: [String: String]
  ) throws(CommandFailure) -> String {
    if let given { return given }
    if let named = environment["DROVER_STATE"], !named.isEmpty { return named }
    let base = base(environment)
    if let site { return base + "/" + site }
    var running: [String] = []
    for directory in try stores(in: base) where try holder(directory) != nil {
      running.append(directory)
    }
    if running.count == 1 { return running[0] }
    if running.isEmpty {
      throw .unreachable(
        "no server is running in \(base)",
        hint: "start one with `drover serve SITE`, or name its directory with --state DIR")
    }
    let names = running.map { String($0.dropFirst(base.count + 1)) }.joined(separator: ", ")
    throw .unreachable(
      "several servers are running in \(base): \(names)",
      hint: "say which with --site NAME or --state DIR")
  }

  /// The process that holds the store in `directory`; nil: none. 0: unknown.
  static func holder(_ directory: String) throws(CommandFailure) -> Int32? {
    do throws(StoreError) {
      return try StoreLock.holder(directory: directory)
    } catch { throw CommandFailure(error) }
  }

  private static func base(_ environment: [String: String]) -> String {
    if let state = environment["XDG_STATE_HOME"], !state.isEmpty { return state + "/drover" }
    return (environment["HOME"] ?? NSHomeDirectory()) + "/.local/state/drover"
  }

  private static func stores(in base: String) throws(CommandFailure) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: base).sorted()
        .map { base + "/" + $0 }
        .filter { FileManager.default.fileExists(atPath: OperatorAccess.path(inState: $0)) }
    } catch CocoaError.fileReadNoSuchFile {
      return []
    } catch {
      throw CommandFailure("file", "cannot list \(base): \(error.localizedDescription)")
    }
  }
}

extension CommandFailure {
  /// What went wrong with a store.
  public init(_ error: StoreError) {
    self.init("store", error.description, hint: error.hint)
  }
}
