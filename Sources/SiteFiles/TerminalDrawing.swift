import Grid
import Site

/// A site as text for a terminal: each character shows two cells or blocks of cells, one above the
/// other (U+2580 upper half block), and robots as marks on top.
///
/// The ground is worked out once per size, so that `watch` can draw many times a second.
public struct TerminalDrawing: Sendable {
  /// Something drawn over the site.
  public struct Mark: Sendable {
    public var cell: Cell
    public var glyph: Character
    /// A colour of the 256 of xterm.
    public var colour: UInt8
    public init(cell: Cell, glyph: Character, colour: UInt8) {
      self.cell = cell
      self.glyph = glyph
      self.colour = colour
    }
  }

  private let width: Int
  private let height: Int
  private let ground: [Ground]

  /// - Complexity: O(cells)
  public init(site: Site) {
    width = Int(site.map.width)
    height = Int(site.map.height)
    ground = Ground.raster(of: site)
  }

  /// At most `columns` x `rows` characters; the site keeps its shape. Lines end in `\n`.
  /// - Parameters:
  ///   - colour: with ANSI colours (256 of xterm), or plain letters, one character a block.
  ///   - marks: drawn over the site; of several in one character the last one shows.
  public func render(columns: Int, rows: Int, colour: Bool, marks: [Mark] = []) -> String {
    let grid = BlockGrid(
      ground: ground, width: width, height: height, columns: max(1, columns), rows: max(1, rows))
    var shown: [Mark?] = Array(repeating: nil, count: grid.columns * grid.rows)
    for mark in marks {
      guard let position = grid.position(of: mark.cell) else { continue }
      shown[position] = mark
    }
    return (0..<grid.rows).map { row in
      let line = (0..<grid.columns).map { column in
        Glyph(
          top: grid.block(column, 2 * row), bottom: grid.block(column, 2 * row + 1),
          mark: shown[row * grid.columns + column])
      }
      return colour ? Self.coloured(line) : Self.plain(line)
    }.joined()
  }

  /// What the colours or letters mean, one line.
  public static func legend(colour: Bool) -> String {
    Ground.allCases.filter { $0 != .void }.map { kind in
      colour
        ? "\u{1B}[48;5;\(kind.colour)m  \u{1B}[0m \(kind.name)"
        : "\(kind.letter == " " ? "(blank)" : String(kind.letter)) \(kind.name)"
    }.joined(separator: "  ")
  }

  private struct Glyph {
    let top: Ground
    let bottom: Ground
    let mark: Mark?
  }

  private static func plain(_ line: [Glyph]) -> String {
    let text = String(
      line.map { block in block.mark?.glyph ?? max(block.top, block.bottom).letter })
    return text + "\n"
  }

  private static func coloured(_ line: [Glyph]) -> String {
    var text = ""
    var pen: (fore: UInt8, back: UInt8)?
    for block in line {
      let fore = block.mark?.colour ?? block.top.colour
      let back = block.mark == nil ? block.bottom.colour : max(block.top, block.bottom).colour
      if pen?.fore != fore || pen?.back != back {
        text += "\u{1B}[38;5;\(fore);48;5;\(back)m"
        pen = (fore, back)
      }
      text.append(block.mark?.glyph ?? "\u{2580}")
    }
    return text + "\u{1B}[0m\n"
  }
}
