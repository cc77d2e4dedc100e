import Grid

extension SiteReader {
  /// `[x, y]`, on the map.
  func onMap(_ value: YAMLValue) throws(SiteError) -> Cell {
    let numbers = try integers(value, 2, "a cell [x, y]")
    return try checked(numbers[0], numbers[1], value)
  }

  /// `[x, y]`, passable.
  func cell(_ value: YAMLValue) throws(SiteError) -> Cell {
    let cell = try onMap(value)
    guard raster.map.isPassable(cell) else {
      throw unnamed(value).fail("cell \(cell) is blocked on the map")
    }
    return cell
  }

  /// A list of `[x, y]`, each passable.
  func cellList(_ value: YAMLValue) throws(SiteError) -> [Cell] {
    var result: [Cell] = []
    for item in try value.list("cells [x, y]") { result.append(try cell(item)) }
    return result
  }

  /// The cells of the keys `cells`, `rects` and `line`, of which one at least must be given.
  /// - Parameter skippingBlocked: blocked cells of rectangles are left out instead of refused.
  func cells(_ fields: YAMLFields, skippingBlocked: Bool) throws(SiteError) -> [Cell] {
    var result: [Cell] = []
    if let value = fields.optional("cells") { result += try cellList(value) }
    if let value = fields.optional("rects") {
      for item in try value.list("rectangles [x0, y0, x1, y1]") {
        result += try rectangle(item, skippingBlocked: skippingBlocked)
      }
    }
    if let value = fields.optional("line") { result += try line(value) }
    guard !result.isEmpty else {
      throw fields.whole.fail("has no cells; give \"cells\", \"rects\" or \"line\"")
    }
    return result
  }

  private func rectangle(
    _ value: YAMLValue, skippingBlocked: Bool
  ) throws(SiteError) -> [Cell] {
    let n = try integers(value, 4, "a rectangle [x0, y0, x1, y1]")
    let first = try checked(n[0], n[1], value)
    let last = try checked(n[2], n[3], value)
    guard first.x <= last.x, first.y <= last.y else {
      throw unnamed(value).fail(
        "rectangle \(first) to \(last): the first corner must be north-west")
    }
    var result: [Cell] = []
    for y in first.y...last.y {
      for x in first.x...last.x {
        let cell = Cell(x: x, y: y)
        if raster.map.isPassable(cell) {
          result.append(cell)
        } else if !skippingBlocked {
          throw unnamed(value).fail("cell \(cell) is blocked on the map")
        }
      }
    }
    guard !result.isEmpty else {
      throw unnamed(value).fail("rectangle \(first) to \(last): every cell is blocked on the map")
    }
    return result
  }

  private func line(_ value: YAMLValue) throws(SiteError) -> [Cell] {
    var result: [Cell] = []
    for item in try value.list("points [x, y]") {
      let point = try cell(item)
      guard var last = result.last else {
        result.append(point)
        continue
      }
      guard last.x == point.x || last.y == point.y else {
        throw unnamed(item).fail("line from \(last) to \(point): must run along a row or a column")
      }
      while last != point {
        last.x += (point.x - last.x).signum()
        last.y += (point.y - last.y).signum()
        guard raster.map.isPassable(last) else {
          throw unnamed(item).fail("cell \(last) is blocked on the map")
        }
        result.append(last)
      }
    }
    return result
  }

  private func integers(
    _ value: YAMLValue, _ count: Int, _ expected: String
  ) throws(SiteError) -> [Int64] {
    guard case .sequence(let items) = value.node, items.count == count else {
      throw value.fail("expected \(expected), found \(value.shown)")
    }
    var result: [Int64] = []
    for item in try value.list(expected) { result.append(try item.integer()) }
    return result
  }

  private func checked(_ x: Int64, _ y: Int64, _ value: YAMLValue) throws(SiteError) -> Cell {
    let (width, height) = (raster.map.width, raster.map.height)
    guard let x32 = Int32(exactly: x), let y32 = Int32(exactly: y),
      raster.map.contains(Cell(x: x32, y: y32))
    else {
      throw unnamed(value).fail("cell (\(x), \(y)) is off the map (\(width) x \(height))")
    }
    return Cell(x: x32, y: y32)
  }

  /// The value without its key: errors of cells begin with their owner alone.
  private func unnamed(_ value: YAMLValue) -> YAMLValue {
    var value = value
    if !value.owner.isEmpty { value.key = "" }
    return value
  }
}
