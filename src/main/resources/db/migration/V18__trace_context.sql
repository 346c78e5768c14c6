-- All that is done for a session, on whichever replica, belongs to one trace. This is its request's place in it, as W3C Trace Context
-- writes that; null for a session that was accepted in no trace, or by a replica that knows of none.

alter table session
    add column traceparent text,
    add column tracestate  text;
