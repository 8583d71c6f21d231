/// Words of the plain lines that the screen does not need.
extension Strings {
    static let plainURLHint = "Opening your browser. If no window appears, open this URL on this machine:"
    static let plainOpenYourself = "Open this URL in a browser on this machine:"
    static let plainBrowserStaysSignedIn =
        "Your browser may still be signed in to Genesys Cloud. This page signs it out:"
    static let plainWait = "Waiting as long as the service asks; then it is tried again."
    static let plainPaste =
        "Or paste here the address that the browser ended on, and press Enter. What you paste is not shown."
}
