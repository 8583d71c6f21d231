public import OAuth

extension StoreError {
    /// The failure in words. It never costs the session in hand.
    public var report: FailureReport {
        FailureReport("store_unavailable", "x", cause: "x", remedy: "x")
    }
}
