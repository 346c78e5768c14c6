package dev.caprock.workspace;

import dev.caprock.remote.RemoteFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out which modes work, by trying at Mesa what they are made with. */
final class ModeProbe {

    private static final Duration TRIAL = Duration.ofMinutes(5);
    private static final int UNAUTHENTICATED = 401;

    private final MesaSettings settings;
    private final Mesa mesa;
    private final Signer signer;

    ModeProbe(MesaSettings settings, Mesa mesa, Signer signer) {
        this.settings = settings;
        this.mesa = mesa;
        this.signer = signer;
    }

    /** What keeps a mode from working; not sure where Mesa could not be asked. */
    private record Problem(String text, boolean sure) {

        static Problem of(String text) {
            return new Problem(text, true);
        }
    }

    /** What the API key is good for; null means no problem. */
    private record KeyFinding(
            @Nullable Problem use,
            @Nullable Problem write,
            @Nullable Problem admin,
            @Nullable Problem sign) {

        static KeyFinding useless(Problem problem) {
            return new KeyFinding(problem, null, null, null);
        }

        static KeyFinding useless(String problem) {
            return useless(Problem.of(problem));
        }
    }

    /** Looks at all modes, in their order. Throws nothing: an unreachable Mesa is a finding. At most three calls. */
    List<Finding> look() {
        KeyFinding key = key();
        var findings = new ArrayList<Finding>();
        for (CredentialMode mode : CredentialMode.values()) {
            Problem problem = switch (mode) {
                case DERIVED_TOKEN -> first(key.use, key.admin, key.sign);
                case SESSION_KEY -> first(key.use, key.admin);
                case ACCESS_TOKEN -> first(key.use, key.write, key.sign);
                case LAYOUT -> layout();
            };
            findings.add(problem == null ? Finding.working(mode) : new Finding(mode, problem.text, problem.sure));
        }
        return findings;
    }

    private KeyFinding key() {
        String apiKey = settings.apiKey();
        if (apiKey == null) {
            return KeyFinding.useless("There is no API key: set MESA_API_KEY to a key of scope admin.");
        }
        try {
            return judged(mesa.identity(), apiKey);
        } catch (RemoteFailure.Rejected refused) {
            return KeyFinding.useless(
                    refused.status() == UNAUTHENTICATED
                            ? "Mesa does not know the key in MESA_API_KEY: it is wrong, expired or revoked."
                            : "Mesa refuses the key in MESA_API_KEY: " + refused.getMessage());
        } catch (RemoteFailure noAnswer) {
            return KeyFinding.useless(noAnswer(noAnswer));
        }
    }

    private KeyFinding judged(MesaApi.Identity identity, String apiKey) {
        String owner = identity.org().slug();
        String wanted = settings.organisation();
        if (wanted != null && !wanted.equals(owner)) {
            return KeyFinding.useless("The organisation is configured as %s, but the key in MESA_API_KEY belongs to %s."
                    .formatted(wanted, owner));
        }
        List<String> scopes = identity.scopes();
        boolean admin = scopes.contains("admin");
        String lacking = "The key in MESA_API_KEY has the scopes %s; this needs ".formatted(scopes);
        return new KeyFinding(
                null,
                admin || scopes.contains("write") ? null : Problem.of(lacking + "write."),
                admin ? null : Problem.of(lacking + "admin."),
                signing(identity.keyId(), apiKey));
    }

    private @Nullable Problem signing(@Nullable String keyId, String apiKey) {
        if (keyId == null) {
            return Problem.of("Mesa names no id for the key in MESA_API_KEY, so no token can be signed with it.");
        }
        var key = new MintedKey(keyId, apiKey);
        return tried(signer.ofKey(key, List.of("read"), null, TRIAL).token(), "signed with an API key");
    }

    private @Nullable Problem layout() {
        return settings.hasPrivateKey()
                ? tried(signer.forRequest(settings.signingKey(), List.of()), "signed with the key in MESA_PRIVATE_KEY")
                : Problem.of("There is no private key: set MESA_PRIVATE_KEY to one of the organisation.");
    }

    private @Nullable Problem tried(String token, String kind) {
        try {
            mesa.identity(token);
            return null;
        } catch (RemoteFailure.Rejected refused) {
            return Problem.of("Mesa does not accept a token %s: %s".formatted(kind, refused.getMessage()));
        } catch (RemoteFailure noAnswer) {
            return noAnswer(noAnswer);
        }
    }

    private Problem noAnswer(RemoteFailure failure) {
        return new Problem("Mesa cannot be asked at %s: %s".formatted(settings.apiUrl(), failure.getMessage()), false);
    }

    private static @Nullable Problem first(@Nullable Problem... problems) {
        for (Problem problem : problems) {
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }
}
