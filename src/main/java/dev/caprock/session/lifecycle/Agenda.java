package dev.caprock.session.lifecycle;

import dev.caprock.session.Wakes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What is due, and which replica has it. All SQL on {@code agenda} and {@code replica} is here.
 *
 * <p>The database's clock decides what is due and who is alive. A wake-up is counted, so that none is lost while the place
 * is held: releasing it makes it due at once when the count moved.
 */
@Component
@Transactional
class Agenda implements Wakes {

    /** A held place, locked: its count of wake-ups, and the database's time. */
    record Held(long wakes, Instant now) {}

    /** One place is free; some more are woken, since the first may be beginning already. */
    private static final int WOKEN = 4;

    private final JdbcClient jdbc;
    private final Nudge nudge;
    private final Replica replica;
    private final Map<Place.Kind, LongAdder> takenOver = new EnumMap<>(Place.Kind.class);

    Agenda(JdbcClient jdbc, Nudge nudge, Replica replica) {
        this.jdbc = jdbc;
        this.nudge = nudge;
        this.replica = replica;
        EnumSet.allOf(Place.Kind.class).forEach(kind -> takenOver.put(kind, new LongAdder()));
    }

    // ---- for everyone --------------------------------------------------------------------------------------------

    @Override
    @Transactional(propagation = Propagation.MANDATORY)
    public Instant open(UUID session) {
        return add(Place.session(session));
    }

    @Override
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<Instant> wake(UUID session) {
        return wake(Place.session(session));
    }

    /** Has a run followed. Repeating it changes nothing but the due time. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void follow(UUID run) {
        add(Place.run(run));
    }

    private Instant add(Place place) {
        nudgeAfterCommit(place);
        return jdbc.sql("""
                        insert into agenda (kind, id, due_at) values (:kind, :id, clock_timestamp())
                            on conflict (kind, id) do update set due_at = excluded.due_at, wakes = agenda.wakes + 1
                            returning clock_timestamp()""")
                .param("kind", place.kind().name())
                .param("id", place.id())
                .query(Agenda::instant)
                .single();
    }

    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<Instant> wake(Place place) {
        nudgeAfterCommit(place);
        return jdbc.sql("""
                        update agenda set due_at = least(due_at, clock_timestamp()), wakes = wakes + 1
                            where kind = :kind and id = :id
                            returning clock_timestamp()""")
                .param("kind", place.kind().name())
                .param("id", place.id())
                .query(Agenda::instant)
                .optional();
    }

    /**
     * Wakes those that wait first for a provider, since a place there has become free. One whose place is locked is about to
     * look anyway; waiting for it here could be for each other.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void wakeQueued(String provider) {
        int woken =
                jdbc.sql("""
                        update agenda set due_at = least(due_at, clock_timestamp()), wakes = wakes + 1
                            where kind = 'SESSION' and id in (
                                select a.id from agenda a
                                    where a.kind = 'SESSION' and a.id in (
                                        select s.id from session s
                                            where s.status = 'QUEUED' and s.provider = :provider and s.held_by is null
                                            order by s.id limit :most)
                                    for update skip locked)""").param("provider", provider).param("most", WOKEN).update();
        nudgeWoken(woken);
    }

    /**
     * The same for those that their tenant holds back.
     *
     * @param except who knows already
     * @param fits how long those may ask for that wait for the budget
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void wakeHeld(String tenant, UUID except, Duration fits) {
        int woken = jdbc.sql("""
                        update agenda set due_at = least(due_at, clock_timestamp()), wakes = wakes + 1
                            where kind = 'SESSION' and id in (
                                select a.id from agenda a
                                    where a.kind = 'SESSION' and a.id in (
                                        select s.id from session s
                                            where s.status = 'QUEUED' and s.tenant = :tenant and s.id <> :except
                                              and (s.held_by = 'TENANT_LIMIT' or (s.held_by = 'BUDGET'
                                                and s.ttl <= cast(:seconds as numeric) * 1000000000))
                                            order by s.id limit :most)
                                    for update skip locked)""")
                .param("tenant", tenant)
                .param("except", except)
                .param("seconds", fits.toSeconds())
                .param("most", WOKEN)
                .update();
        nudgeWoken(woken);
    }

    private void nudgeWoken(int woken) {
        if (woken > 0) {
            nudgeAfterCommit(() -> nudge.due());
        }
    }

    /** Takes a place off, whoever holds it. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void remove(Place place) {
        jdbc.sql("delete from agenda where kind = :kind and id = :id")
                .param("kind", place.kind().name())
                .param("id", place.id())
                .update();
    }

    private void nudgeAfterCommit(Place place) {
        nudgeAfterCommit(() -> nudge.at(place));
    }

    private static void nudgeAfterCommit(Runnable nudging) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                nudging.run();
            }
        });
    }

    // ---- for the holder ------------------------------------------------------------------------------------------

    /** Takes up to {@code limit} places that are due and free, or whose claimant is dead. */
    public List<Claim> claim(int limit) {
        return jdbc.sql("""
                        with due as (
                            select kind, id, false as orphan from agenda
                                where claimed_by is null and due_at <= clock_timestamp()
                                order by due_at limit :limit for update skip locked),
                        orphaned as (
                            select kind, id, true as orphan from agenda
                                where claimed_by in (select r.id from replica r where r.alive_until <= clock_timestamp())
                                limit :limit for update skip locked),
                        free as (select * from orphaned union all select * from due limit :limit)
                        update agenda a set claimed_by = :replica, generation = generation + 1
                            from free where a.kind = free.kind and a.id = free.id
                            returning a.kind, a.id, a.generation, free.orphan""")
                .param("limit", limit)
                .param("replica", replica.id())
                .query(this::claimed)
                .list();
    }

