"""Norwegian organisation numbers: nine digits, of which the last controls the others (modulo 11)."""

WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


def is_organisation_number(number: str) -> bool:
    """Enhetsregisteret gives out numbers that begin with 8 or 9."""
    if len(number) != 9 or not number.isascii() or not number.isdigit() or number[0] not in "89":
        return False
    control = -sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=False)) % 11
    return control == int(number[8])
