import OAuth

private let issuer = "https://login.mypurecloud.com"
/// Of 32 zero bytes, so that seeds can carry it.
private let expectedState = Entropy(Array(repeating: 0, count: Entropy.count)).map(StateParameter.init)

/// The callback's query: what is accepted is what was sent, once each and with the right `state`.
func checkCallbackQuery(_ bytes: [UInt8]) throws(Violation) {
    guard let expectedState else { throw Violation(description: "no state to compare with") }
    let query = String(decoding: bytes, as: UTF8.self)
    let fields = FormEncoding.decode(query)
    if let fields {
        try demand(FormEncoding.decode(FormEncoding.encode(fields)) == fields, "encoding and decoding differ")
    }
    func values(_ name: String) -> [String] { (fields ?? []).filter { $0.name == name }.map(\.value) }
    func demandOwn() throws(Violation) {
        try demand(values("state") == [expectedState.value.reveal()], "a foreign state was taken")
        try demand(Set((fields ?? []).map(\.name)).count == fields?.count, "a parameter twice was taken")
        try demand(values("iss").allSatisfy { $0 == issuer }, "a foreign issuer was taken")
    }
    switch Result(catching: { () throws(AuthorizationResponse.Problem) in
        try AuthorizationResponse(query: query, state: expectedState, issuer: issuer)
    }) {
    case .success(let response):
        try demandOwn()
        try demand(values("code") == [response.code.reveal()], "a code that was not sent")
        try demand(!response.code.isEmpty, "an empty code")
        try demand(values("error").isEmpty, "an error and a code")
    case .failure(.refused): break
    case .failure(.missingCode):
        try demandOwn()
        try demand(values("code").isEmpty && values("error").isEmpty, "the code was there")
    case .failure(.denied(let response)):
        try demandOwn()
        try demand(values("error").count == 1, "an error that was not sent")
        try demandInert(response.code.name, "the error's code")
        try demandInert(response.words, "the error's words")
        try demandInert(response.page, "the error's page")
    }
}
