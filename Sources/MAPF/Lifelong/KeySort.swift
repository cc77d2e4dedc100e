/// Sorts keys in place without asking for memory, which the standard library's sort does: a planning
/// step allocates nothing.
///
/// Quicksort on the median of three, insertion sort for short ranges; the longer part of a range is
/// put off, so the ranges that wait are at most log2(count).
enum KeySort {
  private static let short = 16

  /// - Complexity: O(count * log(count)) unless the keys are made to be bad.
  static func sort(_ keys: UnsafeMutablePointer<UInt64>, count: Int) {
    withUnsafeTemporaryAllocation(of: (low: Int, high: Int).self, capacity: 64) { waiting in
      var depth = 0
      var (low, high) = (0, count)
      while true {
        while high - low > short {
          let middle = split(keys, low, high)
          let isLeftLonger = middle - low > high - middle
          waiting[depth] = isLeftLonger ? (low, middle) : (middle, high)
          depth += 1
          if isLeftLonger { low = middle } else { high = middle }
        }
        insert(keys, low, high)
        if depth == 0 { return }
        depth -= 1
        (low, high) = waiting[depth]
      }
    }
  }

  /// Parts a range into keys no greater and keys no less than a middle one; where the latter begin.
  private static func split(
    _ keys: UnsafeMutablePointer<UInt64>, _ low: Int, _ high: Int
  ) -> Int {
    let (a, b, c) = (keys[low], keys[(low + high) / 2], keys[high - 1])
    let pivot = max(min(a, b), min(max(a, b), c))
    var (i, j) = (low, high - 1)
    while true {
      while keys[i] < pivot { i += 1 }
      while keys[j] > pivot { j -= 1 }
      if i >= j { return max(i, low + 1) }
      let key = keys[i]
      keys[i] = keys[j]
      keys[j] = key
      i += 1
      j -= 1
    }
  }

  private static func insert(_ keys: UnsafeMutablePointer<UInt64>, _ low: Int, _ high: Int) {
    var i = low + 1
    while i < high {
      let key = keys[i]
      var j = i
      while j > low, keys[j - 1] > key {
        keys[j] = keys[j - 1]
        j -= 1
      }
      keys[j] = key
      i += 1
    }
  }
}
