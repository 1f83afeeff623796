"""Logs of batch systems and gatekeepers: from whole lines to rows, column-wise.

    files.pieces(file, …)  a file, whatever compressed it, cut into `LogPiece`s of whole lines
    intake.LogIntake       pieces → staged lines → one transaction: rows, messages with their texts,
                           what became of the lines (`log_files`), lines that failed
    format.LogFormat       what there is to know of one format; `catalogue.FORMATS` lists them

**A new format** is a module here and an entry in the catalogue. It says its `name` (`--as`, and
what `messages.kind` says), the record type that it makes (`EVENT` or `GATEKEEPER`), and:

- `layout(head)`: what the first lines of a file say of all others, as text (columns, by custom);
  it is kept with each piece, for later pieces have no head.
- `select(settings)`: a SELECT over `lines(line BIGINT, text VARCHAR)`, one row a line, without line
  ends. Its columns: any of the record type's by name, with its types or what casts to them; and
  `outcome`: NULL, the line is a record; `ignored REASON`, in one word; or `CODE Field value`, it
  failed: see `outcomes.REASONS`. Columns left out are null; site, machine_name and line need not be
  given. Blank lines, undecodable lines, missing mandatory columns and the rules of the record type
  (negative, ends before it starts, in the future) are seen to here, for every format.
- `boundary(body)`: where a piece may end (default: after any line).
- `fold`: a file of SQL statements run once a batch's lines are in `stage.<type>_lines`, if any of
  them says `ignored step`: what lines say together, such as steps of their jobs.
- `complete`: the same inside the transaction, before the rows: what lines say of rows held already.
  It writes to `store` alone: a transaction writes to one database.

A line can be taken apart with `string_split(text, '|')` (as fast as DuckDB's CSV reader, measured,
and it keeps empty lines, line numbers and whatever quotes there are), with the macros of
`ingest/sql/log_macros.sql`, and local times with `zones.utc`. Give a record's key a meaning:
(site, machine_name, job_name, end_time) for events.

**Who follows growing files** hands `LogPiece`s with the right `first_line` to
`LogIntake.take_in`; a piece is whole lines up to `boundary`. A piece that is known (same content,
format and machine) adds nothing. **Who joins** finds what is new by `message_id`: a row that is
replaced takes the number of the message that replaced it.
"""
