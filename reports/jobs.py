"""The jobs behind a figure."""

from duckdb import DuckDBPyConnection

from appliance.errors import UsageError
from appliance.repository import Question
from appliance.table import Table
from reports.apel import dataset
from reports.catalogue import check
from reports.report import condition
from reports.times import since_until

# Dimensions that are not columns of the dataset `jobs` by their own name.
_COLUMNS = {
    "user": "global_user_name",
    "month": "strftime(end_time, '%Y-%m')",
    "year": "year(end_time)",
    "infrastructure": "infrastructure_type",
    "benchmark": "CASE WHEN service_level_type = 'si2k' THEN 'HEPSPEC' ELSE service_level_type END",
}


def jobs(cursor: DuckDBPyConnection, question: Question, limit: int) -> Table:
    """The jobs that a question's `where` and times choose, latest first.

    Returns:
        At most `limit` rows with the columns of the dataset `jobs`.

    Raises:
        UsageError: The question names what there is not.
    """
    check(question)
    if question.subject != "jobs":
        raise UsageError(f"there are no jobs behind {question.subject}")
    chosen, values = condition(question, _COLUMNS)
    timed, times = since_until(question, "end_time")
    held = dataset("jobs") if question.as_apel else "SELECT * FROM jobs"
    found = cursor.execute(
        f"SELECT * FROM ({held}) WHERE {chosen} AND {timed} ORDER BY end_time DESC, local_job_id "
        "LIMIT $limit",
        {**values, **times, "limit": limit},
    )
    columns = tuple(name for name, *_ in found.description or ())
    return Table(columns, found.fetchall())
