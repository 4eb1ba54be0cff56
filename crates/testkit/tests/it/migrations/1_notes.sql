-- What the tests of the test kit store.
CREATE TABLE notes (note_id bigint PRIMARY KEY, body text NOT NULL);
