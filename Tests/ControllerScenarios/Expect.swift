import HobController
import HobSystem

/// What a scenario found to be otherwise.
struct Unexpected: Error, CustomStringConvertible {
    let description: String
}

/// Throws unless the condition holds.
func expect(_ condition: Bool, _ message: @autoclosure () -> String, line: Int = #line) throws {
    if !condition { throw Unexpected(description: "\(message()) (line \(line))") }
}

/// Throws unless the two are equal.
func expect<Value: Equatable>(_ value: Value, equals other: Value, line: Int = #line) throws {
    try expect(value == other, "\"\(value)\" instead of \"\(other)\"", line: line)
}

/// Throws unless the text contains the part.
func expect(_ text: String, contains part: String, line: Int = #line) throws {
    try expect(text.contains(part), "\"\(text)\" lacks \"\(part)\"", line: line)
}

/// Answers the error of this code that the body throws.
@discardableResult
func expectFailure<Answer>(
    _ code: ControllerError.Code, line: Int = #line, _ body: () async throws -> Answer
) async throws -> ControllerError {
    do {
        let answer = try await body()
        throw Unexpected(description: "no error but \(answer) (line \(line))")
    } catch let error as ControllerError {
        try expect(error.code == code, "\(error.code) instead of \(code): \(error)", line: line)
        return error
    }
}

/// Waits until the condition holds, looking every millisecond; what is waited for has no descriptor to wait on.
func eventually(
    _ what: String, within patience: Duration = .seconds(20), line: Int = #line, _ condition: () throws -> Bool
) async throws {
    let deadline = MonotonicTime.now() + patience
    while try !condition() {
        try expect(MonotonicTime.now() < deadline, "\(what) within \(patience)", line: line)
        try await Task.sleep(for: .milliseconds(1))
    }
}

/// How long the body takes.
func time<Answer>(_ body: () async throws -> Answer) async throws -> Duration {
    let begin = MonotonicTime.now()
    _ = try await body()
    return MonotonicTime.now() - begin
}
