import Crypto
import FoundationEssentials
import OAuth

/// The pages that people see in the browser.
enum Page {
    /// The sign-in page of `question`, whose form carries `id`.
    static func signIn(_ question: AuthorizationQuestion, id: Secret, people: [Person]) -> Answer {
        let template = Template(PackageResources.demo_sign_in_html)
        let rows = people.enumerated().map { index, person in
            template.row([
                "index": String(index),
                "checked": index == 0 ? "checked" : "",
                "name": person.name ?? person.email,
                "detail": person.name == nil
                    ? "no name in the directory"
                    : [person.title, person.department].compactMap(\.self).joined(separator: " · "),
            ])
        }
        let html = template.page(
            [
                "request": id.reveal(),
                "client_id": question.clientID,
                "redirect_uri": question.replyTo.redirectURI,
            ],
            rows: rows
        )
        return page(200, html, formAction: "'self' \(origin(question.replyTo.redirectURI))")
    }

    /// A page that says why a request goes no further.
    static func refusal(_ reason: RefusalReason) -> Answer {
        message(400, title: reason.title, words: reason.words)
    }

    /// The page after signing out.
    static var signedOut: Answer {
        message(200, title: "You are signed out", words: "The demo cloud keeps no browser session. Close this tab.")
    }

    /// What a proxy sends in place of the server it cannot reach.
    static var badGateway: Answer {
        Answer(
            status: 502,
            type: "text/html",
            body: Data("<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>".utf8)
        )
    }

    private static func message(_ status: Int, title: String, words: String) -> Answer {
        let template = Template(PackageResources.demo_message_html)
        return page(status, template.page(["title": title, "words": words]), formAction: "'none'")
    }

    private static func page(_ status: Int, _ html: String, formAction: String) -> Answer {
        let policy = [
            "default-src 'none'", "style-src 'sha256-\(styleHash(html))'", "img-src data:",
            "form-action \(formAction)", "base-uri 'none'", "frame-ancestors 'none'",
        ]
        return Answer(status: status, type: "text/html; charset=utf-8", body: Data(html.utf8))
            .adding("Content-Security-Policy", policy.joined(separator: "; "))
            .adding("X-Frame-Options", "DENY")
    }

    /// The `form-action` source that lets the answer to the form redirect to `uri`: browsers apply the directive
    /// to that redirect too. CSP cannot name an IPv6 literal, so for one every http host must do.
    private static func origin(_ uri: String) -> String {
        let authority = uri.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
        return authority.hasPrefix("[") ? "http:" : "\(uri.prefix { $0 != "/" })//\(authority)"
    }

    /// SHA-256 of the one `<style>` element's text, as `style-src` wants it (CSP Level 3 §8.4).
    private static func styleHash(_ html: String) -> String {
        let style = html.components("<style>", "</style>")?.inside ?? ""
        return Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
    }
}

/// An HTML file with `{{name}}` where a value goes, and one part, between `<!--row-->` and `<!--/row-->`, that
/// stands there as often as there are rows.
struct Template {
    private let before: String
    private let row: String
    private let after: String

    init(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        if let parts = text.components("<!--row-->", "<!--/row-->") {
            (before, row, after) = parts
        } else {
            (before, row, after) = (text, "", "")
        }
    }

    /// One row with `values` in place.
    func row(_ values: [String: String]) -> String {
        Self.fill(row, values)
    }

    /// The page with `values` in place, and `rows` where the row stands.
    func page(_ values: [String: String], rows: [String] = []) -> String {
        Self.fill(before, values) + rows.joined() + Self.fill(after, values)
    }

    /// Puts the values in, escaped, in one pass, so that a value with `{{name}}` in it stays what it is.
    private static func fill(_ text: String, _ values: [String: String]) -> String {
        var output = ""
        var rest = text[...]
        while let (before, name, after) = rest.components("{{", "}}") {
            output += before + HTML.escape(values[name] ?? "")
            rest = after[...]
        }
        return output + rest
    }
}

/// Text made safe for HTML.
enum HTML {
    /// `text` as it may stand between tags and in a quoted attribute. Control and bidirectional characters, which
    /// would be invisible or turn the line around, are shown by their code instead.
    static func escape(_ text: String) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            default:
                let isHidden = [.control, .format].contains(scalar.properties.generalCategory)
                if isHidden, scalar != "\u{200C}", scalar != "\u{200D}" {
                    output += "‹U+\(String(scalar.value, radix: 16, uppercase: true))›"
                } else {
                    output.unicodeScalars.append(scalar)
                }
            }
        }
        return output
    }
}

extension StringProtocol {
    /// What stands before the first `open`, between it and the next `close`, and after that.
    fileprivate func components(_ open: String, _ close: String) -> (before: String, inside: String, after: String)? {
        guard let start = self[...].firstRange(of: open) else { return nil }
        let rest = self[start.upperBound...]
        guard let end = rest.firstRange(of: close) else { return nil }
        return (String(self[..<start.lowerBound]), String(rest[..<end.lowerBound]), String(rest[end.upperBound...]))
    }
}
