import GenesysCloud
import OAuth
import SessionStore
import SignIn

/// Where a session is kept.
enum StoreKind: String, CaseIterable, Sendable {
    /// The kernel's keyring of the user: nothing on disk.
    case kernel
    /// The desktop's keyring.
    case secretService = "secret-service"
    /// This process alone.
    case memory
}

extension Settings {
    /// The store that was asked for.
    ///
    /// - Throws: ``UsageError`` where there is no such store.
    static func storeKind(_ sources: Sources) throws(UsageError) -> StoreKind? {
        guard let given = sources.given(.sessionStore) else { return nil }
        guard let kind = StoreKind(rawValue: given.text) else {
            throw given.error(
                "is no session store",
                "The stores are \(StoreKind.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        return kind
    }

    /// The store in force: the one that was asked for, otherwise the kernel's keyring where it works, else memory.
    var store: SessionStore { store(patience: SessionStore.defaultPatience) }

    /// The same store, whose lock is waited for as long as `patience`.
    func store(patience: Duration) -> SessionStore {
        switch storeKind ?? (SessionStore.kernelWorks() ? .kernel : .memory) {
        case .kernel: .kernel(patience: patience)
        case .secretService: .secretService(patience: patience)
        case .memory: .memory()
        }
    }

    /// The stores that are not in force and can be asked without anybody noticing.
    var otherStores: [SessionStore] {
        let inForce = store.name
        var others: [SessionStore] = []
        if inForce != StoreKind.kernel.rawValue, SessionStore.kernelWorks() { others.append(.kernel()) }
        let variables = ProcessEnvironment.variables
        if inForce != StoreKind.secretService.rawValue, variables["DBUS_SESSION_BUS_ADDRESS"]?.isEmpty == false,
            Executable.find("secret-tool", in: variables["PATH"] ?? "") != nil
        {
            // A keyring that is locked is not worth a prompt, or a long wait.
            others.append(.secretService(unlockPatience: .seconds(2)))
        }
        return others
    }

    /// The page that ends the browser's own session with the client of `session`.
    func signOutPage(of session: Session) -> String {
        Environment.signOutPage(
            loginURL: session.loginURL,
            clientID: session.clientID,
            redirectURI: redirectURI.port == 0 ? redirectURI.withoutPort : redirectURI.value
        )
    }

    /// The settings of a new sign-in in place of `session`: its client, at its server.
    func signIn(again session: Session) -> SignInSettings? {
        guard let environment = try? Environment(loginURL: session.loginURL, apiURL: session.apiURL) else { return nil }
        return signIn(clientID: session.clientID, environment: environment, profileName: session.profileName)
    }

    /// A failure under these settings, which need not name a client; words about the API name none that is not set.
    func failure(_ problem: Failure.Problem) -> Failure? {
        (clientID ?? ClientID("not-set")).map { Failure(problem, .init(signIn(clientID: $0))) }
    }

    /// Whether a session that was kept is the one that these settings mean. What nobody set is left open: a person who
    /// signed in with options need not repeat them.
    func accepts(_ session: Session) -> Bool {
        if let clientID, clientID != session.clientID { return false }
        return !namesPlace
            || session.loginURL == environment.loginURL && session.apiURL == environment.apiURL
    }

    /// Whether somebody set where the API is. An organization, or the URL that signs in, does not say so.
    var namesAPI: Bool {
        [.region, .apiURL].contains { text(of: $0) != nil }
    }

    /// The setting that says which region it is: a region's own URL does so where no region is set.
    var regionSetting: Setting {
        guard text(of: .region) == nil else { return .region }
        return [.apiURL, .loginURL].first { text(of: $0).map { (try? Region.named($0)) != nil } ?? false } ?? .region
    }

    /// Whether a URL beats the region: a token of one region is not to be sent to another.
    var namesURL: Bool { [.loginURL, .apiURL].contains { text(of: $0) != nil } }

    /// Whether somebody set where to sign in.
    var namesPlace: Bool {
        [.region, .org, .loginURL, .apiURL].contains { text(of: $0) != nil }
    }
}

extension SignInSettings {
    /// Whether `session` came from these very settings.
    func accepts(_ session: Session) -> Bool {
        session.clientID == clientID && session.loginURL == environment.loginURL
            && session.apiURL == environment.apiURL
    }

    /// The page that ends the browser's own session.
    var signOutPage: String {
        Environment.signOutPage(
            loginURL: environment.loginURL,
            clientID: clientID,
            redirectURI: redirectURI.port == 0 ? redirectURI.withoutPort : redirectURI.value
        )
    }
}
