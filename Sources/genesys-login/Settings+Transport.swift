import NIOPosix
import SignInRuntime

extension Settings {
    /// The transport under the network settings.
    ///
    /// - Throws: ``UsageError`` where the file of certificate authorities cannot be used.
    func transport(_ eventLoops: MultiThreadedEventLoopGroup) throws(UsageError) -> LiveTransport {
        do throws(NetworkSettings.Refusal) {
            return try LiveTransport(eventLoops: eventLoops, settings: network, log: log)
        } catch {
            throw UsageError(error)
        }
    }
}
