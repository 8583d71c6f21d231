import Glibc

/// Runs `body` on a thread that begins and ends with it, and waits for it. Where there can be no other thread it runs on
/// this one.
func onThreadOfItsOwn<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) {
    var result = Result<Void, Failure>.success(())
    func run() {
        do throws(Failure) {
            try body()
        } catch {
            result = .failure(error)
        }
    }
    withoutActuallyEscaping(run) { run in
        let job = Unmanaged.passRetained(Job(run))
        var thread = pthread_t()
        let start: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { job in
            if let job { Unmanaged<Job>.fromOpaque(job).takeRetainedValue().run() }
            return nil
        }
        if pthread_create(&thread, nil, start, job.toOpaque()) == 0 {
            pthread_join(thread, nil)
        } else {
            job.takeRetainedValue().run()
        }
    }
    try result.get()
}

private final class Job {
    let run: () -> Void

    init(_ run: @escaping () -> Void) {
        self.run = run
    }
}
