import OAuth

@testable import SignIn
@testable import TerminalUI

/// What a person pastes: a query without white space, and the same one however it is pasted.
func checkPastedText(_ bytes: [UInt8]) throws(Violation) {
    guard let redirectURI = try? RedirectURI("http://localhost:3000/callback") else {
        throw Violation(description: "no redirect URI")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    _ = PastePrompt.Look(Secret(text))
    guard let pasted = try? PastedCallback(Secret(text), redirectURI: redirectURI) else { return }
    let query = pasted.query.reveal()
    // By scalars, as the program does: with a combining mark behind it, an equals sign is another character.
    try demand(query.unicodeScalars.contains("="), "no query")
    try demand(query.utf8.count <= text.utf8.count, "longer than what was pasted")
    try demand(
        query.unicodeScalars.allSatisfy { $0.value > 0x20 && !$0.properties.isWhitespace },
        "white space or a control character is left"
    )
    // A bare query that has a question mark or a slash before its first `=` reads as an address.
    let isAddress = query.unicodeScalars.prefix { $0 != "=" }.contains { $0 == "?" || $0 == "/" }
    let bare = isAddress ? [] : ["  \(query)\r\n", "\(query)#fragment"]
    for form in ["http://localhost:3000/callback?\(query)", "?\(query)"] + bare {
        let again = try? PastedCallback(Secret(form), redirectURI: redirectURI)
        try demand(again?.query.reveal() == query, "pasted as \(form.debugDescription) it is another query")
    }
}
