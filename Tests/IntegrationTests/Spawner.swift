import CLinux
import Foundation
import Glibc

/// Starts the processes of the tests on one thread that never ends: the kernel kills a child when
/// the thread that started it is gone, so nothing survives a test run that is broken off.
final class Spawner: @unchecked Sendable {
  static let shared = Spawner()
  private let condition = NSCondition()
  private var waiting: [() -> Void] = []

  private init() {
    let thread = Thread { [unowned self] in serve() }
    thread.name = "spawner"
    thread.start()
  }

  /// Starts `arguments[0]` (a path) with its outputs in two files, in a process group of its own.
  /// - Returns: its process id.
  func start(
    _ arguments: [String], environment: [String], output: String, errors: String
  ) -> pid_t {
    var id: pid_t = -1
    let done = DispatchSemaphore(value: 0)
    condition.withLock {
      waiting.append {
        id = Self.spawn(
          ["/usr/bin/setpriv", "--pdeathsig", "KILL", "--"] + arguments, environment, output,
          errors)
        done.signal()
      }
      condition.signal()
    }
    done.wait()
    return id
  }

  private func serve() {
    while true {
      condition.lock()
      while waiting.isEmpty { condition.wait() }
      let next = waiting.removeFirst()
      condition.unlock()
      next()
    }
  }

  private static func spawn(
    _ arguments: [String], _ environment: [String], _ output: String, _ errors: String
  ) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    for (descriptor, path) in [(Int32(1), output), (2, errors)] {
      posix_spawn_file_actions_addopen(
        &actions, descriptor, path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    }
    _ = linux_spawn_close_from(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setpgroup(&attributes, 0)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    let strings = arguments.map { strdup($0) } + [nil]
    defer { strings.forEach { free($0) } }
    let variables = environment.map { strdup($0) } + [nil]
    defer { variables.forEach { free($0) } }
    var id = pid_t()
    let result = posix_spawn(&id, arguments[0], &actions, &attributes, strings, variables)
    return result == 0 ? id : -1
  }
}
