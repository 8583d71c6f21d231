import Foundation
import GenesysCloud
import OAuth
import SignIn
import TerminalUI

extension Fixtures {
    static let saveTarget = SaveTarget(file: "~/.config/genesys-login/config.toml", profile: "default")

    /// The model after `inputs`, with what the caller does for each intent.
    static func after(_ inputs: [Input], _ model: ScreenModel) -> ScreenModel {
        inputs.reduce(into: model) { model, input in
            let screen = render(model, size: Size(columns: 80, rows: 24))
            switch intent(for: input, in: model, screen: screen) {
            case .showOverlay(let overlay): model.overlay = overlay
            case .submitPaste(let text):
                model.pasteSubmitted()
                _ = reduce(&model.state, Event(at: model.now, .callbackPasted(text)))
            default: break
            }
        }
    }

    static func keys(_ text: String) -> [Input] { text.map { .key($0) } }

    /// The form with no client identifier known yet, after `inputs`.
    static func firstForm(_ inputs: [Input] = [], charset: Charset = .unicode) -> ScreenModel {
        let context = context(clientID: nil, charset: charset)
        return after(inputs, model(.initial, at: 0, overlay: .first(in: context), context: context))
    }

    /// The form over a configured screen, after `inputs`.
    static func form(_ inputs: [Input] = []) -> ScreenModel {
        after([.key("e")] + inputs, model(.initial, at: 0))
    }

    /// The paste prompt, after `inputs`.
    static func prompt(_ inputs: [Input] = [], context: ScreenContext = context()) throws -> ScreenModel {
        after([.key("p")] + inputs, model(state(try waiting()), at: 12.3, context: context))
    }

    static func callbackURL() throws -> String {
        "http://localhost:3000/callback?code=\(code)&state=\(try secrets().state)"
    }

    /// The screens of what a person types into, and of the hints of the wait.
    static func typing() throws -> [(name: String, model: ScreenModel)] {
        let other = "http://localhost:8080/callback?code=x&state=y"
        let authorization = "https://login.mypurecloud.de/oauth/authorize?client_id=\(clientID)&state=x"
        let repeated = (0..<5).map { (Double($0 + 1), Event.Kind.requestRefused(attempt, .path)) }
        let spoilt = TerminalUI.Strings.notSaved(
            why: "~/.config/genesys-login/config.toml cannot be written: Permission denied."
        )
        let demo = context(isDemo: true, region: nil)
        return [
            ("form-first", firstForm()),
            ("form-first-insisting", firstForm([.enter])),
            ("form-first-ascii", firstForm(charset: .ascii)),
            ("form-edit", form()),
            ("form-client-id-long", form(keys("-and-another-one") + [.left, .left, .left])),
            ("form-client-id-blank", form([.control("u")] + keys("6f1c 2d3e") + [.down])),
            ("form-region", form([.tab])),
            ("form-region-empty", form([.tab, .control("u")])),
            ("form-region-several", form([.tab, .control("u")] + keys("eu-c"))),
            ("form-region-domain", form([.tab, .control("u")] + keys("mypure"))),
            ("form-region-only", form([.tab, .control("u")] + keys("sa"))),
            ("form-region-unknown", form([.tab, .control("u")] + keys("mars-1"))),
            ("form-demo", after([.key("e")], model(.initial, at: 0, context: demo))),
            ("save-question", form([.enter])),
            ("signed-out-not-saved", model(.initial, at: 0, complaint: spoilt)),
            ("paste-empty", try prompt()),
            ("paste-filled", try prompt([.paste(try callbackURL())])),
            ("paste-sign-in-page", try prompt([.paste(authorization)])),
            ("paste-other", try prompt(keys("hello"))),
            ("paste-refused", try prompt([.paste(other), .enter])),
            ("paste-refused-foreign", try prompt([.paste("?code=x&state=y"), .enter])),
            ("waiting-https-only", model(state(try waiting()), at: 25)),
            ("waiting-repeated", model(state(try waiting() + repeated), at: 8)),
        ]
    }
}
