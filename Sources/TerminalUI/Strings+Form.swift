import GenesysCloud
import OAuth

/// The words of the form, of the question whether to save, and of the paste prompt.
extension Strings {
    // MARK: Form

    static let formHeadline = "Client id and region"
    static let clientIDHeadline = "Client id"
    static let formNeeded = "To sign in, a client id is needed."
    static let formLead = "Used from the next sign-in on."
    static let clientIDPlaceholder = "paste or type it here"
    static let regionPlaceholder = "type a name or a domain"

    static let needed = "needed"
    static func more(_ count: Int) -> String { "and \(count) more" }

    static let clientIDHelp = "A client id names this program and is no secret. An administrator makes it:"
    static let clientIDMenuLabel = "Menu"
    static let clientIDMenu = "Admin > Integrations > OAuth"
    static let grantTypeLabel = "Grant type"
    static let grantType = "Code Authorization with PKCE"
    static let redirectLabel = "Redirect URI"
    static func shortClientIDHelp(_ redirectURI: String) -> String {
        "A client id is made in \(clientIDMenu): grant type \(grantType), redirect URI \(redirectURI)"
    }

    static func check(_ check: Form.ClientIDCheck) -> String {
        switch check {
        case .missing: needed
        case .hasBlank: "a client id has no blanks"
        case .hasForeignCharacter: "only letters, digits and ASCII signs"
        case .tooLong: "longer than 200 characters"
        case .unusual: "usable; most look like 8-4-4-4-12 hex digits"
        case .good: "looks like a client id"
        }
    }

    static func check(_ check: Form.RegionCheck) -> String {
        switch check {
        case .missing: needed
        case .region(let region): "\(region.name), \(region.domain)"
        case .several(let regions): "\(regions.count) regions fit: type on"
        case .unknown: "no region has this name or domain"
        }
    }

    // MARK: Saving

    static let saveHeadline = "Save for next time?"
    static let saveLead = "None of this is secret. The rest of the file stays as it is."
    static let file = "File"
    static let profile = "Profile"
    /// After the values were saved.
    public static func saved(_ target: SaveTarget) -> String {
        "Saved to \(target.file), profile \(target.profile)."
    }
    /// What is saved is of no use while these variables are set.
    static func overriding(_ variables: [String]) -> String {
        "\(variables.joined(separator: " and ")) \(variables.count == 1 ? "is" : "are") set, and used in place of what is saved."
    }
    /// The same where there is a single row for it.
    static let overridingBriefly = "Variables are used in place of this."
    /// After saving failed; `why` is a sentence that names the file.
    public static func notSaved(why: String) -> String {
        "Could not save. \(why) The values hold until the program ends."
    }
    /// After the values were taken for this run alone.
    public static let usedOnce = "In use until the program ends."

    // MARK: Paste prompt

    static let pasteHeadline = "Paste the callback address"
    static let pasteLead = "The address the browser ended on. It holds the code, so it is not shown."
    static let address = "Address"
    static let pastePlaceholder = "paste it here"
    static let pasteChecking = "checking it…"
    static func characters(_ count: Int) -> String { count == 1 ? "1 character" : "\(count) characters" }
    static func look(_ shape: PastePrompt.Look.Shape) -> String {
        switch shape {
        case .callback: "looks like a callback"
        case .signInPage: "the address to open; needed is the one it ended on"
        case .otherAddress: "an address without code and state"
        case .other: "no callback yet"
        }
    }
}
