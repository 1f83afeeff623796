"""Job messages for tests."""

BASE = {
    "Site": "S1",
    "LocalJobId": "1",
    "WallDuration": "60",
    "CpuDuration": "50",
    "StartTime": "1717200000",
    "EndTime": "1717200060",
    "ServiceLevelType": "HEPSPEC",
    "ServiceLevel": "10",
}
"""The record sheet's base J: 60 s on 2024-06-01."""

V3, V4 = "APEL-individual-job-message: v0.3", "APEL-individual-job-message: v0.4"


def record(**changes: str | None) -> str:
    """Base J with changes; None leaves a field out."""
    fields = {**BASE, **changes}
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value is not None)


def message(*records: str, header: str = V3) -> str:
    """A message of these records, as the APEL client ends it."""
    return f"{header}\n" + "".join(f"{text}%%\n" for text in records or (record(),))
