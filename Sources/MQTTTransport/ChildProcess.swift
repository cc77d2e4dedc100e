import CLinux
import Glibc

/// A child process that dies with this one.
///
/// It is started through `setpriv --pdeathsig`, so the kernel signals it when the *thread* that
/// started it ends, whatever way: start it on a thread that lives as long as the program. (A shell
/// in between gives up when this process has died before the kernel was told.) It
/// inherits no descriptors, no blocked or ignored signals, and stands in a process group of its
/// own, so that Ctrl-C in a terminal does not reach it. When its `ChildProcess` goes, it is killed.
public final class ChildProcess {
  /// The process id.
  public let processID: Int32
  private var ended: Int32?

  /// Starts a program with its output and errors appended to a log file.
  /// - Parameters:
  ///   - arguments: the program (a path, or a name on the PATH) and its arguments.
  ///   - log: the file, made with mode 0600; nil throws output away.
  ///   - environment: `NAME=value`, beside `PATH` and `LC_ALL`; nothing else is passed on.
  public init(
    _ arguments: [String], log: String?, environment: [String] = []
  ) throws(BrokerError) {
    let setpriv = try Program.find("setpriv", package: "util-linux")
    let command =
      [
        setpriv, "--pdeathsig", "TERM", "--", "/bin/sh", "-c",
        "[ \"$PPID\" = \(getpid()) ] && exec \"$@\"", "sh",
      ] + arguments
    let name = arguments.first ?? setpriv
    let output = linux_open(log ?? "/dev/null", O_WRONLY | O_APPEND | O_CREAT, 0o600)
    guard output >= 0 else {
      throw .file(path: log ?? "/dev/null", reason: MosquittoClient.systemText(errno))
    }
    defer { close(output) }
    var (id, result) = (pid_t(0), Int32(0))
    Self.withSpawnSettings(output: output) { actions, attributes in
      Self.withCStrings(command) { arguments in
        Self.withCStrings(["PATH=\(Program.path)", "LC_ALL=C.UTF-8"] + environment) { environment in
          result = posix_spawn(&id, setpriv, actions, attributes, arguments, environment)
        }
      }
    }
    guard result == 0 else {
      throw .process(program: name, reason: MosquittoClient.systemText(result))
    }
    processID = id
  }

  deinit { stop(grace: .zero) }

  /// The exit status (128 + signal if killed), or nil while it runs.
  public func status() -> Int32? {
    if let ended { return ended }
    var status: Int32 = 0
    let result = waitpid(processID, &status, WNOHANG)
    if result == processID { ended = linux_exit_status(status) }
    if result < 0, errno == ECHILD { ended = -1 }
    return ended
  }

  /// Processor time that it has used, without its own children's; nil when it has ended.
  public var processorTime: Duration? {
    guard status() == nil else { return nil }
    let used = linux_process_cpu_nanoseconds(processID)
    return used < 0 ? nil : .nanoseconds(used)
  }

  /// Sends a signal, if it still runs.
  public func signal(_ number: Int32) {
    if status() == nil { kill(processID, number) }
  }

  /// Waits at most `limit` for its end. - Returns: the status, or nil.
  public func wait(limit: Duration) -> Int32? {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while status() == nil, clock.now < deadline { usleep(2_000) }
    return status()
  }

  /// SIGTERM, and SIGKILL if it still runs after `grace`.
  public func stop(grace: Duration) {
    signal(SIGTERM)
    guard wait(limit: grace) == nil else { return }
    signal(SIGKILL)
    _ = wait(limit: .seconds(5))
  }

  private static func withSpawnSettings(
    output: Int32,
    _ body: (
      UnsafePointer<posix_spawn_file_actions_t>, UnsafePointer<posix_spawnattr_t>
    ) -> Void
  ) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    _ = linux_spawn_close_from(&actions, 3)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    body(&actions, &attributes)
  }

  private static func withCStrings(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Void
  ) {
    let copies = strings.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    body(copies + [nil])
  }
}

/// Where programs are.
enum Program {
  /// The caller's PATH, and where Debian puts servers, which a user's PATH may lack.
  static var path: String {
    let own = getenv("PATH").map { String(cString: $0) + ":" } ?? ""
    return own + "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
  }

  static func find(_ name: String, package: String) throws(BrokerError) -> String {
    for directory in path.split(separator: ":") {
      let candidate = "\(directory)/\(name)"
      if access(candidate, X_OK) == 0 { return candidate }
    }
    throw .programMissing(name, package: package)
  }
}
