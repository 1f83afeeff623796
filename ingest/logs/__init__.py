"""Logs of batch systems and gatekeepers: from whole lines to rows, column-wise.

    files.pieces(file, …)  what is new of a file, whatever compressed it, as `LogPiece`s of lines
    intake.LogIntake       pieces → staged lines → one transaction: rows, messages with their texts,
                           what became of the lines (`log_files`), lines that failed
    stage.Stage            the lines of one batch, before they are rows
    format.LogFormat       what there is to know of one format; `catalogue.FORMATS` lists them

**A new format** is a module here and an entry in the catalogue. It says its `name` (`--as`, and
what `messages.kind` says), the record type that it makes (`EVENT` or `GATEKEEPER`), and:

- `layout(head)`: what the first lines of a file say of all others, as text (columns, by custom);
  it is kept with each piece, for later pieces have no head.
- `columns`: which columns of the record type its lines give: no others are staged. Of events they
  are declared with the record type (`EVENT.logs`): each format has a table of its own.
- `select(settings)`: a SELECT over `lines(line BIGINT, text VARCHAR)`, one row a line, without line
  ends, that gives `line`, `text`, these columns by name, and `outcome`: NULL, the line is a record;
  `ignored REASON`, in one word; or `CODE Field value`, it failed: see `outcomes.REASONS`. site,
  machine_name and line are not its business. Blank lines, undecodable lines,
  missing mandatory columns and the rules of the record type (negative, ends before it starts, in
  the future) are seen to here, for every format. No value may raise: an error costs the whole
  piece (TRY_CAST, bounded digits before a multiplication).
  Where a format gives `fqan`, it decides `vo`, `vo_group` and `vo_role`, if those are among its
  columns.
- `given(layout)`: which of its columns this SELECT gives for a layout (default: all).
- `boundary(layout)`: where a piece may end (default: after any line).
- `gather(body, layout)`: the lines of a piece as `select` gets them (default: as they stand). Where
  a record has several lines it becomes one here; `select` gives the number of its first as `line`,
  the others count as `ignored continued`, and what failed is kept as it was.
- `fold`: a file of SQL statements run once a batch's lines are in `stage.<format>_lines` (and
  their sites and machines in `stage.pieces`), if any of them says `ignored step`: what lines say
  together, such as steps of their jobs.
- `complete`: the same inside the transaction, before the rows: what lines say of rows held already;
  it returns `message_id, line` of each of these rows, to be joined again.
  It writes to `store` alone: a transaction writes to one database.
- `faults`: which macros have a twin that reads as the reference does: see `faults`.
- `keeps`: a table of `store` in which `complete` holds such lines for records that come later, or
  again. While it has any, `fold` and `complete` run for every batch.

A line can be taken apart with `string_split(text, '|')`. Measured on 32 MB of 15 columns: 0.23 s,
DuckDB's CSV reader 0.14 s; but that one skips or misreads lines with odd line ends, has no line
numbers to rely on, and wants every line to have the same columns. `ingest/sql/log_macros.sql` has
macros for durations, memory and times; `zones.utc` reads local times. Of events, (site,
machine_name, job_name, end_time) is the key.

**Following**: `following.Follower` reads what is new in the files of a pattern; `source.LogSource`
has it take turns in the service; `reach` tells files from each other by their content, and
`progress` keeps in the store how far they were read, with the rows. A piece is whole lines up to
`boundary`; at the end of a file that may grow, up to any line where the format has `complete`. A
piece that is known (same content, read in the same way) adds nothing. **Collecting**:
`collecting.pieces` is what a batch system's own program prints, without its `repeats`; `programs`
says how it is called, `running` runs it, and `asking.CollectSource` does so in the service.

**Loading**: `direct` reads the lines of a large batch straight into their table, if the format
`is_quick` and each line is a record that nobody has told of yet, or no record at all; any other
batch is staged (`stage`), where lines may speak together, and merged with what is there
(`loading`). Both leave the same.

**Who joins** finds what is new by `message_id`: a row that is
replaced takes the number of the message that replaced it.
"""
