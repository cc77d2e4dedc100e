import Grid
import Testing

@Suite struct MapTextTests {
  @Test func readsAndWritesAMap() throws {
    let text = "type octile\nheight 2\nwidth 4\nmap\n.G@S\nTOW.\n"
    let map = try GridMap(parsing: text)
    #expect(map.width == 4 && map.height == 2)
    #expect(map.passable == [true, true, false, true, false, false, false, true])
    #expect(map.mapText == "type octile\nheight 2\nwidth 4\nmap\n..@.\n@@@.\n")
    #expect(try GridMap(parsing: map.mapText) == map)
  }

  @Test func acceptsOtherLineEndsAndBlankLinesAtTheEnd() throws {
    let unix = try GridMap(parsing: "type octile\nheight 1\nwidth 2\nmap\n.@")
    #expect(try GridMap(parsing: "type octile\r\nheight 1\r\nwidth 2\r\nmap\r\n.@\r\n") == unix)
    #expect(try GridMap(parsing: "type octile\nheight 1\nwidth 2\nmap\n.@\n\n \n") == unix)
  }

  @Test(
    arguments: [
      ("", .endsEarly(line: 1, expected: "'type octile'")),
      ("type tile\n", .unexpectedLine(line: 1, expected: "'type octile'", found: "type tile")),
      ("type octile\n", .endsEarly(line: 2, expected: "'height N'")),
      (
        "type octile\nwidth 3\n", .unexpectedLine(line: 2, expected: "'height N'", found: "width 3")
      ),
      ("type octile\nheight\n", .unexpectedLine(line: 2, expected: "'height N'", found: "height")),
      ("type octile\nheight 0\n", .invalidNumber(line: 2, field: "height", value: "0")),
      ("type octile\nheight -1\n", .invalidNumber(line: 2, field: "height", value: "-1")),
      ("type octile\nheight 2.5\n", .invalidNumber(line: 2, field: "height", value: "2.5")),
      (
        "type octile\nheight 99999999999999999999\n",
        .invalidNumber(line: 2, field: "height", value: "99999999999999999999")
      ),
      (
        "type octile\nheight 1000000\nwidth 1000000\nmap\n",
        .tooLarge(line: 3, width: 1_000_000, height: 1_000_000)
      ),
      (
        "type octile\nheight 1\nwidth 2\n..\n",
        .unexpectedLine(line: 4, expected: "'map'", found: "..")
      ),
      (
        "type octile\nheight 2\nwidth 2\nmap\n..\n",
        .endsEarly(line: 6, expected: "row 2 of 2")
      ),
      (
        "type octile\nheight 1\nwidth 2\nmap\n...\n",
        .rowLength(line: 5, expected: 2, found: 3)
      ),
      ("type octile\nheight 1\nwidth 2\nmap\n.\n", .rowLength(line: 5, expected: 2, found: 1)),
      (
        "type octile\nheight 1\nwidth 2\nmap\n.x\n",
        .unknownCell(line: 5, column: 2, value: UInt8(ascii: "x"))
      ),
      (
        "type octile\nheight 1\nwidth 2\nmap\n..\n..\n",
        .trailingText(line: 6, found: "..")
      ),
    ] as [(String, MapError)])
  func namesWhatIsWrongInAMap(text: String, expected: MapError) {
    #expect(throws: expected) { try GridMap(parsing: text) }
    #expect("\(expected)".hasPrefix("line "))
  }

  @Test func bytesThatAreNoTextAreNamed() {
    let bytes = Array("type octile\nheight 1\nwidth 2\nmap\n.".utf8) + [0xFF]
    #expect(throws: MapError.unknownCell(line: 5, column: 2, value: 0xFF)) {
      try GridMap(parsing: bytes)
    }
    #expect("\(MapError.unknownCell(line: 5, column: 2, value: 0xFF))".contains("byte 255"))
  }
}

@Suite struct ScenarioTests {
  @Test func readsEntries() throws {
    let text = "version 1\n3\tsome map.map\t5\t4\t0\t1\t4\t3\t6.5\n\n0 m.map 5 4 1 1 2 2 0\n"
    let scenario = try Scenario(parsing: text)
    #expect(
      scenario.entries == [
        Scenario.Entry(
          line: 2, bucket: 3, map: "some map.map", width: 5, height: 4, start: Cell(x: 0, y: 1),
          goal: Cell(x: 4, y: 3), distance: 6.5),
        Scenario.Entry(
          line: 4, bucket: 0, map: "m.map", width: 5, height: 4, start: Cell(x: 1, y: 1),
          goal: Cell(x: 2, y: 2), distance: 0),
      ])
  }

  @Test(
    arguments: [
      ("", .endsEarly(line: 1, expected: "'version 1'")),
      ("version 2\n", .unexpectedLine(line: 1, expected: "'version 1'", found: "version 2")),
      ("version 1\n0\tm\t5\t4\t0\t1\t4\t3\n", .columnCount(line: 2, expected: 9, found: 8)),
      (
        "version 1\n0\tm\t5\t4\t0\tone\t4\t3\t0\n",
        .invalidNumber(line: 2, field: "start y", value: "one")
      ),
      (
        "version 1\n0\tm\t5\t4\t0\t1\t-4\t3\t0\n",
        .invalidNumber(line: 2, field: "goal x", value: "-4")
      ),
      (
        "version 1\n0\tm\t5\t4\t0\t1\t4\t3\tnan\n",
        .invalidNumber(line: 2, field: "distance", value: "nan")
      ),
      (
        "version 1\n\n0\tm\t5\t4\t5\t1\t4\t3\t0\n",
        .outsideRaster(line: 3, field: "start", x: 5, y: 1, width: 5, height: 4)
      ),
      (
        "version 1\n0\tm\t5\t4\t0\t1\t4\t4\t0\n",
        .outsideRaster(line: 2, field: "goal", x: 4, y: 4, width: 5, height: 4)
      ),
    ] as [(String, MapError)])
  func namesWhatIsWrongInAScenario(text: String, expected: MapError) {
    #expect(throws: expected) { try Scenario(parsing: text) }
  }
}
