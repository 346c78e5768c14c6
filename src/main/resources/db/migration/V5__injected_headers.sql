-- Whose requests get headers at the sandbox's edge, and which: names only, so that a caller sees what was taken. The values are
-- sealed like other secrets.
alter table session add column inject jsonb not null default '[]';
