import FoundationEssentials
import NIOSSL
import Subprocess
import SystemPackage
import Testing

/// A certificate authority of the tests' own, and certificates that are right or wrong in one way each.
struct Certificates: Sendable {
    enum Name: String, CaseIterable {
        /// For `localhost`, `127.0.0.1` and `login.genesys.test`.
        case good
        /// The same, its time over.
        case expired
        /// The same, its time not begun.
        case future
        /// For another host.
        case elsewhere
        /// As the good one, by another authority.
        case stranger
        /// As the expired one, by another authority.
        case expiredStranger
    }

    /// The authority, PEM.
    let authority: String
    private let identities: [Name: (certificate: String, key: String)]

    /// What a server needs to show the certificate, by no newer version of TLS than `newest`, for these protocols (ALPN), the
    /// first one rather.
    func context(_ name: Name, newest: TLSVersion? = nil, protocols: [String] = []) throws -> NIOSSLContext {
        let (certificate, key) = try #require(identities[name])
        var configuration = try TLSConfiguration.makeServerConfiguration(
            certificateChain: NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) },
            privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))
        )
        configuration.applicationProtocols = protocols
        if let newest { (configuration.minimumTLSVersion, configuration.maximumTLSVersion) = (.tlsv1, newest) }
        return try NIOSSLContext(configuration: configuration)
    }

    /// Made once for all tests.
    static func all() async throws -> Certificates { try await made.value }

    private static let made = Task {
        let folder = "\(TemporaryFolder.parent)/genesys-login-certificates-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let result = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", script],
            workingDirectory: FilePath(folder),
            input: .none,
            output: .discarded,
            error: .string(limit: 64 * 1024)
        )
        try #require(result.terminationStatus.isSuccess, "openssl: \(result.standardError)")
        func read(_ name: String) throws -> String {
            try String(contentsOf: URL(filePath: "\(folder)/\(name)"), encoding: .utf8)
        }
        return Certificates(
            authority: try read("ca.pem"),
            identities: try Dictionary(
                uniqueKeysWithValues: Name.allCases.map {
                    ($0, (try read("\($0.rawValue).pem"), try read("\($0.rawValue).key")))
                }
            )
        )
    }

    private static let script = """
        set -e
        new_key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
        for ca in ca other; do
            openssl req -x509 $new_key -keyout $ca.key -out $ca.pem -days 30 -subj "/CN=Test $ca" \
                -addext keyUsage=critical,keyCertSign
        done
        : > index.txt
        printf '%s\\n' '[ca]' 'default_ca = own' '[own]' 'database = index.txt' 'rand_serial = yes' \
            'new_certs_dir = .' 'default_md = sha256' 'policy = any' 'unique_subject = no' \
            'copy_extensions = copy' '[any]' 'commonName = supplied' > ca.conf
        issue() { # issue NAME CA SUBJECT_ALT_NAMES FROM TO
            openssl req $new_key -keyout "$1.key" -out request.pem -subj "/CN=$1" -addext "subjectAltName=$3"
            openssl ca -batch -notext -config ca.conf -cert "$2.pem" -keyfile "$2.key" -in request.pem \
                -out "$1.pem" -startdate "$4" -enddate "$5"
        }
        here=DNS:localhost,DNS:login.genesys.test,IP:127.0.0.1
        issue good ca $here 20200101000000Z 20991231000000Z
        issue expired ca $here 20200101000000Z 20210101000000Z
        issue future ca $here 20980101000000Z 20991231000000Z
        issue elsewhere ca DNS:elsewhere.genesys.test 20200101000000Z 20991231000000Z
        issue stranger other $here 20200101000000Z 20991231000000Z
        issue expiredStranger other $here 20200101000000Z 20210101000000Z
        """
}

/// Files for one test.
enum TemporaryFolder {
    static let parent = FileManager.default.temporaryDirectory.path

    /// Runs `body` with the path of a file that holds `text`, and removes the file.
    static func withFile<Result>(_ text: String, _ body: (String) async throws -> Result) async throws -> Result {
        let path = "\(parent)/genesys-login-\(UUID().uuidString).pem"
        try Data(text.utf8).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }
}
