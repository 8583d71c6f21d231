import Glibc

/// `NO_PROXY`: the hosts that are reached without a proxy.
///
/// Entries are separated by commas or blanks; case does not matter. `*` is every host; a name is that host and all
/// below it, whether or not it is written with a leading dot; an address is itself; `10.0.0.0/8` is a network. A port
/// after a colon limits an entry to that port.
public struct ProxyExceptions: Sendable, Hashable {
    private enum Pattern: Hashable {
        case everything
        case name(String)
        case network(IPAddress, bits: Int)
    }

    private struct Entry: Hashable {
        let pattern: Pattern
        let port: Int?
    }

    private let entries: [Entry]

    /// The exceptions that `text` lists. An entry that means nothing is passed over, as elsewhere.
    public init(_ text: String) {
        entries = text.lowercased().split { $0 == "," || $0.isWhitespace }.compactMap(Self.entry)
    }

    /// Whether `host` is reached without a proxy.
    func contains(host: String, port: Int) -> Bool {
        var name = host.lowercased()[...]
        if name.hasSuffix(".") { name.removeLast() }
        let address = IPAddress(name)
        return entries.contains { entry in
            guard entry.port == nil || entry.port == port else { return false }
            switch entry.pattern {
            case .everything: return true
            case .name(let suffix): return address == nil && (name == suffix || name.hasSuffix(".\(suffix)"))
            case .network(let network, let bits): return address.map { network.matches($0, bits: bits) } ?? false
            }
        }
    }

    private static func entry(_ text: Substring) -> Entry? {
        if text == "*" { return Entry(pattern: .everything, port: nil) }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard let network = IPAddress(parts[0]), let bits = Int(parts[1]), (0...network.bits).contains(bits)
            else { return nil }
            return Entry(pattern: .network(network, bits: bits), port: nil)
        }
        var (host, portText) = HostAndPort.split(text)
        let port = portText.flatMap { Int($0) }
        if portText != nil, port == nil { return nil }
        if let address = IPAddress(host) { return Entry(pattern: .network(address, bits: address.bits), port: port) }
        if host.hasPrefix("*.") { host.removeFirst() }
        if host.hasPrefix(".") { host.removeFirst() }
        if host.hasSuffix(".") { host.removeLast() }
        guard HostAndPort.isHost(host) else { return nil }
        return Entry(pattern: .name(String(host)), port: port)
    }
}

/// An IPv4 or IPv6 address, as its bytes.
struct IPAddress: Sendable, Hashable {
    let bytes: [UInt8]

    /// How long it is, in bits.
    var bits: Int { bytes.count * 8 }

    /// Reads an address without brackets.
    init?(_ text: Substring) {
        let isV6 = text.contains(":")
        var bytes = [UInt8](repeating: 0, count: isV6 ? 16 : 4)
        guard inet_pton(isV6 ? AF_INET6 : AF_INET, String(text), &bytes) == 1 else { return nil }
        self.bytes = bytes
    }

    /// Whether the first `bits` of both are the same.
    func matches(_ other: IPAddress, bits: Int) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        return zip(bytes, other.bytes).enumerated().allSatisfy { index, pair in
            let kept = min(8, max(0, bits - index * 8))
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> kept)
            return (pair.0 ^ pair.1) & mask == 0
        }
    }
}
