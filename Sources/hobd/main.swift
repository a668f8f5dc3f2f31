print("hobd")
