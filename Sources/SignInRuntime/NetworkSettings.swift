/// How requests leave this machine: through which proxy, and which certificate authorities are believed.
///
/// The variables are those of curl: of each pair the lower-case name wins, and an empty value counts as none.
/// `https_proxy` serves https URLs, `http_proxy` http URLs, `all_proxy` both where their own is missing. A host that is
/// this machine goes through none: what is sent to it in plain http must not leave the machine, and a proxy would take
/// its name for its own machine.
public struct NetworkSettings: Sendable, Hashable {
    /// No proxy, the system's certificate authorities.
    public static let direct = NetworkSettings()

    /// A file of certificate authorities that takes the place of the system's.
    public struct CertificateFile: Sendable, Hashable {
        /// The file, PEM.
        public let path: String
        /// Who named it: `--ca-file` or `SSL_CERT_FILE`.
        public let origin: String
    }

    /// Why settings cannot be used.
    public enum Refusal: Error, Sendable, Hashable {
        /// The variable's value names no proxy. The value is left out: it may hold a password.
        case proxy(variable: String, ProxyProblem)
        /// The file holds no certificate authorities.
        case certificateFile(CertificateFile, CertificateFileProblem)
    }

    /// What is wrong with a proxy's URL.
    public enum ProxyProblem: Sendable, Hashable {
        /// A kind of proxy that is not supported: `https`, or one of the `socks` family.
        case unsupported(scheme: String)
        /// Some other scheme.
        case unknownScheme
        /// No host, or one with characters that no host has.
        case host
        /// Not a number from 1 to 65535.
        case port
        /// A `%` in user name or password that starts no escape.
        case credentials
    }

    /// What is wrong with a file of certificate authorities.
    public enum CertificateFileProblem: Sendable, Hashable {
        /// It cannot be read; the system's words.
        case unreadable(String)
        /// Nothing between `BEGIN CERTIFICATE` and `END CERTIFICATE`.
        case noCertificate
        /// Something is there, and is no certificate.
        case malformed
    }

    /// The file of certificate authorities; nil for the system's.
    public let certificateFile: CertificateFile?
    /// What goes without a proxy.
    public let exceptions: ProxyExceptions
    private let https: Proxy?
    private let http: Proxy?

    private init() {
        certificateFile = nil
        exceptions = ProxyExceptions("")
        https = nil
        http = nil
    }

    /// The settings of an environment.
    ///
    /// - Parameters:
    ///   - environment: the process's variables.
    ///   - certificateFile: the value of `--ca-file`, which beats `SSL_CERT_FILE`. It is read by the transport, not here.
    public init(environment: [String: String], certificateFile: String? = nil) throws(Refusal) {
        func value(_ names: [String]) -> (name: String, value: String)? {
            for name in names {
                if let value = environment[name], !value.isEmpty { return (name, value) }
            }
            return nil
        }
        func proxy(_ names: [String]) throws(Refusal) -> Proxy? {
            guard let found = value(names + ["all_proxy", "ALL_PROXY"]) else { return nil }
            return try Proxy(found.value, variable: found.name)
        }
        https = try proxy(["https_proxy", "HTTPS_PROXY"])
        http = try proxy(["http_proxy", "HTTP_PROXY"])
        exceptions = ProxyExceptions(value(["no_proxy", "NO_PROXY"])?.value ?? "")
        if let certificateFile {
            self.certificateFile = CertificateFile(path: certificateFile, origin: "--ca-file")
        } else {
            self.certificateFile = value(["SSL_CERT_FILE"]).map { CertificateFile(path: $0.value, origin: $0.name) }
        }
    }

    /// The proxy that requests for `url` go through; nil for none.
    public func proxy(for url: String) -> Proxy? {
        proxy(for: Target(url))
    }

    func proxy(for target: Target) -> Proxy? {
        guard !target.isThisMachine, let proxy = target.isSecure ? https : http else { return nil }
        return exceptions.contains(host: target.host, port: target.port) ? nil : proxy
    }
}

/// The words about settings that cannot be used.
extension NetworkSettings.Refusal {
    /// What is wrong, as a sentence.
    public var problem: String {
        switch self {
        case .proxy(let variable, let problem):
            switch problem {
            case .unsupported(let scheme): "\(variable) names a proxy of the kind \(scheme), which is not supported."
            case .unknownScheme: "\(variable) names no http proxy."
            case .host: "\(variable) names no host."
            case .port: "\(variable) has a port that is not a number from 1 to 65535."
            case .credentials: "\(variable) has a user name or password with a stray %."
            }
        case .certificateFile(let file, let problem):
            switch problem {
            case .unreadable(let words): "\(file.origin): \(file.path) cannot be read: \(words)."
            case .noCertificate: "\(file.origin): \(file.path) holds no certificate in PEM form."
            case .malformed: "\(file.origin): \(file.path) holds a certificate that cannot be understood."
            }
        }
    }

    /// What to do about it, as a sentence.
    public var remedy: String {
        switch self {
        case .proxy(_, .credentials): "Write % as %25 there, @ as %40, : as %3A and / as %2F."
        case .proxy: "Give it as http://HOST:PORT or http://USER:PASSWORD@HOST:PORT."
        case .certificateFile: "Name a PEM file with the certificate authorities to trust."
        }
    }
}
