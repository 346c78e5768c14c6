package dev.caprock.session.sweep;

import dev.caprock.id.Ids;
import dev.caprock.id.PublicId;
import dev.caprock.session.ResourceKind;
import dev.caprock.session.Sessions;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The rows of what was found, and what the sessions they belong to are told. */
@Component
@Transactional
class Finds {

    private final JdbcClient jdbc;
    private final Sessions sessions;
    private final Ids ids;

    Finds(JdbcClient jdbc, Sessions sessions, Ids ids) {
        this.jdbc = jdbc;
        this.sessions = sessions;
        this.ids = ids;
    }

    private record Noted(UUID id, Instant at) {}

    /** Notes something that was found, before it is ended. Empty when it is noted already and not proved gone since. */
    public Optional<Find> note(Account account, Thing thing) {
        UUID session = PublicId.ofDigits(thing.session()).orElse(null);
        Optional<Noted> noted = jdbc.sql("""
                        insert into find (id, kind, account, external_id, session_id, created_at, found_at)
                            values (:id, :kind, :account, :external, :session, :created, clock_timestamp())
                            on conflict (account, external_id) do update
                                set gone_at = null, found_at = clock_timestamp() where find.gone_at is not null
                            returning id, found_at""")
                .param("id", ids.next())
                .param("kind", account.kind().name())
                .param("account", account.name())
                .param("external", thing.id())
                .param("session", session)
                .param("created", thing.createdAt().atOffset(ZoneOffset.UTC))
                .query((row, number) -> new Noted(row.getObject("id", UUID.class), instant(row, "found_at")))
                .optional();
        return noted.map(row -> {
            var find = new Find(row.id(), account.kind(), account.name(), thing.id(), session);
            tell(find, false, row.at());
            return find;
        });
    }

    /** What was found in an account and is not proved gone. */
    @Transactional(readOnly = true)
    public List<Find> open(Account account) {
        return jdbc.sql("""
                        select id, kind, account, external_id, session_id from find
                            where gone_at is null and account = :account and kind = :kind order by id""")
                .param("account", account.name())
                .param("kind", account.kind().name())
                .query(Finds::find)
                .list();
    }

    /** It is proved gone. */
    public void gone(Find find) {
        jdbc.sql("""
                        update find set gone_at = clock_timestamp(), last_error = null
                            where id = :id and gone_at is null returning gone_at""")
                .param("id", find.id())
                .query((row, number) -> instant(row, "gone_at"))
                .optional()
                .ifPresent(at -> tell(find, true, at));
    }

    /** It could not be ended, or not be proved gone; it stays listed. */
    public void postponed(Find find, String error) {
        jdbc.sql("update find set attempts = attempts + 1, last_error = :error where id = :id")
                .param("id", find.id())
                .param("error", error)
                .update();
    }

    private void tell(Find find, boolean ended, Instant at) {
        UUID session = find.session();
        if (session != null) {
            sessions.leftover(session, find.kind(), find.externalId(), ended, at)
                    .ifPresent(tenant -> belongsTo(find.id(), tenant));
        }
    }

    private void belongsTo(UUID id, String tenant) {
        jdbc.sql("update find set tenant = :tenant where id = :id and tenant is null")
                .param("id", id)
                .param("tenant", tenant)
                .update();
    }

    private static Find find(ResultSet row, int number) throws SQLException {
        @Nullable UUID session = row.getObject("session_id", UUID.class);
        return new Find(
                row.getObject("id", UUID.class),
                ResourceKind.valueOf(row.getString("kind")),
                row.getString("account"),
                row.getString("external_id"),
                session);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
