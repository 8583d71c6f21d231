import Foundation
import Glibc

/// The memory of another process, as root can read it.
enum ProcessMemory {
    /// How often each of `values` stands in the writable memory of the process. Throws where the memory is closed to this
    /// user.
    static func count(_ values: [String], in process: Int32) throws -> [String: Int] {
        let memory = open("/proc/\(process)/mem", O_RDONLY | O_CLOEXEC)
        guard memory >= 0 else { throw Failure("the memory cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(memory) }
        let maps = try String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8)
        var found: [String: Int] = [:]
        for line in maps.split(separator: "\n") {
            let words = line.split(separator: " ")
            let ends = words[0].split(separator: "-").compactMap { Int($0, radix: 16) }
            guard words[1].hasPrefix("rw"), ends.count == 2 else { continue }
            let content = read(memory, from: ends[0], to: ends[1])
            for value in values {
                var start = content.startIndex
                while let hit = content.range(of: Data(value.utf8), in: start..<content.endIndex) {
                    found[value, default: 0] += 1
                    start = hit.upperBound
                }
            }
        }
        return found
    }

    private static func read(_ memory: Int32, from start: Int, to end: Int) -> Data {
        var content = Data(count: end - start)
        let count = content.withUnsafeMutableBytes { pread(memory, $0.baseAddress, $0.count, start) }
        return content.prefix(max(0, count))
    }
}
