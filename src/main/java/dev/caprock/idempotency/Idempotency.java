package dev.caprock.idempotency;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.caprock.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Has a request take effect once, where its caller gave it an {@code Idempotency-Key}. */
@Component
public class Idempotency {

    /** Without nulls, so that a field that a later release adds does not make an old request another one. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .changeDefaultPropertyInclusion(any -> any.withValueInclusion(JsonInclude.Include.NON_NULL))
            .build();

    private final RequestTable table;
    private final TransactionTemplate transaction;
    private final Duration patience;

    Idempotency(RequestTable table, PlatformTransactionManager transactions, IdempotencySettings settings) {
        this.table = table;
        this.transaction = new TransactionTemplate(transactions);
        this.patience = settings.patience();
    }

    /** What one try came to. A refusal that was let stand is thrown after its transaction. */
    private record Attempt<T>(
            @Nullable Once<T> once, @Nullable RuntimeException refusal) {}

    /**
     * Performs an effect in a transaction, unless an earlier request of this tenant, route and key has performed it. One that
     * failed has had no effect, so its key may be used again; what a room recorded of its refusal stays.
     *
     * @param body what the request says: with the same key it must say the same
     * @param prepare all that may take long: it holds no transaction, and is left out where there was an earlier request
     * @param effect what the request does, in one transaction
     * @param id the id of what it makes
     * @throws Problem 422 for another body under the same key, 409 while the first request is under way
     */
    public <P, T> Once<T> once(
            HttpServletRequest request,
            String tenant,
            Object body,
            Supplier<P> prepare,
            Function<P, T> effect,
            Function<T, UUID> id) {
        RequestKey key = RequestKey.of(request, tenant).orElse(null);
        if (key == null) {
            return made(effect.apply(prepare.get()), id);
        }
        byte[] fingerprint = key.fingerprint(text(body));
        return table.earlier(key.request())
                .map(earlier -> this.<T>replay(earlier, fingerprint))
                .orElseGet(() -> {
                    P prepared = prepare.get();
                    return first(key, fingerprint, () -> effect.apply(prepared), id);
                });
    }

    /** The same for a request that needs no preparation, and has no body. */
    public <T> Once<T> once(HttpServletRequest request, String tenant, Supplier<T> effect, Function<T, UUID> id) {
        return once(request, tenant, Map.of(), () -> effect, Supplier::get, id);
    }

    private <T> Once<T> first(RequestKey key, byte[] fingerprint, Supplier<T> effect, Function<T, UUID> id) {
        Attempt<T> attempt =
                Objects.requireNonNull(transaction.execute(status -> attempt(status, key, fingerprint, effect, id)));
        if (attempt.refusal() != null) {
            throw attempt.refusal();
        }
        return Objects.requireNonNull(attempt.once());
    }

    private <T> Attempt<T> attempt(
            TransactionStatus status, RequestKey key, byte[] fingerprint, Supplier<T> effect, Function<T, UUID> id) {
        if (!table.begin(key.request(), fingerprint, patience)) {
            RequestTable.Earlier earlier = table.earlier(key.request()).orElseThrow(RequestTable::underWay);
            return new Attempt<>(replay(earlier, fingerprint), null);
        }
        try {
            Once<T> made = made(effect.get(), id);
            table.end(key.request(), made.resource());
            return new Attempt<>(made, null);
        } catch (RuntimeException refusal) {
            if (status.isRollbackOnly()) {
                throw refusal;
            }
            table.abandon(key.request());
            return new Attempt<>(null, refusal);
        }
    }

    private static <T> Once<T> made(T made, Function<T, UUID> id) {
        return new Once<>(id.apply(made), made);
    }

    private <T> Once<T> replay(RequestTable.Earlier earlier, byte[] fingerprint) {
        if (!MessageDigest.isEqual(earlier.fingerprint(), fingerprint)) {
            throw reused();
        }
        return new Once<>(earlier.resource(), null);
    }

    /** Stays the same from release to release: keys outlive a roll-out. */
    static byte[] text(Object body) {
        return MAPPER.writeValueAsBytes(body);
    }

    private static Problem reused() {
        return new Problem(
                HttpStatus.UNPROCESSABLE_CONTENT,
                "idempotency_key_reused",
                "This Idempotency-Key came with another request before.",
                "Make a new key for each new request; send the same body again with the same key.");
    }
}
