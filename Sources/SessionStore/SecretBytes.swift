import FoundationEssentials
import Glibc

/// Bytes that hold secrets: overwritten before their memory is given back.
struct SecretBytes: ~Copyable {
    private let storage: UnsafeMutableRawBufferPointer
    /// How many of the bytes count, from the first.
    private(set) var count: Int

    /// Room for `capacity` bytes, all of them zero, none of which counts yet.
    init(capacity: Int) {
        storage = .allocate(byteCount: max(capacity, 1), alignment: 1)
        storage.initializeMemory(as: UInt8.self, repeating: 0)
        count = 0
    }

    /// Takes the bytes of `data` and overwrites them there.
    init(taking data: consuming Data) {
        self.init(capacity: data.count)
        var data = data
        count = data.withUnsafeMutableBytes { bytes in
            storage.copyMemory(from: UnsafeRawBufferPointer(bytes))
            Self.overwrite(bytes)
            return bytes.count
        }
    }

    /// Takes the bytes of `array` and overwrites them there.
    init(taking array: consuming [UInt8]) {
        self.init(capacity: array.count)
        var array = array
        count = array.withUnsafeMutableBytes { bytes in
            storage.copyMemory(from: UnsafeRawBufferPointer(bytes))
            Self.overwrite(bytes)
            return bytes.count
        }
    }

    deinit {
        Self.overwrite(storage)
        storage.deallocate()
    }

    /// The bytes that count.
    func withBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(rebasing: storage[..<count]))
    }

    /// Whether `words` are among the bytes that count.
    func contains(_ words: String) -> Bool {
        withBytes { $0.firstRange(of: words.utf8) != nil }
    }

    /// Gives all the room to `body`, which fills it and returns how many bytes count.
    mutating func fill<Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        count = min(max(try body(storage), 0), storage.count)
    }

    /// `explicit_bzero` and not `memset`, which the compiler leaves out where nobody reads the memory again.
    private static func overwrite(_ bytes: UnsafeMutableRawBufferPointer) {
        if let start = bytes.baseAddress { explicit_bzero(start, bytes.count) }
    }
}
