import Glibc
import GenesysCloud
import OAuth

/// This program's configuration file: `genesys-login/config.toml` in the person's configuration folder.
struct ConfigurationFile: Sendable, Hashable {
    let path: String

    /// The file below `XDG_CONFIG_HOME`, or below `.config` in the home folder. A relative `XDG_CONFIG_HOME` counts
    /// as not set (XDG Base Directory Specification). `nil` where neither is set.
    init?(_ variables: [String: String]) {
        if let folder = variables["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            path = Self.joined(folder, "genesys-login/config.toml")
        } else if let home = variables["HOME"], home.hasPrefix("/") {
            path = Self.joined(home, ".config/genesys-login/config.toml")
        } else {
            return nil
        }
    }

    /// The file at `path`.
    init(path: String) {
        self.path = path
    }

    /// Where the official CLI keeps its configuration. It is only ever read.
    static func officialPath(_ variables: [String: String]) -> String? {
        guard let home = variables["HOME"], home.hasPrefix("/") else { return nil }
        return joined(home, ".gc/config.toml")
    }

    private static func joined(_ folder: String, _ rest: String) -> String {
        folder.hasSuffix("/") ? folder + rest : "\(folder)/\(rest)"
    }

    /// Writes the client identifier and the region of one profile, and leaves every other byte of the file as it is.
    ///
    /// The file is replaced in one step, so that a reader or a crash finds the old one or the new one; writers wait
    /// for each other. Where the file is a symbolic link, its target is replaced. A file or folder that is made here
    /// is the person's alone (0600 and 0700).
    ///
    /// - Throws: ``UsageError``: the file that is there cannot be read or understood, or the new one not written.
    func save(profile: String, clientID: ClientID, region: Region) throws(UsageError) {
        guard !profile.isEmpty, profile.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw UsageError("\(ServerText(profile)) is no name for a profile.", "Use letters, digits and hyphens.")
        }
        try AtomicFile.update(path, atMost: TOMLDocument.largest) { (bytes) throws(UsageError) in
            let document = try TOMLDocument(path: path, bytes: bytes)
            _ = try Profile.own(document)
            var edit = ProfileEdit(document, profile: profile)
            try edit.set(.clientID, to: clientID.value)
            try edit.set(.region, to: region.name)
            let changed = try Profile.own(TOMLDocument(path: path, bytes: edit.bytes)).first { $0.name == profile }
            guard changed?.values[.clientID]?.text == clientID.value, changed?.values[.region]?.text == region.name
            else { throw edit.refusal }
            return edit.bytes
        }
    }
}
