import FoundationEssentials
import OAuth
public import SignIn

/// Notices and durations in words.
extension Strings {
    /// A notice, and how often it has come where it came again.
    static func notice(_ notice: Notice) -> String {
        let words = Self.notice(notice.kind)
        return notice.count == 1 ? words : "\(notice.count)× \(words)"
    }

    /// A notice in words.
    public static func notice(_ kind: Notice.Kind) -> String {
        switch kind {
        case .callbackRefused(let refusal): "Callback refused: \(reason(refusal))."
        case .pasteRefused(.notAnAddress): "The pasted text is no callback URL."
        case .pasteRefused(.otherAddress): "The pasted URL is not this sign-in's callback."
        case .pasteRefused(.incomplete): "The pasted callback has no code: paste the whole address, in one line."
        case .pasteRefused(.callback(let refusal)): "Pasted callback refused: \(reason(refusal))."
        case .requestRefused(let refusal): words(refusal)
        case .callbackRepeated: "The callback came twice; the second was ignored."
        case .signInCancelled: "The new sign-in was cancelled; you are still signed in."
        case .signInFailed: "The new sign-in did not succeed; you are still signed in."
        case .profileNotReloaded: "The profile could not be loaded again; this is the last one known."
        case .refreshed: "Token refreshed."
        case .signedInElsewhere: "Another program has signed in anew; this is that session."
        case .tookPlace(let clientID, let loginURL):
            "This session took the place of a sign-in of the client \(clientID.value) at \(ServerText(loginURL)), which is not kept any more."
        }
    }

    private static func reason(_ refusal: AuthorizationResponse.Refusal) -> String {
        switch refusal {
        case .malformed: "it could not be read"
        case .repeated(.other): "a parameter came twice"
        case .repeated(let parameter): "\(parameter.rawValue) came twice"
        case .empty(.other): "a parameter is empty"
        case .empty(let parameter): "its \(parameter.rawValue) is empty"
        case .missingState: "it has no state"
        case .foreignState: "it is not from this attempt"
        case .foreignIssuer: "another server sent it"
        }
    }

    private static func words(_ refusal: RequestRefusal) -> String {
        switch refusal {
        case .method: "Request refused: only GET is taken."
        case .path: "Request refused: it went to another path."
        case .tooLong:
            "Request refused: over 16 KB (cookies?). If that was your browser, paste its address where it is asked for."
        case .notHTTP: "Request refused: it is not http."
        case .host: "Request refused: it was meant for another host."
        case .partOfPage: "Callback refused: a page in the browser asked for it, and nobody went there."
        case .sender(let user?):
            "Callback refused: user \(user) of this machine sent it. If that is your browser, paste its address where it is asked for."
        case .sender(nil):
            "Callback refused: nobody can tell whose program sent it. If it was your browser, paste its address where it is asked for."
        }
    }

    /// How long a step took: tenths below ten seconds.
    static func took(_ seconds: Double) -> String {
        let tenths = Int((max(0, min(seconds, 1e6)) * 10).rounded())
        return tenths < 100 ? "\(tenths / 10).\(tenths % 10) s" : duration(tenths / 10)
    }

    /// A time to wait, for reading: the two largest units.
    public static func duration(_ seconds: Int) -> String {
        switch max(0, seconds) {
        case let s where s < 120: "\(s) s"
        case let s where s < 3_600: "\(s / 60) min"
        case let s where s < 172_800: s / 60 % 60 == 0 ? "\(s / 3_600) h" : "\(s / 3_600) h \(s / 60 % 60) min"
        case let s: s / 3_600 % 24 == 0 ? "\(s / 86_400) days" : "\(s / 86_400) days \(s / 3_600 % 24) h"
        }
    }

    /// A countdown by the second: `4:59`.
    static func clock(_ seconds: Int) -> String {
        let s = max(0, seconds)
        let rest = s % 60 < 10 ? "0\(s % 60)" : "\(s % 60)"
        guard s >= 3_600 else { return "\(s / 60):\(rest)" }
        let minutes = s / 60 % 60 < 10 ? "0\(s / 60 % 60)" : "\(s / 60 % 60)"
        return "\(s / 3_600):\(minutes):\(rest)"
    }
}
