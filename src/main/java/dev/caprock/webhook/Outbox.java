package dev.caprock.webhook;

import dev.caprock.id.Ids;
import dev.caprock.journal.AppendListener;
import dev.caprock.journal.Entry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Writes what is to be delivered, in the transaction that appends the events. */
@Component
class Outbox implements AppendListener {

    // The id is of version 7: the time from ours, random bits for each webhook. One that is deleted meanwhile is not
    // waited for and fails nothing; what it is still told of is never sent.
    private static final String WRITE = """
            INSERT INTO webhook_delivery (id, webhook_id, type, session_id, run_id, seq, payload, status,
                                          created_at, due_at, give_up_at)
            SELECT (left(entry.id::text, 18) || right(gen_random_uuid()::text, 18))::uuid,
                   webhook.id, entry.type, session.id, entry.run, entry.seq, entry.payload, 'PENDING', :now, :now, :giveUp
            FROM session
            JOIN webhook ON webhook.tenant = session.tenant AND webhook.deleted_at IS NULL
                            AND webhook.disabled_at IS NULL
            JOIN unnest(:ids::uuid[], :types::text[], :runs::uuid[], :seqs::bigint[], :payloads::text[])
                AS entry (id, type, run, seq, payload)
              ON webhook.events IS NULL OR entry.type = ANY (webhook.events)
            WHERE session.id = :session
            FOR KEY SHARE OF webhook""";

    private final JdbcClient database;
    private final Dispatcher dispatcher;
    private final Ids ids;
    private final Clock clock;

    Outbox(JdbcClient database, Dispatcher dispatcher, Ids ids, Clock clock) {
        this.database = database;
        this.dispatcher = dispatcher;
        this.ids = ids;
        this.clock = clock;
    }

    /** An event with its place. */
    private record Told(long seq, Entry entry) {}

    @Override
    public void appended(UUID session, Instant at, long first, List<Entry> entries) {
        List<Told> told = IntStream.range(0, entries.size())
                .mapToObj(i -> new Told(first + i, entries.get(i)))
                .filter(each -> EventType.named(each.entry().type()).isPresent())
                .toList();
        if (!told.isEmpty() && write(session, at, told) > 0) {
            dispatchAfterCommit();
        }
    }

    private int write(UUID session, Instant at, List<Told> told) {
        Instant now = clock.instant();
        return database.sql(WRITE)
                .param("session", session)
                .param("now", now.atOffset(ZoneOffset.UTC))
                .param("giveUp", now.plus(Backoff.LIMIT).atOffset(ZoneOffset.UTC))
                .param("ids", told.stream().map(each -> ids.next().toString()).toArray(String[]::new))
                .param("types", told.stream().map(each -> each.entry().type()).toArray(String[]::new))
                .param("runs", told.stream().map(each -> run(each.entry())).toArray(String[]::new))
                .param("seqs", told.stream().mapToLong(Told::seq).toArray())
                .param(
                        "payloads",
                        told.stream()
                                .map(each -> Payload.of(session, each.seq(), at, each.entry()))
                                .toArray(String[]::new))
                .update();
    }

    private void dispatchAfterCommit() {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                dispatcher.wake();
            }
        });
    }

    private static @Nullable String run(Entry entry) {
        return entry.run() == null ? null : Objects.toString(entry.run());
    }
}
