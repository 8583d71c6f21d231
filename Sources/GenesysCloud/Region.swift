/// A Genesys Cloud region and its domain (the table of Genesys Cloud's own SDKs, in `Resources/regions.tsv`).
public struct Region: Sendable, Hashable {
    /// The AWS region's name, for example `eu-central-1`.
    public let name: String
    /// The domain below which `login.` and `api.` live.
    public let domain: String

    /// All regions, in the table's order.
    public static let all: [Region] = String(decoding: PackageResources.regions_tsv, as: UTF8.self)
        .split(separator: "\n")
        .dropFirst()
        .compactMap { line in
            let columns = line.split(separator: "\t")
            return columns.count == 2 ? Region(name: String(columns[0]), domain: String(columns[1])) : nil
        }

    /// `us-east-1`, the region of `mypurecloud.com`.
    public static let `default` = Region(name: "us-east-1", domain: "mypurecloud.com")

    /// The region called `text`: its name, its domain, or a host of that domain, in any case.
    public static func named(_ text: String) throws(Environment.Refusal) -> Region {
        var wanted = text.lowercased()
        for prefix in ["https://", "login.", "api.", "apps."] where wanted.hasPrefix(prefix) {
            wanted.removeFirst(prefix.count)
        }
        if wanted.hasSuffix("/") { wanted.removeLast() }
        guard let region = all.first(where: { $0.name == wanted || $0.domain == wanted }) else {
            throw .unknownRegion(text)
        }
        return region
    }
}
