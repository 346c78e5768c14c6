package dev.caprock.session;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

/** The rows of the aggregate. */
interface SessionStore extends JpaRepository<Session, UUID> {

    @Query("select s.tenant from Session s where s.id = :id")
    Optional<String> tenantOf(UUID id);

    @Query("select r.session.id from Run r where r.id = :run")
    Optional<UUID> ofRun(UUID run);

    /** The database's time. */
    @Query(value = "select clock_timestamp()", nativeQuery = true)
    Instant now();

    /** The newest sessions of a tenant that are older than {@code before}; the other filters apply unless null. */
    @Query(value = """
                    select * from session
                        where tenant = :tenant
                          and (cast(:before as uuid) is null or id < :before)
                          and (cast(:status as text) is null or status = :status)
                          and (cast(:provider as text) is null or provider = :provider)
                          and (cast(:label as text) is null or labels @> cast(:label as jsonb))
                        order by id desc""", nativeQuery = true)
    List<Session> page(
            String tenant,
            @Nullable UUID before,
            @Nullable String status,
            @Nullable String provider,
            @Nullable String label,
            Limit limit);
}
