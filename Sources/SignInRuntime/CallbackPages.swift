import Crypto
import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import NIOCore
import OAuth
import SignIn

/// The pages that the browser ends on: no script, nothing loaded from elsewhere, never kept, never framed.
struct CallbackPage: Sendable {
    /// The path that the page is served at, where it has one of its own.
    let path: String
    private let html: String

    private init(path: String = "", title: String, _ content: [UInt8], _ values: [String: String] = [:]) {
        self.path = path
        let content = Self.fill(String(decoding: content, as: UTF8.self), values.mapValues(Self.escape))
        html = Self.fill(
            String(decoding: PackageResources.callback_page_html, as: UTF8.self),
            ["title": title, "content": content]
        )
    }

    /// Puts each value in the place of its name; what a value itself holds is not looked at again.
    private static func fill(_ template: String, _ values: [String: String]) -> String {
        template.split(separator: "{{", omittingEmptySubsequences: false).reduce(into: "") { filled, part in
            let pieces = part.split(separator: "}}", maxSplits: 1, omittingEmptySubsequences: false)
            guard pieces.count == 2, let value = values[String(pieces[0])] else {
                filled += part
                return
            }
            filled += value + pieces[1]
        }
    }

    /// "You are signed in".
    static let signedIn = CallbackPage(path: "/signed-in", title: "Signed in", PackageResources.signed_in_html)
    /// "Look at the terminal".
    static let pending = CallbackPage(path: "/pending", title: "Look at the terminal", PackageResources.pending_html)
    /// The person gave the attempt up in the terminal.
    static let cancelled = failed(
        summary: "The sign-in was cancelled.",
        cause: "It was given up in the terminal.",
        remedy: "You can close this tab. To sign in after all, start again in the terminal."
    )

    /// What happened, why, and what to do.
    static func failed(summary: String, cause: String, remedy: String) -> CallbackPage {
        CallbackPage(
            path: "/failed",
            title: "Not signed in",
            PackageResources.failed_html,
            ["summary": summary, "cause": cause, "remedy": remedy]
        )
    }

    /// This request was not what the program waits for.
    static func refused(summary: String, remedy: String) -> CallbackPage {
        CallbackPage(
            title: "Request refused",
            PackageResources.refused_html,
            ["summary": summary, "remedy": remedy]
        )
    }

    /// The page for the end of an attempt.
    static func outcome(_ outcome: Effect.Outcome) -> CallbackPage {
        switch outcome {
        case .signedIn: return signedIn
        case .cancelled: return cancelled
        case .failed(let failure):
            let report = failure.report
            return failed(summary: report.summary, cause: report.cause, remedy: report.remedy)
        }
    }

    /// The page as an answer.
    func response(_ status: HTTPTypes.HTTPResponse.Status = .ok, allow: String? = nil) -> Response {
        var headers = Self.headers
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src '\(styleHash)'; img-src data:; base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'"
        if let allow { headers[.allow] = allow }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    /// The way to the page, by 303: the code leaves the address bar and the list of visited pages.
    var redirect: Response {
        var headers = Self.headers
        headers[.location] = path
        return Response(status: .seeOther, headers: headers)
    }

    private static let headers: HTTPFields = {
        var headers: HTTPFields = [.cacheControl: "no-store", .connection: "close", .xContentTypeOptions: "nosniff"]
        for (name, value) in [
            ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
        ] {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return headers
    }()

    /// The hash of the page's one style sheet, which the policy allows and no other.
    private var styleHash: String {
        let style = html.split(separator: "<style>").dropFirst().first?.split(separator: "</style>").first ?? ""
        return "sha256-\(Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString())"
    }

    private static func escape(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
    }
}

extension CallbackPage {
    /// Why a request that is no callback was refused.
    static func refused(_ refusal: RequestRefusal) -> CallbackPage {
        switch refusal {
        case .method:
            refused(summary: "This address takes GET requests only.", remedy: "Nothing was changed.")
        case .path:
            refused(
                summary: "There is nothing at this address.",
                remedy: "The sign-in goes on in the tab that the program opened. Nothing was changed."
            )
        case .host:
            refused(
                summary: "This request was meant for another host.",
                remedy: "Only this machine may bring the answer. Nothing was changed."
            )
        case .partOfPage:
            refused(
                summary: "A page asked for this answer, and nobody went there.",
                remedy: "The sign-in goes on in the tab that the program opened. Nothing was changed."
            )
        case .sender(nil):
            refused(
                summary: "Nobody could tell whose program brought this answer.",
                remedy: "Paste this page's address into the program that waits for it, or sign in once more."
            )
        case .sender:
            refused(
                summary: "This answer belongs to a sign-in of another user of this machine.",
                remedy: "If it is your own sign-in, paste this page's address into the program that waits for it."
            )
        case .tooLong:
            refused(
                summary: "This request is longer than 16 KB.",
                remedy: "It brings the cookies of other pages of this machine. "
                    + "Paste this page's address into the program that waits for it."
            )
        case .notHTTP:
            refused(summary: "This is not an http request.", remedy: "Nothing was changed.")
        }
    }

    /// Why a callback was refused.
    static func refused(_ refusal: AuthorizationResponse.Refusal) -> CallbackPage {
        let summary =
            switch refusal {
            case .malformed: "The address cannot be read."
            case .repeated: "The address holds a parameter twice."
            case .empty: "The address holds a parameter without a value."
            case .missingState, .foreignState: "This answer does not belong to the sign-in that is under way."
            case .foreignIssuer: "This answer comes from another server than the one that was asked."
            }
        return refused(
            summary: summary,
            remedy: "It may come from an old tab. Close it, and finish in the newest one; the terminal goes on waiting."
        )
    }
}
