import Glibc
import Synchronization

/// Memory for secrets: never written to swap where the system allows memory to be locked (`RLIMIT_MEMLOCK`), left out
/// of core dumps, and overwritten before it is given back.
///
/// Locking goes by pages, so secrets share a region of 64 KiB, in units of 64 bytes; the usual limits on locked memory
/// are that or more. What finds no room there gets pages of its own.
enum LockedMemory {
    /// A piece of such memory, by its address, so that it may go from one thread to another. Who takes it is alone with it,
    /// and writes before anybody else knows of it.
    struct Block: Sendable {
        /// Where no secret is: nothing.
        static let none = Block(address: 0, count: 0)

        fileprivate let address: UInt
        /// In bytes.
        let count: Int

        /// The bytes. They are there until the block is given back.
        var bytes: UnsafeMutableRawBufferPointer {
            UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(bitPattern: address), count: count)
        }
    }

    private static let region = Region()

    /// Memory of `count` bytes, not cleared.
    static func take(_ count: Int) -> Block {
        guard count > 0 else { return .none }
        return region.take(count) ?? pages(count)
    }

    /// Overwrites the memory, and gives it back.
    static func give(back block: Block) {
        guard let start = block.bytes.baseAddress else { return }
        explicit_bzero(start, block.count)
        if !region.give(back: block) { munmap(start, block.count) }
    }

    /// Pages that belong to nothing else.
    private static func pages(_ count: Int) -> Block {
        let start = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let start, start != MAP_FAILED else { fatalError("out of memory") }
        // Where the limit is reached, the pages can be swapped like any others; nobody need know.
        _ = mlock(start, count)
        _ = madvise(start, count, MADV_DONTDUMP)
        return Block(address: UInt(bitPattern: start), count: count)
    }

    /// The region that secrets share.
    private final class Region: Sendable {
        private static let unit = 64
        private static let units = 1024

        private let memory = LockedMemory.pages(unit * units)
        private let isTaken = Mutex([Bool](repeating: false, count: units))

        /// A block in the region; `nil` where there is no room.
        func take(_ count: Int) -> Block? {
            let needed = Self.unitsNeeded(count)
            let found: Int? = isTaken.withLock { isTaken in
                var free = 0
                for unit in isTaken.indices {
                    free = isTaken[unit] ? 0 : free + 1
                    guard free == needed else { continue }
                    let first = unit + 1 - needed
                    for taken in first...unit { isTaken[taken] = true }
                    return first
                }
                return nil
            }
            return found.map { Block(address: memory.address + UInt($0 * Self.unit), count: count) }
        }

        /// Takes a block back; `false` where it is not of the region.
        func give(back block: Block) -> Bool {
            guard block.address >= memory.address, block.address < memory.address + UInt(memory.count) else {
                return false
            }
            let first = Int(block.address - memory.address) / Self.unit
            isTaken.withLock { isTaken in
                for unit in first..<(first + Self.unitsNeeded(block.count)) { isTaken[unit] = false }
            }
            return true
        }

        private static func unitsNeeded(_ count: Int) -> Int {
            (count + unit - 1) / unit
        }
    }
}
