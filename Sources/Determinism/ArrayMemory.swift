extension Array {
  /// Where elements lie, to have their memory fetched before they are needed; nothing is read. Of
  /// elements that there are not nothing is told.
  @inlinable
  public func withMemory(
    of first: Int, count: Int = 1, _ body: (UnsafeRawBufferPointer) -> Void
  ) {
    guard first >= 0, first + count <= self.count else { return }
    withUnsafeBufferPointer {
      body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: $0[first..<first + count])))
    }
  }
}
