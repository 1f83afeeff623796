"""What the reference's database takes for one."""


def fold(value: str) -> str:
    """SQL for what is equal in two texts that the reference takes for one."""
    return f"lower(strip_accents(rtrim({value})))"
