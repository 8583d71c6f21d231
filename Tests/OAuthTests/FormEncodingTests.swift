import OAuth
import Testing

@Suite("Form encoding")
struct FormEncodingTests {
    @Test(
        "everything but RFC 3986's unreserved characters is percent-encoded",
        arguments: [
            ("azAZ09-._~", "azAZ09-._~"), ("a b", "a%20b"), ("a+b", "a%2Bb"), ("a&b=c", "a%26b%3Dc"), ("%", "%25"),
            ("http://localhost:3000/callback", "http%3A%2F%2Flocalhost%3A3000%2Fcallback"), ("é", "%C3%A9"),
            ("😀", "%F0%9F%98%80"), ("\r\n\u{0}", "%0D%0A%00"), ("*", "%2A"), ("", ""),
        ]
    )
    func encoding(text: String, encoded: String) {
        #expect(FormEncoding.encode([.init("n", text)]) == "n=\(encoded)")
        #expect(FormEncoding.encode([.init(text, "v")]) == "\(encoded)=v")
    }

    @Test("fields keep their order, repeated and empty ones too")
    func order() {
        #expect(FormEncoding.encode([.init("b", "1"), .init("a", ""), .init("b", "2")]) == "b=1&a=&b=2")
        #expect(FormEncoding.encode([]) == "")
    }

    @Test(
        "a form is read field by field",
        arguments: [
            ("", []), ("a=1", [("a", "1")]), ("b=1&a=2&b=3", [("b", "1"), ("a", "2"), ("b", "3")]),
            ("a", [("a", "")]), ("a=", [("a", "")]), ("=a", [("", "a")]), ("=", [("", "")]),
            ("a=b=c", [("a", "b=c")]), ("&a=1&&b=2&", [("a", "1"), ("b", "2")]),
            ("a=x+y%20z%2B", [("a", "x y z+")]), ("a+b=c", [("a b", "c")]), ("%61=%62", [("a", "b")]),
            ("a=%c3%A9", [("a", "é")]), ("a=é", [("a", "é")]), ("a=%26%3D%25", [("a", "&=%")]),
            ("a=%00", [("a", "\u{0}")]), ("a=1;b=2", [("a", "1;b=2")]),
        ] as [(String, [(String, String)])]
    )
    func decoding(text: String, fields: [(String, String)]) {
        #expect(FormEncoding.decode(text) == fields.map { FormEncoding.Field($0.0, $0.1) })
    }

    @Test(
        "a form with a malformed percent sign is no form",
        arguments: ["a=%", "a=%4", "a=%4&b=1", "a=%zz", "a=%4g", "a=%+1", "a=%-1", "%=a", "ok=1&a=%", "a=%%41"]
    )
    func malformedPercent(text: String) {
        #expect(FormEncoding.decode(text) == nil)
    }

    @Test(
        "a form that is not UTF-8 is no form",
        arguments: ["a=%FF", "a=%C3", "%C3=a", "a=%C0%80", "a=%ED%A0%80", "a=%F4%90%80%80", "a=%C3+%A9", "a=%A9"]
    )
    func invalidUTF8(text: String) {
        #expect(FormEncoding.decode(text) == nil)
    }

    @Test("what is encoded is read back the same")
    func roundTrip() {
        let everything = String(String.UnicodeScalarView((0...0x2FF).compactMap(Unicode.Scalar.init)))
        let fields: [FormEncoding.Field] = [.init(everything, everything), .init("", ""), .init("a", "+&=%")]
        #expect(FormEncoding.decode(FormEncoding.encode(fields)) == fields)
    }
}
