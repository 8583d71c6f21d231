@testable import genesys_login

private let path = "/home/ada/.config/genesys-login/config.toml"

/// A configuration file: any bytes are read or refused in words, and saving two values changes nothing else.
func checkConfiguration(_ bytes: [UInt8]) throws(Violation) {
    let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
    let document: TOMLDocument
    do {
        document = try TOMLDocument(path: path, bytes: bytes)
    } catch {
        return try demandInert(error)
    }
    for table in document.tables {
        try demand((1...lines).contains(table.line), "the table \(table.name) is on line \(table.line)")
        for entry in table.entries ?? [] {
            try demand((1...lines).contains(entry.line), "the key \(entry.key) is on line \(entry.line)")
        }
    }
    do {
        _ = try Profile.official(document)
    } catch {
        try demandInert(error)
    }
    let profiles: [Profile]
    do {
        profiles = try Profile.own(document)
    } catch {
        return try demandInert(error)
    }
    for name in [profiles.first?.name ?? "default", "new"] where isProfileName(name) {
        try checkSaving(profile: name, in: document, profiles)
    }
}

/// A name that the program itself would take for saving.
private func isProfileName(_ name: String) -> Bool {
    !name.isEmpty && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
}

private func checkSaving(profile name: String, in document: TOMLDocument, _ before: [Profile]) throws(Violation) {
    var edit = ProfileEdit(document, profile: name)
    do {
        try edit.set(.clientID, to: "0a1b-2c3d")
        try edit.set(.region, to: "eu-west-1")
    } catch {
        return try demandInert(error)
    }
    // What the program does before it writes the file: it reads what it is about to write, and refuses where that is
    // not what was meant.
    guard let changed = try? Profile.own(TOMLDocument(path: path, bytes: edit.bytes)),
        let own = changed.first(where: { $0.name == name }),
        own.values[.clientID]?.text == "0a1b-2c3d", own.values[.region]?.text == "eu-west-1"
    else { return }
    for old in before where old.name != name {
        let new = changed.first { $0.name == old.name }
        try demand(
            new?.values.mapValues(\.text) == old.values.mapValues(\.text),
            "saving \(name) changed \(old.name)"
        )
    }
    let kept = before.first { $0.name == name }?.values.mapValues(\.text) ?? [:]
    for (setting, text) in kept where setting != .clientID && setting != .region {
        try demand(own.values[setting]?.text == text, "saving changed \(setting.key)")
    }
}

private func demandInert(_ error: UsageError) throws(Violation) {
    try demandInert("\(error.problem) \(error.remedy)", "the complaint")
}
