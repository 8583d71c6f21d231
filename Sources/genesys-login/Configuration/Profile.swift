import OAuth

/// A profile of one configuration file: what it sets, and on which line.
struct Profile: Sendable {
    let name: String
    /// The file.
    let path: String
    let values: [Setting: Given]

    private init(name: String, path: String, values: [Setting: Given]) {
        self.name = name
        self.path = path
        // As with a variable, an empty value counts as not set.
        self.values = values.filter { !$0.value.text.isEmpty }
    }

    /// All profiles of this program's own file, to the letter: a key that is no setting is a mistake.
    static func own(_ document: TOMLDocument) throws(UsageError) -> [Profile] {
        var profiles: [Profile] = []
        for table in document.tables {
            guard let entries = table.entries else {
                throw UsageError(
                    "\(ServerText(document.path)), line \(table.line): \(ServerText(table.name)) stands outside a profile.",
                    Setting(rawValue: table.name) == nil
                        ? "A profile is a table: [\(ServerText(table.name))]." : "Put [default] on a line above it."
                )
            }
            var values: [Setting: Given] = [:]
            for entry in entries {
                guard let setting = Setting(rawValue: entry.key) else {
                    throw UsageError(
                        "\(ServerText(document.path)), line \(entry.line): there is no setting \(ServerText(entry.key)).",
                        Setting.remedy(forUnknown: entry.key)
                    )
                }
                values[setting] = try given(entry, as: setting, in: document)
            }
            profiles.append(Profile(name: table.name, path: document.path, values: values))
        }
        return profiles
    }

    private static func given(
        _ entry: TOMLDocument.Entry,
        as setting: Setting,
        in document: TOMLDocument
    ) throws(UsageError) -> Given {
        let origin = Origin.file(path: document.path, line: entry.line, key: entry.key)
        switch (setting.kind, entry.value) {
        case (.text, .text(let text)): return Given(text: text, origin: origin)
        case (.number, .number(let number)): return Given(text: String(number), origin: origin)
        case (.boolean, .boolean(let boolean)): return Given(text: String(boolean), origin: origin)
        default: break
        }
        let shown = Given(text: entry.value.text, origin: origin)
        throw shown.error(
            "is \(entry.value.kind) and must be \(setting.kind.words)",
            "Write it as \(setting.example)."
        )
    }

    /// The profiles of the official CLI's file, as far as they are of use here.
    ///
    /// Its `client_credentials` is taken for `grant_type = "3"` (PKCE) alone: the client of another grant type cannot
    /// sign a person in without its secret. Everything else in the file is passed over, its secrets above all.
    static func official(_ document: TOMLDocument) throws(UsageError) -> [Profile] {
        var profiles: [Profile] = []
        for table in document.tables {
            guard let entries = table.entries else { continue }
            let found = Dictionary(entries.map { ($0.key.lowercased(), $0) }, uniquingKeysWith: { one, _ in one })
            let isPKCE = [.text("3"), .number(3)].contains(found["grant_type"]?.value)
            var values: [Setting: Given] = [:]
            let wanted: [(String, Setting)] =
                [("environment", .region)]
                + (isPKCE ? [("client_credentials", .clientID), ("redirect_uri", .redirectURI)] : [])
            for (key, setting) in wanted {
                guard let entry = found[key] else { continue }
                values[setting] = try given(entry, as: setting, in: document)
            }
            profiles.append(Profile(name: table.name, path: document.path, values: values))
        }
        return profiles
    }
}
