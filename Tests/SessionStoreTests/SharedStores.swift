import Testing

/// The tests of what processes share. One after the other: they use this user's own keys, of which the system grants an
/// ordinary user no more than 20,000 bytes.
@Suite("the stores that processes share", .serialized)
enum SharedStores {}
