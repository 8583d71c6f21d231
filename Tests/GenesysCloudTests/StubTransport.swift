import FoundationEssentials
import GenesysCloud
import OAuth
import Testing

/// A transport that gives one answer and keeps what it was asked.
actor StubTransport {
    private(set) var requests: [HTTPRequest] = []
    private let result: Result<HTTPResponse, TransportError>

    init(_ result: Result<HTTPResponse, TransportError>) {
        self.result = result
    }

    init(_ body: String, status: Int = 200, headers: [String: String] = [:]) {
        self.init(.success(HTTPResponse(status: status, headers: headers, body: Data(body.utf8))))
    }

    /// A client of `apiURL` that asks this transport.
    nonisolated func client(apiURL: String = "https://api.example.com") -> APIClient {
        APIClient(
            apiURL: apiURL,
            transport: HTTPTransport { request throws(TransportError) in try await self.answer(request).get() }
        )
    }

    private func answer(_ request: HTTPRequest) -> Result<HTTPResponse, TransportError> {
        requests.append(request)
        return result
    }
}
