import Glibc
import OAuth
import Testing

@Suite("Where the bytes of a secret are")
struct SecretMemoryTests {
    /// A value that no other test makes at the same time.
    private static func unique(_ count: Int) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<count).compactMap { _ in letters.randomElement() })
    }

    @Test("the bytes are overwritten when the last copy is gone, and not before", arguments: [1, 43, 64, 65, 2_000])
    func overwritten(count: Int) throws {
        let value = Self.unique(max(count, 16))
        var secret: Secret? = Secret(value)
        var copy = secret
        let bytes = try #require(secret).withBytes { $0 }
        #expect(copy?.withBytes { $0.baseAddress } == bytes.baseAddress, "copies share the bytes")
        secret = nil
        #expect(copy?.reveal() == value)
        #expect(bytes.elementsEqual(value.utf8))
        copy = nil
        // The region stays mapped; the block may already be another secret's.
        #expect(!bytes.elementsEqual(value.utf8))
    }

    @Test("no secret overwrites another, small, large, or more than fit into the shared region")
    func apart() {
        let values = (0..<600).map { Self.unique($0 % 7 == 0 ? 5_000 : 1 + $0 % 200) }
        var secrets = values.map { Secret($0) }
        #expect(zip(secrets, values).allSatisfy { $0.reveal() == $1 })
        for index in stride(from: 0, to: values.count, by: 2) { secrets[index] = Secret(values[index] + "!") }
        for (index, secret) in secrets.enumerated() {
            #expect(secret.reveal() == values[index] + (index.isMultiple(of: 2) ? "!" : ""))
        }
    }

    @Test("many tasks make and drop secrets at the same time")
    func concurrent() async {
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<500).allSatisfy { number in
                        let value = Self.unique(1 + number % 300)
                        let secret = Secret(value)
                        return secret.reveal() == value && secret == Secret(value)
                    }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test("its pages are locked as far as the limit allows, and left out of core dumps", arguments: [43, 100_000])
    func pages(count: Int) throws {
        let secret = Secret(Self.unique(count))
        let address = try #require(secret.withBytes { $0.baseAddress.map { UInt(bitPattern: $0) } })
        let flags = try #require(try Self.flags(at: address))
        #expect(flags.contains("dd"), "left out of dumps: \(flags)")
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(__RLIMIT_MEMLOCK.rawValue), &limit)
        let isAllowed = geteuid() == 0 || limit.rlim_cur >= 8 << 20
        #expect(flags.contains("lo") || !isAllowed, "locked: \(flags)")
        withExtendedLifetime(secret) {}
    }

    /// The kernel's flags of the mapping that holds `address` (`proc_pid_smaps(5)`).
    private static func flags(at address: UInt) throws -> [Substring]? {
        let file = try #require(fopen("/proc/self/smaps", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 4_096)
        var isInside = false
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            let words = text.split(whereSeparator: \.isWhitespace)
            if words.first == "VmFlags:" {
                if isInside { return Array(words.dropFirst()) }
            } else if let ends = words.first?.split(separator: "-"), ends.count == 2,
                let start = UInt(ends[0], radix: 16), let end = UInt(ends[1], radix: 16)
            {
                isInside = (start..<end).contains(address)
            }
        }
        return nil
    }

    @Test("nothing is wrapped as well: no bytes, equal to itself, shown as every other")
    func empty() {
        let secret = Secret("")
        #expect(secret.isEmpty)
        #expect(secret.withBytes { $0.count } == 0)
        #expect(secret == Secret(""))
        #expect(secret != Secret("a"))
        #expect(Set([secret, Secret(""), Secret("a")]).count == 2)
    }

    @Test("secrets are equal by their bytes: what Unicode holds equivalent is another secret")
    func bytewise() {
        #expect(Secret("\u{E9}") != Secret("e\u{301}"))
        #expect(Secret("\u{E9}") == Secret("\u{E9}"))
    }
}
