/// Why a waiting submission was not taken.
enum TaskRefusal: Sendable {
    case closed, withdrawn
}
