import GenesysCloud
import OAuth
import SignIn

/// What the form on the screen leads to.
struct Reconfigured: Sendable {
    /// The settings of the attempts from now on.
    let signIn: SignInSettings
    /// What became of saving them; `nil` where nothing was to be saved.
    let saving: Result<Void, SaveFailure>?
}

/// Why settings could not be saved.
struct SaveFailure: Error, Equatable {
    /// A sentence that names the file: "/home/ada/.config/genesys-login/config.toml cannot be written: No space left."
    let why: String
}

/// Takes a client identifier and a region's name (`nil` where it was not asked for), and saves them where asked to.
typealias Configure = @Sendable (_ clientID: ClientID, _ region: String?, _ save: Bool) async -> Reconfigured
