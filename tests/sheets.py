"""Messages of the other text types for tests: the record sheet's base records and examples."""

S = {
    "Site": "S1", "Month": "6", "Year": "2024", "ServiceLevelType": "HEPSPEC", "ServiceLevel": "10",
    "NodeCount": "1", "Processors": "1", "WallDuration": "60", "CpuDuration": "50",
    "NumberOfJobs": "1",
}  # fmt: skip
"""Base S, a summary v0.2."""

N = {
    **{name: value for name, value in S.items() if not name.startswith("ServiceLevel")},
    "Infrastructure": "grid", "NormalisedWallDuration": "{hepspec: 600}",
    "NormalisedCpuDuration": "{hepspec: 500}",
}  # fmt: skip
"""Base N, a normalised summary v0.4."""

N3 = {**N, "NormalisedWallDuration": "600", "NormalisedCpuDuration": "500"}
"""The same as v0.3."""

S4 = {**{name: value for name, value in S.items() if name != "ServiceLevelType"},
      "ServiceLevel": "{hepspec: 10}"}  # fmt: skip
"""Base S as v0.4."""

SYNC = {"Site": "S1", "SubmitHost": "ce", "NumberOfJobs": "3", "Month": "6", "Year": "2024"}

CLOUD = {
    "RecordCreateTime": "1717200000", "VMUUID": "vm-1", "SiteName": "C1", "Status": "started",
    "StartTime": "1717100000", "WallDuration": "100", "CpuDuration": "200", "CpuCount": "2",
    "NetworkInbound": "1", "Memory": "4096",
}  # fmt: skip

CLOUD_SUMMARY = {
    "SiteName": "C1", "Month": "7", "Year": "2024", "CpuCount": "2.5", "Benchmark": "11.5",
    "BenchmarkType": "HEPSPEC06", "NumberOfVMs": "1", "WallDuration": "87400",
}  # fmt: skip

BASES = {
    "APEL-summary-job-message: v0.2": S,
    "APEL-summary-job-message: v0.4": S4,
    "APEL-summary-job-message: v0.3": N3,
    "APEL-normalised-summary-message: v0.4": N,
    "APEL-sync-message: v0.1": SYNC,
    "APEL-cloud-message: v0.4": CLOUD,
    "APEL-cloud-summary-message: v0.4": CLOUD_SUMMARY,
}
"""A good record by the header that announces it."""


def of(base: dict[str, str], **changes: str | None) -> str:
    """A base record with changes; None leaves a field out."""
    fields = {**base, **changes}
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value is not None)


def message(base: dict[str, str], *records: str, **changes: str | None) -> str:
    """A message of a base's type: these records, or the base with changes."""
    header = next(header for header, known in BASES.items() if known is base)
    return f"{header}\n" + "".join(f"{text}%%\n" for text in records or (of(base, **changes),))
