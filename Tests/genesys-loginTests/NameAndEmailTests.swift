import GenesysCloud
import OAuth
import Testing

@testable import genesys_login

@Suite("a person on one line")
struct NameAndEmailTests {
    @Test("name and address; the address alone, once, where there is no name")
    func line() {
        let address = ServerText("ada@example.org")
        #expect(UserProfile(id: "1", name: ServerText("Ada"), email: address).nameAndEmail == "Ada <ada@example.org>")
        #expect(UserProfile(id: "1", name: ServerText("Ada")).nameAndEmail == "Ada")
        for nameless in ["", " "] {
            #expect(UserProfile(id: "1", name: ServerText(nameless), email: address).nameAndEmail == "ada@example.org")
        }
    }
}
