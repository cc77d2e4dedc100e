// From the lanes of a run to the tables of its goals.

extension GuidedSweep {
  /// Writes the table of every lane, the i-th to `tables[i]`. Returns the lanes, as bits, in which a
  /// distance came too near to `far` to be trusted.
  /// - Complexity: O(vertices * lanes)
  func encode(to tables: UnsafeBufferPointer<UnsafeMutablePointer<UInt16>>, _ code: GuidedCode)
    -> UInt32
  {
    let largest = headings == 1 ? encodeCells(tables, code) : encodeStates(tables, code)
    var lost: UInt32 = 0
    for lane in 0..<tables.count where largest[lane] >= Self.far - 255 { lost |= 1 << lane }
    return lost
  }

  private func encodeCells(
    _ tables: UnsafeBufferPointer<UnsafeMutablePointer<UInt16>>, _ code: GuidedCode
  ) -> Lanes {
    let distance = self.distance
    let placeOf = code.view.placeOf
    let far = Lanes(repeating: Self.far)
    let lost = Lanes(repeating: Int16(code.unreachable))
    var largest = Lanes()
    for v in 0..<vertexCount {
      let place = Int(placeOf[v])
      let d = distance[v]
      let isLost = d .== far
      largest.replace(with: d, where: (d .> largest) .& .!isLost)
      let codes = (d &<< 1).replacing(with: lost, where: isLost)
      for lane in 0..<tables.count {
        tables[lane][place] = UInt16(bitPattern: codes[lane])
      }
    }
    return largest
  }

  private func encodeStates(
    _ tables: UnsafeBufferPointer<UnsafeMutablePointer<UInt16>>, _ code: GuidedCode
  ) -> Lanes {
    let placeOf = code.view.placeOf
    let patternOf = code.patternOf
    let far = Lanes(repeating: Self.far)
    let lost = Lanes(repeating: Int16(code.unreachable))
    let base = Lanes(repeating: Int16(code.base))
    let shift = Lanes(repeating: Int16(code.view.shift))
    var largest = Lanes()
    for v in 0..<vertexCount {
      let place = Int(placeOf[v])
      let state = distance + 4 &* v
      let (e, n, w, s) = (state[0], state[1], state[2], state[3])
      let nearest = Self.least(Self.least(e, n), Self.least(w, s))
      let isLost = nearest .== far
      largest.replace(with: nearest, where: (nearest .> largest) .& .!isLost)
      var digits = (e &- nearest) &* base &+ (n &- nearest)
      digits = (digits &* base &+ (w &- nearest)) &* base &+ (s &- nearest)
      digits.replace(with: Lanes(), where: isLost)
      let bases = (nearest &<< shift).replacing(with: lost, where: isLost)
      for lane in 0..<tables.count {
        let pattern = bases[lane] == lost[lane] ? 0 : patternOf[Int(digits[lane])]
        tables[lane][place] = UInt16(bitPattern: bases[lane]) | UInt16(pattern)
      }
    }
    return largest
  }
}
