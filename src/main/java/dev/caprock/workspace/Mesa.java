package dev.caprock.workspace;

import dev.caprock.remote.Purpose;
import dev.caprock.remote.Remote;
import dev.caprock.remote.RemoteFailure;
import dev.caprock.remote.Remotes;
import dev.caprock.remote.Standing;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

/**
 * Calls to Mesa under the service's own key, one request each, with every way of failing told by a {@link RemoteFailure}.
 * Where there is no API key each request carries a token of its own, signed with the private key.
 */
final class Mesa {

    static final String NAME = "mesa";
    private static final int CONFLICT = 409;
    private static final int PAGES = 300;

    /** What makes a commit, which has an author. */
    private static final Pattern COMMITS = Pattern.compile(".*/(changes|bookmarks/merge)");

    private final MesaSettings settings;
    private final Signer signer;
    private final Remote remote;
    private final MesaApi api;
    private volatile MesaApi.@Nullable Identity known;

    Mesa(MesaSettings settings, Remotes remotes, Signer signer) {
        this.settings = settings;
        this.signer = signer;
        remote = remotes.named(NAME);
        var rest = remote.rest(settings.apiUrl().toString(), settings.callTimeout())
                .defaultHeader(HttpHeaders.ACCEPT, MediaType.APPLICATION_JSON_VALUE);
        if (settings.apiKey() != null) {
            rest.defaultHeader(HttpHeaders.AUTHORIZATION, "Bearer " + settings.apiKey());
        } else if (settings.hasPrivateKey()) {
            rest.requestInterceptor(signing(settings.signingKey()));
        }
        api = HttpServiceProxyFactory.builderFor(RestClientAdapter.create(rest.build()))
                .build()
                .createClient(MesaApi.class);
    }

    private ClientHttpRequestInterceptor signing(PrivateKey key) {
        return (request, body, execution) -> {
            if (!request.getHeaders().containsHeader(HttpHeaders.AUTHORIZATION)) {
                boolean commits = request.getMethod().equals(HttpMethod.POST)
                        && COMMITS.matcher(request.getURI().getPath()).matches();
                List<Author> authors = commits ? List.of(settings.author()) : List.of();
                request.getHeaders().setBearerAuth(signer.forRequest(key, authors));
            }
            return execution.execute(request, body);
        };
    }

    private void requireKey() {
        if (!settings.hasKey()) {
            throw new IllegalStateException(
                    "Mesa is not configured: set MESA_API_KEY to a key of scope admin, or MESA_PRIVATE_KEY");
        }
    }

    Standing standing() {
        return remote.standing();
    }

    /**
     * The service's API key, its id asked for once.
     *
     * @throws IllegalStateException when there is none, or Mesa names no id for it
     */
    MintedKey serviceKey() {
        String secret = settings.apiKey();
        String id = secret == null ? null : known().keyId();
        if (secret == null || id == null) {
            throw new IllegalStateException("there is no API key to sign with: set MESA_API_KEY");
        }
        return new MintedKey(id, secret);
    }

    /** The slug as configured, or else asked for once. */
    String organisation() {
        requireKey();
        String configured = settings.organisation();
        return configured == null ? known().org().slug() : configured;
    }

    private MesaApi.Identity known() {
        MesaApi.Identity identity = known;
        if (identity == null) {
            identity = identity();
            known = identity;
        }
        return identity;
    }

    /** Whom the service's key belongs to. */
    MesaApi.Identity identity() {
        return asked(Purpose.LOOK, "who am I", MesaApi::whoami);
    }

    /** Whom another credential belongs to. */
    MesaApi.Identity identity(String credential) {
        return asked(Purpose.LOOK, "try credential", api -> api.whoami("Bearer " + credential));
    }

    /**
     * Makes one call, in our organisation.
     *
     * @throws RemoteFailure.Busy also when another writer held the lock ({@code LOCK_CONFLICT}): nothing happened
     * @throws RemoteFailure.Unknown also when a success came without its body
     */
    <T> T ask(String operation, Call<T> call) {
        return ask(Purpose.WORK, operation, call);
    }

    private <T> T ask(Purpose purpose, String operation, Call<T> call) {
        String org = organisation();
        return asked(purpose, operation, api -> call.on(api, org));
    }

    private <T> T asked(Purpose purpose, String operation, Function<MesaApi, @Nullable T> call) {
        requireKey();
        try {
            return remote.call(purpose, operation, () -> {
                T answer = call.apply(api);
                if (answer == null) {
                    throw new RemoteFailure.Unknown(NAME, operation, 0, "empty", "the answer was empty", null);
                }
                return answer;
            });
        } catch (RemoteFailure.Rejected refused) {
            throw refused.status() == CONFLICT && refused.code().equals("LOCK_CONFLICT")
                    ? new RemoteFailure.Busy(
                            NAME, operation, CONFLICT, refused.code(), "another write was under way", null, refused)
                    : refused;
        }
    }

    /** Like {@link #ask}; empty when the thing asked for is not there. */
    <T> Optional<T> find(String operation, Call<T> call) {
        return find(Purpose.LOOK, operation, call);
    }

    /** Like {@link #find}, for what ends something that leaks: nothing else that is asked of Mesa holds it up. */
    <T> Optional<T> release(String operation, Call<T> call) {
        return find(Purpose.RELEASE, operation, call);
    }

    private <T> Optional<T> find(Purpose purpose, String operation, Call<T> call) {
        String org = organisation(); // out here, lest its 404 pass for an absent thing
        try {
            return Optional.of(asked(purpose, operation, api -> call.on(api, org)));
        } catch (RemoteFailure.Rejected refused) {
            if (refused.isAbsent()) {
                return Optional.empty();
            }
            throw refused;
        }
    }

    /** Every item of a list, page by page; fails like {@link #any}. */
    <T> List<T> all(String operation, Paged<T> call) {
        var items = new ArrayList<T>();
        any(operation, call, item -> !items.add(item));
        return items;
    }

    /**
     * Whether a list holds what is wanted; reads no further than to the page that does.
     *
     * @throws RemoteFailure.Unknown also when the list does not end: part of it must not pass for the whole
     */
    <T> boolean any(String operation, Paged<T> call, Predicate<T> wanted) {
        String cursor = null;
        for (int page = 0; page < PAGES; page++) {
            String from = cursor;
            MesaApi.Page<T> answer = ask(Purpose.LOOK, operation, (api, org) -> call.page(api, org, from));
            if (answer.items().stream().anyMatch(wanted)) {
                return true;
            }
            cursor = answer.nextCursor();
            if (cursor == null) {
                return false;
            }
        }
        throw new RemoteFailure.Unknown(NAME, operation, 0, "endless", "the list did not end", null);
    }

    /** A call in an organisation. */
    interface Call<T> {

        @Nullable
        T on(MesaApi api, String org);
    }

    /** A call for the page that starts at a cursor; null means the first. */
    interface Paged<T> {

        MesaApi.Page<T> page(MesaApi api, String org, @Nullable String cursor);
    }
}
