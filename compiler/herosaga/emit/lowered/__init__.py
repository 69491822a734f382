"""What a saga's sequences are lowered to, as text in the notation of the language."""
