import FleetModel
import Foundation
import Testing
import Traffic

@Suite struct FewResourcesTests {
  @Test(arguments: 0..<7) func theyAreAList(_ count: Int) throws {
    let list = (0..<count).map { Int32(10 + $0) }
    let few = FewResources(list)
    #expect(Array(few) == list)
    #expect(few.count == count && few.isEmpty == list.isEmpty)
    #expect(few.first == list.first && few.last == list.last)
    #expect(few == FewResources(list) && few != FewResources(list + [1]))
    #expect(few.hashValue == FewResources(list).hashValue)
    let told = try JSONEncoder().encode(few)
    #expect(told == (try JSONEncoder().encode(list)))
    #expect(try JSONDecoder().decode(FewResources.self, from: told) == few)
  }

  @Test func oneAndTwoAreAsLists() {
    #expect(FewResources(4) == [4])
    #expect(FewResources(4, 5) == [4, 5])
  }

  @Test func aLegIsStoredAsBefore() throws {
    let leg = PlannedLeg(path: [1, 2, 3, 4], claims: [1, 2, 3, 4, 9], speedLimit: 500)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(leg), as: UTF8.self)
    #expect(text == #"{"claims":[1,2,3,4,9],"path":[1,2,3,4],"speedLimit":500}"#)
  }
}
