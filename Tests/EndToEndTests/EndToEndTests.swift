import Testing

/// The release program from the outside: on a terminal, with a browser, against servers. One test at a time, since
/// each has the machine busy with a browser or a terminal.
@Suite(.serialized, .timeLimit(.minutes(5)))
enum EndToEndTests {}
