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
    static let editConfiguration = CommandWords("edit client id and region", short: "edit", "Edit client id and region")
    static let setUp = CommandWords("set client id", "Set client id and region")
    static let openBrowser = CommandWords("open again", short: "open", "Open the browser again")
    static let copyURL = CommandWords("copy URL", short: "copy", "Put the URL on the clipboard")
    static let showBareURL = CommandWords("bare URL", short: "bare", "Show the URL by itself")
    static let pasteCallback = CommandWords("paste URL", short: "paste", "Paste the callback URL")
    static let approveHere = CommandWords("approve here", short: "approve", "Approve as the first person")
    static let cancel = CommandWords("cancel", "Give up this attempt")
    static let refresh = CommandWords("refresh", "Get a fresh token now")
    static let signInAgain = CommandWords("sign in again", short: "sign in", "Sign in again")
    static let retryProfile = CommandWords("try the profile again", short: "try again", "Load the profile again")
    static let signOut = CommandWords("sign out", "Sign out: delete the token")
    static let signOutPage = CommandWords(
        "browser sign-out",
        short: "browser",
        "Open Genesys Cloud's sign-out page"
    )
    static let acceptForm = CommandWords("accept", "Take these values")
    static let nextField = CommandWords("next field", short: "next", "Complete, or go to the next field")
    static let closeForm = CommandWords("cancel", "Leave everything as it was")
    static let save = CommandWords("save", "Save them in the file")
    static let doNotSave = CommandWords("only this time", short: "this time", "Use them without saving")
    static let backToForm = CommandWords("back", "Go back to the form")
    static let submitPaste = CommandWords("hand in", "Hand in the address")
    static let closePrompt = CommandWords("close", "Close the prompt; the wait goes on")
    static let help = CommandWords("help", "Show the keys, or hide them")
    static let closeHelp = CommandWords("close", "Close the help")
    static let quit = CommandWords("quit", "Leave the program")
    static let suspend = CommandWords("suspend", "Stop; fg brings it back")
    static let redraw = CommandWords("redraw", "Draw the screen again")

    static let mouseHelp = "A click on a key's label does the same. Hold Shift to select text with the mouse."
}
