import ArgumentParser
import FoundationEssentials
import Glibc

@testable import genesys_login

/// A home folder of its own, with configuration files in it; gone with the last reference.
final class Home: Sendable {
    let path: String

    var own: String { "\(path)/.config/genesys-login/config.toml" }
    var official: String { "\(path)/.gc/config.toml" }

    init(own: String? = nil, official: String? = nil) throws {
        path = "\(FileManager.default.temporaryDirectory.path)/home-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        if let own { try write(Array(own.utf8), to: self.own) }
        if let official { try write(Array(official.utf8), to: self.official) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ bytes: [UInt8], to file: String) throws {
        let folder = String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)])
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }

    func text(_ file: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
    }

    /// The permission bits of a file or folder.
    func mode(_ file: String) -> UInt32 {
        var status = stat()
        return stat(file, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    /// The user that a file or folder belongs to.
    func owner(_ file: String) -> UInt32? {
        var status = stat()
        return stat(file, &status) == 0 ? status.st_uid : nil
    }

    /// The number that tells one file from another.
    func inode(_ file: String) -> UInt {
        var status = stat()
        return stat(file, &status) == 0 ? status.st_ino : 0
    }

    func settings(_ arguments: [String] = [], _ variables: [String: String] = [:]) throws -> Settings {
        try Settings(Options.parse(arguments), environment: variables.merging(["HOME": path]) { one, _ in one })
    }

    func configuration() throws -> Configuration {
        try Configuration(["HOME": path])
    }
}
