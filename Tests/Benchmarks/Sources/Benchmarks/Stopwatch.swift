import Glibc

/// One line of the table.
struct Figure {
  let name: String
  let value: Double
  let unit: String
}

/// Processor time of this thread, which other load on the machine does not lengthen.
enum Stopwatch {
  static func seconds(_ body: () -> Void) -> Double {
    let begin = now()
    body()
    return now() - begin
  }

  /// The least of `rounds` runs, after one that is not counted.
  static func best(of rounds: Int, _ body: () -> Void) -> Double {
    body()
    return (0..<rounds).map { _ in seconds(body) }.min() ?? 0
  }

  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// Prints figures in columns.
func report(_ title: String, _ figures: [Figure]) {
  print(title)
  for figure in figures {
    let value = String(Int(figure.value)) + "." + decimals(figure.value)
    print("  " + pad(figure.name, 58) + pad(value, 14, left: true) + " " + figure.unit)
  }
  print("")
}

private func decimals(_ value: Double) -> String {
  let hundredths = Int((value * 100).rounded(.down)) % 100
  return hundredths < 10 ? "0\(hundredths)" : "\(hundredths)"
}

private func pad(_ text: String, _ width: Int, left: Bool = false) -> String {
  let space = String(repeating: " ", count: max(0, width - text.count))
  return left ? space + text : text + space
}
