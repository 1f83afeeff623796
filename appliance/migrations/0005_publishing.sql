-- What a parent repository was sent. `selection` names the filters that it was sent with, empty for
-- none: what was published under one says nothing of another.

-- Up to when all of a dataset was sent, inclusive again next time, and when it was last looked at.
CREATE TABLE store.publishings (
    dataset VARCHAR NOT NULL,
    selection VARCHAR NOT NULL,
    sent_until TIMESTAMP,
    published_at TIMESTAMP NOT NULL
);

-- What the parent has of a site's month, figure by figure.
CREATE TABLE store.published_totals (
    dataset VARCHAR NOT NULL,
    selection VARCHAR NOT NULL,
    site VARCHAR NOT NULL,
    year BIGINT NOT NULL,
    month BIGINT NOT NULL,
    figure VARCHAR NOT NULL,
    total HUGEINT NOT NULL
);
