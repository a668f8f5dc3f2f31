extension String {
    /// So much of it, from its beginning, as fits into so many bytes of UTF-8.
    func shortened(to limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var text = ""
        var size = 0
        for character in self {
            size += character.utf8.count
            guard size <= limit else { break }
            text.append(character)
        }
        return text
    }
}
