from datetime import date

from appliance.repository import Question
from tests.tui.driving import NARROW, WIDE, asked, ledger, lines, poll, press, running, seen
from tests.tui.fake import NOW, FakeRepository, message
from tui import panels
from tui.panels import by_minute


async def test_the_month_shows_its_totals_and_work_by_benchmark(repository: FakeRepository) -> None:
    jobs = repository.chosen(Question(since=date(2026, 5, 1), until=date(2026, 6, 1)))
    async with running(repository) as pilot:
        month = [line[:36].split() for line in lines(pilot)[1:10]]
    hours = sum(row["wall_duration"] for row in jobs) / 3600
    assert month[0][:3] == ["2026-05,", "so", "far"]
    assert month[1] == ["Jobs", str(len(jobs))]
    assert month[2] == ["Wall", "hours", f"{hours:,.0f}"]
    assert [line[1] for line in month[6:8]] == ["HEPSPEC·h", "HEPscore23·h"]
    assert month[8][:4] == ["!", "Jobs", "without", "benchmark"]


async def test_queues_parts_and_warnings_show_in_words(repository: FakeRepository) -> None:
    repository.warnings = ["the disk is 93% full"]
    async with running(repository) as pilot:
        screen = seen(pilot)
    assert "spool/incoming       3 waiting  watching" in screen
    assert "! the disk is 93% full" in screen
    assert "! publisher: restarting, 3 restarts" in screen


async def test_the_intake_shows_the_number_now(repository: FakeRepository) -> None:
    async with running(repository) as pilot:
        screen = seen(pilot)
    assert "Intake: 0 records this minute, 419 the last, peak 1,475" in screen
    assert "11:35 UTC to now: 125 messages" in screen


def test_minutes_without_messages_count_as_nothing() -> None:
    minute = int(NOW.timestamp()) // 60 * 60
    found = by_minute({"intake": [[minute - 120, 1, 10, 0], [minute, 2, 20, 1]]}, NOW)
    assert len(found) == 60
    assert found[-3:] == [(1, 10, 0), (0, 0, 0), (2, 20, 1)]


def test_more_sources_than_lines_show_the_fullest_and_count_the_rest() -> None:
    sources = [{"name": f"spool/{at}", "waiting": at, "state": "watching"} for at in range(50)]
    found = panels.queues({"sources": sources}, 40, 3)
    assert [line.split()[0] for line in found[:2]] == ["spool/49", "spool/48"]
    assert found[2].split() == ["and", "48", "sources", "1,128", "waiting"]


def test_without_a_service_it_says_so() -> None:
    found = "\n".join(panels.health({"started_at": None, "parts": ()}, NOW, 40))
    assert "no service: read from the file" in found


async def test_the_last_reject_is_there_with_its_reason(repository: FakeRepository) -> None:
    async with running(repository, size=WIDE) as pilot:
        assert "! 3 rejects, 4 shows them. The last, 39: INT: record 3, line 12" in seen(pilot)


async def test_enter_opens_the_message(repository: FakeRepository) -> None:
    async with running(repository, "down", "enter") as pilot:
        assert "Message 39" in seen(pilot)
        await press(pilot, "escape")
        assert "Last messages" in seen(pilot)


async def test_months_go_back_and_forth_but_not_into_the_future(repository: FakeRepository) -> None:
    async with running(repository, "left") as pilot:
        assert "2026-04 ──" in seen(pilot)
        await press(pilot, "right", "right")
        assert "2026-05, so far" in seen(pilot)


async def test_a_new_message_is_seen_after_the_next_poll(repository: FakeRepository) -> None:
    async with running(repository) as pilot:
        repository.message_rows.insert(0, message(41))
        await poll(pilot)
        assert ledger(pilot).key == "41"
        await press(pilot, "down")
        repository.message_rows.insert(0, message(42))
        await poll(pilot)
        assert ledger(pilot).key == "40"  # the cursor stays with its message


async def test_nothing_new_asks_nothing_but_the_state(repository: FakeRepository) -> None:
    async with running(repository) as pilot:
        repository.asked.clear()
        await poll(pilot)
        await poll(pilot)
    assert repository.asked == [("status", None)] * 2


async def test_an_empty_repository_says_what_to_do_next() -> None:
    async with running(FakeRepository(jobs=0, messages=0)) as pilot:
        screen = seen(pilot)
    assert "No jobs in this month." in screen
    assert "acct load FILE…" in screen
    assert "No messages yet." in screen


async def test_it_fits_80_by_24(repository: FakeRepository) -> None:
    async with running(repository, size=NARROW) as pilot:
        found = lines(pilot)
    assert len(found) == 24
    assert found[0].endswith("● live  12:34:56 UTC ")
    assert "Quit" in found[-1]
    assert len(asked(repository, "report")) == 1
