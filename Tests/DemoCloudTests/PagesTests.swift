import Crypto
import DemoCloud
import Foundation
import Testing

@Suite("The pages", .timeLimit(.minutes(1)))
struct PagesTests {
    @Test("the sign-in page offers four people, the first chosen, and the two buttons")
    func signInPage() async throws {
        try await withCloud { rig in
            let page = try await rig.authorize()
            #expect(page.text.ranges(of: #"name="person""#).count == 4)
            #expect(page.text.ranges(of: #"value="0" checked>"#).count == 1)
            #expect(page.text.ranges(of: "checked>").count == 1)
            #expect(page.text.contains(#"id="approve""#) && page.text.contains(#"id="deny""#))
            #expect(page.text.contains("This is not Genesys Cloud"))
            #expect(page.text.contains("no.name@example.com"))
        }
    }

    @Test("hostile text is on the page as text: escaped, its control characters shown, its placeholders untouched")
    func escaping() async throws {
        try await withCloud { rig in
            let page = try await rig.authorize()
            #expect(!page.text.contains("<script"))
            #expect(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; &quot;{{client_id}}&quot;"))
            let unsafe = page.text.unicodeScalars.filter {
                [.control, .format].contains($0.properties.generalCategory) && !["\n", "\u{200D}"].contains($0)
            }
            #expect(unsafe.isEmpty)
        }
    }

    @Test("nothing of a refused request is on its page")
    func noReflection() async throws {
        try await withCloud { rig in
            for name in ["client_id", "redirect_uri", "state"] {
                let hostile = [name: "\"><script>alert('sentinel')</script>"]
                let reply = try await rig.authorize(["client_id": "x"].merging(hostile) { _, new in new })
                #expect(reply.status == 400)
                #expect(!reply.text.contains("sentinel"))
            }
        }
    }

    @Test("a registered redirect URI with markup in it is escaped on the sign-in page")
    func escapedRedirectURI() async throws {
        let odd = "http://localhost:3000/a'b<i>\"&"
        try await withCloud(registered: [odd]) { rig in
            let page = try await rig.authorize(["redirect_uri": odd])
            #expect(page.text.contains("http://localhost:3000/a&#39;b&lt;i&gt;&quot;&amp;"))
            #expect(!page.text.contains("<i>"))
        }
    }

    @Test("every page forbids scripts, frames, caching, sniffing and referrers, and names its own style by hash")
    func securityHeaders() async throws {
        try await withCloud { rig in
            for page in [try await rig.authorize(), try await rig.authorize(["client_id": "x"])] {
                let policy = try #require(page.headers["content-security-policy"])
                let style = try #require(page.text.split(separator: "<style>").last?.split(separator: "</style>").first)
                let hash = Data(SHA256.hash(data: Data(style.utf8))).base64EncodedString()
                #expect(policy.hasPrefix("default-src 'none'; style-src 'sha256-\(hash)';"))
                #expect(policy.contains("frame-ancestors 'none'"))
                #expect(page.headers["x-frame-options"] == "DENY")
                #expect(page.headers["cache-control"] == "no-store")
                #expect(page.headers["x-content-type-options"] == "nosniff")
                #expect(page.headers["referrer-policy"] == "no-referrer")
            }
        }
    }

    @Test(
        "the form may lead to the redirect URI and nowhere else",
        arguments: [
            ("http://localhost:3000/callback", "form-action 'self' http://localhost:3000;"),
            ("http://127.0.0.1:3000/callback", "form-action 'self' http://127.0.0.1:3000;"),
            ("http://[::1]:3000/callback", "form-action 'self' http:;"),
        ]
    )
    func formAction(redirectURI: String, directive: String) async throws {
        try await withCloud { rig in
            let page = try await rig.authorize(["redirect_uri": redirectURI])
            #expect(page.headers["content-security-policy"]?.contains(directive) == true)
        }
    }

    @Test(
        "every page has one style element and nothing that loads or runs",
        arguments: ["callback-page", "demo-sign-in", "demo-message"]
    )
    func page(name: String) throws {
        let html = try resource(name)
        #expect(html.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
        #expect(html.ranges(of: "<style>").count == 1 && html.ranges(of: "<style").count == 1)
        #expect(html.contains("color-scheme: light dark") && html.contains("prefers-color-scheme: dark"))
        expectNothingActive(html)
        #expect(
            placeholders(html)
                == (name == "callback-page"
                    ? ["title", "content"]
                    : name == "demo-message"
                        ? ["title", "words"]
                        : ["request", "index", "checked", "name", "detail", "client_id", "redirect_uri"])
        )
    }

    @Test(
        "every content of the listener's page has one heading and nothing that loads or runs",
        arguments: [
            ("signed-in", []), ("failed", ["summary", "cause", "remedy"]), ("pending", []),
            ("refused", ["summary", "remedy"]),
        ] as [(String, Set<String>)]
    )
    func content(name: String, values: Set<String>) throws {
        let html = try resource(name)
        #expect(html.ranges(of: "<h1>").count == 1)
        #expect(!html.contains("<style"))
        expectNothingActive(html)
        #expect(placeholders(html) == values)
    }

    private func resource(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "Resources/\(name).html"), encoding: .utf8)
    }

    private func placeholders(_ html: String) -> Set<String> {
        Set(html.matches(of: /\{\{([a-z_]+)\}\}/).map { String($0.output.1) })
    }

    private func expectNothingActive(_ html: String) {
        for forbidden in ["<script", "style=", "http:", "https:", "url(", "@import", "src=", " onclick"] {
            #expect(!html.contains(forbidden), "\(forbidden)")
        }
    }
}
