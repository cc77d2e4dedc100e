import FleetPorts
import FleetStore
import Foundation

/// The store of a demonstration: a directory that was given, or a temporary one that goes with it.
struct DemoDirectory {
  let path: String
  private let temporary: Temporary?

  private struct Temporary {
    let path: String
    /// Held as long as the demonstration runs: without it, the directory is a leftover.
    let lock: StoreLock
  }

  private static let prefix = "drover-demo-"

  init(given: String?) throws(CommandFailure) {
    if let given {
      path = given
      temporary = nil
      return
    }
    let parent = (NSTemporaryDirectory() as NSString).standardizingPath
    Self.deleteLeftovers(in: parent)
    var template = Array("\(parent)/\(Self.prefix)XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else {
      throw CommandFailure(
        "file",
        "cannot make a temporary directory in \(parent): \(String(cString: strerror(errno)))",
        hint: "name one with --state DIR")
    }
    let base = String(cString: made)
    do throws(StoreError) {
      temporary = Temporary(path: base, lock: try StoreLock(directory: base))
    } catch { throw CommandFailure(error) }
    path = base + "/state"
  }

  /// Deletes a temporary directory.
  func delete() {
    guard let temporary else { return }
    Self.remove(temporary.path)
  }

  /// Demonstrations that were killed leave theirs behind.
  private static func deleteLeftovers(in parent: String) {
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: parent) } catch { return }
    for name in names where name.hasPrefix(prefix) {
      let path = "\(parent)/\(name)"
      var status = stat()
      // One without a lock is another's that begins just now.
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
        status.st_uid == geteuid(), access(path + "/lock", F_OK) == 0
      else { continue }
      do throws(StoreError) {
        let lock = try StoreLock(directory: path)
        remove(path)
        withExtendedLifetime(lock) {}
      } catch {
        // Its demonstration runs.
      }
    }
  }

  private static func remove(_ path: String) {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      CommandContext.current.printError("cannot delete \(path): \(error.localizedDescription)")
    }
  }
}