    private Claim claimed(ResultSet row, int number) throws SQLException {
        Claim claim = claim(row, number);
        if (row.getBoolean("orphan")) {
            adder(claim.place().kind()).increment();
        }
        return claim;
    }

    /** How many places this replica has taken over from dead ones. */
    @Transactional(propagation = Propagation.SUPPORTS) // it asks nobody
    public long takenOver(Place.Kind kind) {
        return adder(kind).sum();
    }

    private LongAdder adder(Place.Kind kind) {
        return Objects.requireNonNull(takenOver.get(kind));
    }

    /** Locks a held place to the end of the transaction; empty when it is no longer ours. */
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<Held> lock(Claim claim) {
        return held(claim, """
                select wakes, clock_timestamp() as now from agenda
                    where kind = :kind and id = :id and generation = :generation and claimed_by = :replica
                    for update""");
    }

    /** Looks at a held place without locking it; empty when it is no longer ours. */
    public Optional<Held> look(Claim claim) {
        return held(claim, """
                select wakes, clock_timestamp() as now from agenda
                    where kind = :kind and id = :id and generation = :generation and claimed_by = :replica""");
    }

    private Optional<Held> held(Claim claim, String sql) {
        return statement(claim, sql)
                .query((row, number) -> new Held(row.getLong("wakes"), instant(row, "now")))
                .optional();
    }

    /** Lets go of a place until {@code due}, or until now if it was woken since {@code seenWakes}. */
    public void release(Claim claim, Instant due, long seenWakes) {
        statement(claim, """
                        update agenda set claimed_by = null,
                            due_at = case when wakes = :wakes then :due else clock_timestamp() end
                            where kind = :kind and id = :id and generation = :generation and claimed_by = :replica""")
                .param("wakes", seenWakes)
                .param("due", due.atOffset(ZoneOffset.UTC))
                .update();
        nudge.due();
    }

    /** Takes a held place off for good, unless it was woken since {@code seenWakes}. */
    public boolean finish(Claim claim, long seenWakes) {
        return statement(claim, """
                                delete from agenda where kind = :kind and id = :id and generation = :generation
                                    and claimed_by = :replica and wakes = :wakes""").param("wakes", seenWakes).update() == 1;
    }

    private JdbcClient.StatementSpec statement(Claim claim, String sql) {
        return jdbc.sql(sql)
                .param("kind", claim.place().kind().name())
                .param("id", claim.id())
                .param("generation", claim.generation())
                .param("replica", replica.id());
    }

    // ---- for the heartbeat ---------------------------------------------------------------------------------------

    /** Says that this replica is alive for the time of a lease from now. */
    public void beat(Duration lease) {
        jdbc.sql("""
                        insert into replica (id, alive_until) values (:id, clock_timestamp() + :lease * interval '1 millisecond')
                            on conflict (id) do update set alive_until = excluded.alive_until""").param("id", replica.id()).param("lease", lease.toMillis()).update();
    }

    /** All places that name this replica. */
    public List<Claim> mine() {
        return jdbc.sql("select kind, id, generation from agenda where claimed_by = :replica")
                .param("replica", replica.id())
                .query(Agenda::claim)
                .list();
    }

    /** Frees a place that names this replica though nothing here works on it. */
    public void free(Claim claim) {
        release(claim, Instant.EPOCH, -1);
    }

    /** How many replicas are alive. */
    @Transactional(readOnly = true)
    public long replicas() {
        return jdbc.sql("select count(*) from replica where alive_until > clock_timestamp()")
                .query(Long.class)
                .single();
    }

    /** Forgets replicas that died long ago and hold nothing. */
    public void forgetDeadReplicas() {
        jdbc.sql("""
                        delete from replica r where alive_until < clock_timestamp() - interval '1 hour'
                            and not exists (select 1 from agenda a where a.claimed_by = r.id)""").update();
    }

    private static Claim claim(ResultSet row, int number) throws SQLException {
        var place = new Place(Place.Kind.valueOf(row.getString("kind")), row.getObject("id", UUID.class));
        return new Claim(place, row.getLong("generation"));
    }

    private static Instant instant(ResultSet row, int number) throws SQLException {
        return row.getObject(1, OffsetDateTime.class).toInstant();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
