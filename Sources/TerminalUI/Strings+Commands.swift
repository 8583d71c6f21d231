/// The commands' words.
extension Strings {
    /// What a command is called.
    struct CommandWords {
        let label: String
        var shortLabel: String
        let help: String

        init(_ label: String, short: String? = nil, _ help: String) {
            self.label = label
            shortLabel = short ?? label
            self.help = help
        }
    }

    static let signIn = CommandWords("sign in", "Sign in with your browser")
    static let openBrowser = CommandWords("open again", "Open the browser again")
    static let copyURL = CommandWords("copy URL", "Put the URL on the clipboard")
    static let showBareURL = CommandWords("bare URL", "Show the URL by itself")
    static let approveHere = CommandWords("approve here", short: "approve", "Approve as the first person")
    static let cancel = CommandWords("cancel", "Give up this attempt")
    static let refresh = CommandWords("refresh", "Get a fresh token now")
    static let signInAgain = CommandWords("sign in again", short: "sign in", "Sign in again")
    static let retryProfile = CommandWords("try the profile again", short: "try again", "Load the profile again")
    static let signOut = CommandWords("sign out", "Sign out: delete the token")
    static let help = CommandWords("help", "Show the keys, or hide them")
    static let closeHelp = CommandWords("close", "Close the help")
    static let quit = CommandWords("quit", "Leave the program")
    static let suspend = CommandWords("suspend", "Stop; fg brings it back")
    static let redraw = CommandWords("redraw", "Draw the screen again")

    static let mouseHelp = "A click on a key's label does the same. Hold Shift to select text with the mouse."
}
