import Determinism
import Foundation

/// Counts durations in buckets 5 % wide, from 1 µs to some minutes: percentiles to within 5 %
/// without keeping the samples.
struct LatencyRecorder {
  private static let ratio = 1.05
  private var buckets = [Int64](repeating: 0, count: 400)
  private(set) var count: Int64 = 0

  mutating func record(_ duration: Duration) {
    let microseconds = max(1, duration.wholeMicroseconds)
    let bucket = Int((log(Double(microseconds)) / log(Self.ratio)).rounded(.up))
    buckets[min(bucket, buckets.count - 1)] += 1
    count += 1
  }

  /// The upper edge of the bucket in which the `share`-th sample lies; 0: no samples.
  func microseconds(atShare share: Double) -> Int64 {
    guard count > 0 else { return 0 }
    let rank = Int64((Double(count) * share).rounded(.up))
    var seen: Int64 = 0
    for (index, value) in buckets.enumerated() {
      seen += value
      if seen >= rank { return Int64(pow(Self.ratio, Double(index)).rounded()) }
    }
    return 0
  }
}
