import FoundationEssentials
import Glibc
import NIOSSL

extension NetworkSettings {
    /// The TLS settings of every connection, the file of certificate authorities read into them.
    func tlsConfiguration() throws(Refusal) -> TLSConfiguration {
        var configuration = TLSConfiguration.strict
        if let certificateFile { configuration.trustRoots = .certificates(try certificateFile.certificates()) }
        return configuration
    }
}

extension TLSConfiguration {
    /// What every connection has: certificates and host names checked, TLS 1.2 or 1.3.
    static var strict: TLSConfiguration {
        var configuration = makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }
}

extension NetworkSettings.CertificateFile {
    /// The most that a file of certificate authorities may hold, in bytes; Debian's bundle has 220 KB.
    private static let sizeLimit = 16 * 1024 * 1024

    fileprivate func certificates() throws(NetworkSettings.Refusal) -> [NIOSSLCertificate] {
        let bytes = try read()
        guard bytes.firstRange(of: Array("-----BEGIN ".utf8)) != nil else {
            throw .certificateFile(self, .noCertificate)
        }
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
            if !certificates.isEmpty { return certificates }
        } catch {
            throw .certificateFile(self, .malformed)
        }
        throw .certificateFile(self, .noCertificate)
    }

    private func read() throws(NetworkSettings.Refusal) -> [UInt8] {
        func refusal(_ code: Int32) -> NetworkSettings.Refusal {
            .certificateFile(self, .unreadable(String(cString: strerror(code))))
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw refusal(errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw refusal(errno)
            }
            bytes += chunk[..<count]
            if bytes.count > Self.sizeLimit { throw refusal(EFBIG) }
        }
    }
}
