import Determinism
import Grid
import Testing

@testable import FleetCore

@Suite struct PlaceIndexTests {
  @Test func placesComeInTheOrderOfTheirDistance() {
    for seed in UInt64(0)..<10 {
      var random = Seed(seed).generator()
      let places = (0..<200).map { group in
        let x = Int32(random.next(below: 500))
        let y = Int32(random.next(below: 90))
        return (group: group, cell: Cell(x: x, y: y))
      }
      let index = PlaceIndex(places)
      // From outside of all squares, too.
      let from = Cell(x: Int32(random.next(below: 700)), y: Int32(random.next(below: 200)))
      var search = index.search(from: from)
      var found: [Int] = []
      while let next = search.next() { found.append(next.group) }
      let expected = places.sorted {
        let a = abs($0.cell.x - from.x) + abs($0.cell.y - from.y)
        let b = abs($1.cell.x - from.x) + abs($1.cell.y - from.y)
        return a != b ? a < b : $0.group < $1.group
      }.map(\.group)
      #expect(found == expected, "seed \(seed)")
    }
  }

  @Test func withoutPlacesNothingIsFound() {
    var search = PlaceIndex([]).search(from: Cell(x: 3, y: 4))
    #expect(search.next() == nil)
  }
}
