/// Known names like one that is not known, for hints.
enum NearestName {
  /// "did you mean a, b or c? …", or the start of what there is.
  static func hint(_ given: String, among known: [String], what: String) -> String {
    guard !known.isEmpty else { return "this site has no \(what)" }
    let ranked = known.sorted().map { (name: $0, distance: distance(given, $0)) }
    let near =
      ranked.filter { $0.distance <= max(2, given.utf8.count / 3) }
      .sorted { $0.distance < $1.distance }.prefix(3)
    if !near.isEmpty { return "did you mean \(list(near.map(\.name)))?" }
    let shown = list(ranked.prefix(6).map(\.name))
    return ranked.count > 6
      ? "known \(what): \(shown) and \(ranked.count - 6) more" : "known \(what): \(shown)"
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }

  /// Edits from one to the other (Levenshtein), letter case not counted.
  static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a.lowercased().utf8)
    let b = Array(b.lowercased().utf8)
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let substituted = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
