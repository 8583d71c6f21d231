public import GenesysCloud
public import OAuth

/// The form for the client identifier and the region: what has been typed so far, checked with every key.
public struct Form: Sendable, Hashable {
    /// The fields, from top to bottom.
    public enum Field: Sendable, Hashable {
        case clientID, region
    }

    /// What is typed as the client identifier.
    public private(set) var clientID: TextField
    /// What is typed as the region; not asked for where explicit URLs say where to sign in.
    public private(set) var region: TextField
    /// The field that takes the keys.
    public private(set) var focus = Field.clientID
    /// The fields there are.
    public let fields: [Field]
    /// Whether nobody can sign in without it: no client identifier is known yet.
    public let isNeeded: Bool
    /// Whether Enter was pressed while something was missing, so that the form says what.
    private(set) var isInsisting = false

    /// A form filled with what is known.
    public init(_ context: ScreenContext) {
        clientID = TextField(context.clientID ?? "")
        region = TextField(context.region ?? "")
        fields = context.region == nil ? [.clientID] : [.clientID, .region]
        isNeeded = context.clientID == nil
    }

    /// What the form comes to; `nil` while a value is missing or wrong.
    public var values: (clientID: ClientID, region: GenesysCloud.Region?)? {
        guard let id = ClientID(clientID.text) else { return nil }
        guard fields.contains(.region) else { return (id, nil) }
        guard case .region(let region) = regionCheck else { return nil }
        return (id, region)
    }

    // MARK: Checks

    /// What there is to say about the client identifier.
    enum ClientIDCheck: Equatable {
        case missing
        case hasBlank
        case hasForeignCharacter
        case tooLong
        /// It can be used, and does not look as Genesys Cloud's do.
        case unusual
        case good
    }

    var clientIDCheck: ClientIDCheck {
        let text = clientID.text
        if text.isEmpty { return .missing }
        if text.contains(where: \.isWhitespace) { return .hasBlank }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return .hasForeignCharacter }
        guard ClientID(text) != nil else { return .tooLong }
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        let isUsual = groups.map(\.count) == [8, 4, 4, 4, 12] && groups.joined().allSatisfy(\.isHexDigit)
        return isUsual ? .good : .unusual
    }

    /// What there is to say about the region.
    enum RegionCheck: Equatable {
        case missing
        /// This one: named in full, or the only one that fits.
        case region(GenesysCloud.Region)
        /// These fit what is typed so far.
        case several([GenesysCloud.Region])
        case unknown
    }

    var regionCheck: RegionCheck {
        let text = region.text.lowercased()
        if text.isEmpty { return .missing }
        if let region = try? GenesysCloud.Region.named(text) { return .region(region) }
        let beginning = GenesysCloud.Region.all.filter { $0.name.hasPrefix(text) || $0.domain.hasPrefix(text) }
        let fitting =
            beginning.isEmpty
            ? GenesysCloud.Region.all.filter { $0.name.contains(text) || $0.domain.contains(text) } : beginning
        guard let only = fitting.first else { return .unknown }
        return fitting.count == 1 ? .region(only) : .several(fitting)
    }

    /// What all regions that begin with the text go on with; Tab, Right and End take it.
    var completion: String {
        let text = region.text.lowercased()
        guard focus == .region, !text.isEmpty, region.after.isEmpty, (try? GenesysCloud.Region.named(text)) == nil
        else { return "" }
        let names = GenesysCloud.Region.all.map(\.name).filter { $0.hasPrefix(text) }
        let candidates = names.isEmpty ? GenesysCloud.Region.all.map(\.domain).filter { $0.hasPrefix(text) } : names
        guard let first = candidates.first else { return "" }
        let common = candidates.dropFirst().reduce(first) { $0.commonBeginning(with: $1) }
        return String(common.dropFirst(text.count))
    }

    // MARK: Keys

    /// The form after `input`; `nil` where it means nothing here.
    func edited(_ input: Input) -> Form? {
        var form = self
        switch input {
        case .up, .down:
            guard fields.count > 1 else { return nil }
            form.focus = focus == .clientID ? .region : .clientID
            return form
        case .right where !completion.isEmpty, .end where !completion.isEmpty:
            return completed
        default: break
        }
        let isTaken =
            switch focus {
            case .clientID: form.clientID.edit(input)
            case .region: form.region.edit(input)
            }
        form.isInsisting = false
        return isTaken ? form : nil
    }

    /// After Tab: completed where there is something to complete, otherwise in the next field.
    var tabbed: Form {
        completion.isEmpty ? edited(.down) ?? self : completed
    }

    private var completed: Form {
        var form = self
        form.region = TextField(region.text.lowercased() + completion)
        return form
    }

    /// After Enter with a value missing or wrong: in that field, and the form says what is wrong.
    var insisting: Form {
        var form = self
        form.isInsisting = true
        form.focus = ClientID(clientID.text) == nil || fields.count == 1 ? .clientID : .region
        return form
    }
}

/// Where the values can be saved.
public struct SaveTarget: Sendable, Hashable {
    /// The configuration file's path, as a person would write it.
    public var file: String
    /// The profile in it.
    public var profile: String
    /// The environment variables that are set, and whose values are used in place of what is saved.
    public var overridingVariables: [String]

    /// A profile in a file.
    public init(file: String, profile: String, overridingVariables: [String] = []) {
        self.file = file
        self.profile = profile
        self.overridingVariables = overridingVariables
    }
}

/// The question whether to save the values of the form.
public struct SaveQuestion: Sendable, Hashable {
    /// The form that they come from, for going back.
    public let form: Form
    /// The client identifier.
    public let clientID: ClientID
    /// The region; `nil` where it was not asked for.
    public let region: GenesysCloud.Region?
    /// Where they would be saved.
    public let target: SaveTarget
}

extension String {
    fileprivate func commonBeginning(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
