import FoundationEssentials
import OAuth

/// A request as the cloud sees it, free of any HTTP library.
struct Incoming: Sendable {
    var method: String
    var path: String
    /// What stands after `?`, still encoded.
    var query = ""
    /// `Host`.
    var host = ""
    /// `Authorization`, where there is one.
    var authorization: String?
    /// `Content-Type`.
    var contentType: String?
    /// The body as text; `nil` where it is too long or not UTF-8.
    var body: Secret?

    /// The fields of a form-encoded body, each name once and an empty value counted as none (RFC 6749 §3.2).
    func form() throws(FormProblem) -> [String: String] {
        let type = contentType?.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard type == "application/x-www-form-urlencoded" else { throw .notAForm }
        guard let body, let fields = FormEncoding.decode(body.reveal()) else { throw .malformed }
        return try Self.unique(fields)
    }

    /// `fields` by name, where none stands twice.
    static func unique(_ fields: [FormEncoding.Field]) throws(FormProblem) -> [String: String] {
        var values: [String: String] = [:]
        for field in fields {
            guard values.updateValue(field.value, forKey: field.name) == nil else { throw .repeated(field.name) }
        }
        return values.filter { !$0.value.isEmpty }
    }
}

/// Why a query or a body is not a set of parameters.
enum FormProblem: Error, Equatable {
    case notAForm, malformed
    case repeated(String)

    /// The problem in words for `error_description`, which has room for ASCII alone (RFC 6749 §5.2).
    var words: String {
        switch self {
        case .notAForm: "the body must be application/x-www-form-urlencoded"
        case .malformed: "the parameters are not form-encoded UTF-8"
        case .repeated: "a parameter is there twice"
        }
    }
}

/// An answer, free of any HTTP library.
struct Answer: Sendable {
    struct Header: Sendable {
        let name: String
        let value: String
    }

    let status: Int
    var headers: [Header]
    let body: Data

    init(status: Int, type: String? = nil, body: Data = Data()) {
        self.status = status
        self.body = body
        // Every answer: tokens, codes and people's names are not for a cache (RFC 6749 §5.1), and support
        // asks for the correlation id.
        headers = [
            Header(name: "Cache-Control", value: "no-store"),
            Header(name: "Pragma", value: "no-cache"),
            Header(name: "Referrer-Policy", value: "no-referrer"),
            Header(name: "X-Content-Type-Options", value: "nosniff"),
        ]
        if let type { headers.append(Header(name: "Content-Type", value: type)) }
    }

    /// An answer in JSON.
    static func json(_ status: Int, _ value: some Encodable) -> Answer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let body = try? encoder.encode(value) else { return Answer(status: 500) }
        return Answer(status: status, type: "application/json", body: body)
    }

    /// 303 to `location`: the browser goes there with GET, whatever it came with.
    static func redirect(to location: String) -> Answer {
        Answer(status: 303).adding("Location", location)
    }

    /// The same answer with one more header.
    func adding(_ name: String, _ value: String) -> Answer {
        var copy = self
        copy.headers.append(Header(name: name, value: value))
        return copy
    }
}
