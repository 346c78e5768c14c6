-- When each remote was last swept to the end. Why stored: one replica sweeps at a time, and all are to tell how long ago that was.

create table swept (
    remote   text        primary key, -- without the account, as meters name it
    swept_at timestamptz not null     -- until a first sweep succeeds, when it was first tried
);
