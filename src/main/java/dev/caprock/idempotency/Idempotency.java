package dev.caprock.idempotency;

import dev.caprock.problem.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Has a request take effect once, where its caller gave it an {@code Idempotency-Key}. */
@Component
public class Idempotency {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private final RequestTable table;
    private final TransactionTemplate transaction;
    private final Duration patience;

    Idempotency(RequestTable table, PlatformTransactionManager transactions, IdempotencySettings settings) {
        this.table = table;
        this.transaction = new TransactionTemplate(transactions);
        this.patience = settings.patience();
    }

    /**
     * Performs an effect in a transaction, unless an earlier request of this tenant, route and key has performed it. One that
     * failed has had no effect, so its key may be used again.
     *
     * @param body what the request says: with the same key it must say the same
     * @param effect what it does, in one transaction
     * @param id the id of what it makes
     * @throws Problem 422 for another body under the same key, 409 while the first request is under way
     */
    public <T> Once<T> once(
            HttpServletRequest request, String tenant, Object body, Supplier<T> effect, Function<T, UUID> id) {
        return RequestKey.of(request, tenant)
                .map(key -> once(key, key.fingerprint(MAPPER.writeValueAsBytes(body)), effect, id))
                .orElseGet(() -> once(effect, id));
    }

    /** The same for a request without a body. */
    public <T> Once<T> once(HttpServletRequest request, String tenant, Supplier<T> effect, Function<T, UUID> id) {
        return once(request, tenant, Map.of(), effect, id);
    }

    private static <T> Once<T> once(Supplier<T> effect, Function<T, UUID> id) {
        T made = effect.get();
        return new Once<>(id.apply(made), made);
    }

    private <T> Once<T> once(RequestKey key, byte[] fingerprint, Supplier<T> effect, Function<T, UUID> id) {
        return Objects.requireNonNull(transaction.execute(status -> {
            if (table.begin(key.request(), fingerprint, patience)) {
                Once<T> first = once(effect, id);
                table.end(key.request(), first.resource());
                return first;
            }
            RequestTable.Earlier earlier = table.earlier(key.request());
            if (!MessageDigest.isEqual(earlier.fingerprint(), fingerprint)) {
                throw reused();
            }
            return new Once<T>(earlier.resource(), null);
        }));
    }

    private static Problem reused() {
        return new Problem(
                HttpStatus.UNPROCESSABLE_CONTENT,
                "idempotency_key_reused",
                "This Idempotency-Key came with another request before.",
                "Make a new key for each new request; send the same body again with the same key.");
    }
}
