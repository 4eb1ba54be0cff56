-- Why: people leave. Of somebody who was erased a row of `people` stays that holds no more than the id: its version is above
-- all others, so that nothing that arrives late brings the person back, and its names are null, as of somebody unknown.
-- Whoever reads the names joins from outside, and has always had to do with people who are not known.
-- squawk-ignore-file ban-drop-not-null

SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '60s';

ALTER TABLE people
    ALTER COLUMN username DROP NOT NULL,
    ALTER COLUMN display_name DROP NOT NULL,
    ALTER COLUMN avatar_url DROP NOT NULL;

-- The connections of one person; the key serves the other half.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX connections_high_user_id_idx ON connections (high_user_id);
