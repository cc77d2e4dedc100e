/// Rows under headings, padded to columns and cut to a width.
struct Table {
  struct Column {
    var title: String
    /// Numbers stand to the right.
    var right = false
    /// What is left of a column that has to give way; columns that must stay whole have nil.
    var least: Int?

    init(_ title: String, right: Bool = false, least: Int? = nil) {
      self.title = title
      self.right = right
      self.least = least
    }
  }

  var columns: [Column]
  var rows: [[String]]

  init(_ columns: [Column], rows: [[String]]) {
    self.columns = columns
    self.rows = rows
  }

  /// The lines, headings first, none longer than `width` (nil: as long as they are).
  /// - Complexity: O(rows * columns)
  func lines(width: Int?) -> [String] {
    let widths = fitted(to: width)
    let lines = ([columns.map(\.title)] + rows).map { line($0, widths) }
    return width.map { width in lines.map { $0.cut(to: width) } } ?? lines
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = ""
    for (index, cell) in cells.enumerated() {
      let cut = cell.cut(to: widths[index])
      let padding = String(repeating: " ", count: widths[index] - cut.count)
      text += columns[index].right ? padding + cut : cut + padding
      if index + 1 < cells.count { text += "  " }
    }
    while text.last == " " { text.removeLast() }
    return text
  }

  /// The widest columns that may give way do so first, each down to its least.
  private func fitted(to width: Int?) -> [Int] {
    var widths = columns.indices.map { index in
      rows.reduce(columns[index].title.count) { max($0, $1[index].count) }
    }
    guard let width else { return widths }
    var excess = widths.reduce(2 * (columns.count - 1), +) - width
    while excess > 0 {
      let candidates = columns.indices.filter { index in
        columns[index].least.map { widths[index] > $0 } ?? false
      }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }
}

extension String {
  /// The text, or as much of it as leaves room for an ellipsis in `width` characters. What would
  /// move a terminal's cursor becomes a space.
  func cut(to width: Int) -> String {
    let clean = String(map { $0.isASCII && ($0.asciiValue ?? 0) < 32 ? " " : $0 })
    if clean.count <= width { return clean }
    return width <= 0 ? "" : clean.prefix(width - 1) + "…"
  }
}
