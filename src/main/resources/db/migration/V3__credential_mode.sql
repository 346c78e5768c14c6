-- Which way the sandbox of a session is given access to its repos. Sessions from before had the only one there was.

alter table session add column credential text not null default 'derived-token';
alter table session alter column credential drop default;
