import Glibc
import Synchronization

/// Memory for secrets: never written to swap where the system allows memory to be locked (`RLIMIT_MEMLOCK`), left out
/// of core dumps, and overwritten before it is given back.
///
/// Locking goes by pages, so secrets share a region of 64 KiB, in blocks of 64 bytes; the usual limits on locked memory
/// are that or more. What finds no room there gets pages of its own.
enum LockedMemory {
    private static let region = Region()

    /// Memory of `count` bytes, not cleared. `nil` for none.
    static func take(_ count: Int) -> UnsafeMutableRawBufferPointer? {
        guard count > 0 else { return nil }
        return region.take(count) ?? pages(count)
    }

    /// Overwrites the memory, and gives it back.
    static func give(back memory: UnsafeMutableRawBufferPointer) {
        guard let start = memory.baseAddress else { return }
        explicit_bzero(start, memory.count)
        if !region.give(back: memory) { munmap(start, memory.count) }
    }

    /// Pages that belong to nothing else.
    fileprivate static func pages(_ count: Int) -> UnsafeMutableRawBufferPointer {
        let start = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let start, start != MAP_FAILED else { fatalError("out of memory") }
        // Where the limit is reached, the pages can be swapped like any others; nobody need know.
        _ = mlock(start, count)
        _ = madvise(start, count, MADV_DONTDUMP)
        return UnsafeMutableRawBufferPointer(start: start, count: count)
    }

    /// The region that secrets share.
    private final class Region: Sendable {
        private static let blockSize = 64
        private static let blocks = 1024

        // Each block is touched by the one that took it; which blocks are taken is told under the mutex.
        nonisolated(unsafe) private let memory = LockedMemory.pages(blockSize * blocks)
        private let isTaken = Mutex([Bool](repeating: false, count: blocks))

        /// Memory in the region; `nil` where there is no room.
        func take(_ count: Int) -> UnsafeMutableRawBufferPointer? {
            let needed = Self.blocksNeeded(count)
            let found: Int? = isTaken.withLock { isTaken in
                var free = 0
                for block in isTaken.indices {
                    free = isTaken[block] ? 0 : free + 1
                    guard free == needed else { continue }
                    let first = block + 1 - needed
                    for taken in first...block { isTaken[taken] = true }
                    return first
                }
                return nil
            }
            return found.map { first in
                let start = first * Self.blockSize
                return UnsafeMutableRawBufferPointer(rebasing: memory[start..<(start + count)])
            }
        }

        /// Takes memory back; `false` where it is not of the region.
        func give(back given: UnsafeMutableRawBufferPointer) -> Bool {
            guard let start = memory.baseAddress, let address = given.baseAddress, address >= start,
                address < start + memory.count
            else { return false }
            let first = (address - start) / Self.blockSize
            isTaken.withLock { isTaken in
                for block in first..<(first + Self.blocksNeeded(given.count)) { isTaken[block] = false }
            }
            return true
        }

        private static func blocksNeeded(_ count: Int) -> Int {
            (count + blockSize - 1) / blockSize
        }
    }
}
