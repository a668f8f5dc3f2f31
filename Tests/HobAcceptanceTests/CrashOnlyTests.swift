import HobTestKit
import Testing

/// Checklist rows 25, 89 and 116 under fire: hobd is killed with -9 at random points of a scripted life.
///
/// HOB_KILLS=N for more kills of the supervisor than 200; HOB_SEED=N repeats what a failure has printed.
@Suite(.blocking) struct CrashOnlyTests {
    private static let parts = 4
    private static let kills = TestEnvironment.value("HOB_KILLS").flatMap { Int($0) } ?? 200

    @Test(
        "rows 25, 89, 116: the supervisor killed at 200 points: no second copy, no line lost, true exit statuses",
        arguments: 0..<parts)
    func supervisor(part: Int) throws {
        try CrashLife.run(.supervisor, kills: Self.kills / Self.parts, seed: TestEnvironment.seed() &+ UInt64(part))
    }

    @Test("rows 25, 89, 116: the keeper killed at 30 points: no second copy, no line of a living process lost")
    func keeper() throws {
        try CrashLife.run(.keeper, kills: max(30, Self.kills * 3 / 20), seed: TestEnvironment.seed())
    }

    @Test("rows 25, 89, 116: both killed at 20 points: whole again at the next `hob up`, and the gap is marked")
    func both() throws {
        try CrashLife.run(.both, kills: max(20, Self.kills / 10), seed: TestEnvironment.seed())
    }
}
