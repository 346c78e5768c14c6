package dev.caprock.webhook;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Says where we may send to. It is the resolver of the connections too, so an address that was not allowed cannot be connected
 * to, whatever a name resolved to before.
 */
@Component
class Guard implements DnsResolver {

    private static final int LONGEST_URL = 2048;

    /** A host is not one that we send to. */
    static final class Refused extends UnknownHostException {
        private static final long serialVersionUID = 1;
    }

    private final boolean allowHttp;
    private final Addresses addresses;
    private final LookUps lookUps;

    @Autowired
    Guard(WebhookSettings settings) {
        this(settings, SystemDefaultDnsResolver.INSTANCE);
    }

    Guard(WebhookSettings settings, DnsResolver names) {
        this.allowHttp = settings.allowHttp();
        this.addresses = new Addresses(settings.networks());
        Duration limit = settings.timeout().compareTo(settings.connectTimeout()) < 0
                ? settings.timeout()
                : settings.connectTimeout();
        this.lookUps = new LookUps(names, limit);
    }

    /** What is wrong with an address as it is written; nothing is looked up. */
    Optional<String> mistake(String url) {
        if (url.length() > LONGEST_URL) {
            return Optional.of("Must have at most %d characters.".formatted(LONGEST_URL));
        }
        try {
            return Optional.ofNullable(mistake(new URI(url)));
        } catch (URISyntaxException malformed) {
            return Optional.of("Must be an absolute URL in ASCII.");
        }
    }

    private @Nullable String mistake(URI url) {
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !(allowHttp && scheme.equals("http"))) {
            return allowHttp ? "Must begin with https:// or http://." : "Must begin with https://.";
        }
        if (url.getHost() == null || !url.toString().chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            return "Must be an absolute URL in ASCII.";
        }
        if (url.getRawUserInfo() != null) {
            return "Must not name a user: a receiver knows us by the signature.";
        }
        if (url.getRawFragment() != null) {
            return "Must not have a fragment.";
        }
        int port = url.getPort();
        boolean usual = port == -1 || port == (scheme.equals("https") ? 443 : 80) || port >= 1024 && port <= 65535;
        return usual ? null : "The port must be the scheme's own, or from 1024 to 65535.";
    }

    /** Why we would not send there now: empty when we would. Looks the host up. */
    Optional<String> refusal(URI url) {
        try {
            resolve(url.getHost());
            return Optional.empty();
        } catch (UnknownHostException refused) {
            return Optional.of(reason(refused));
        }
    }

    /** For a person; the words of a resolver are not for callers. */
    static String reason(UnknownHostException failure) {
        return failure instanceof Refused
                ? "The host resolves to an address that is not public."
                : "The host cannot be resolved.";
    }

    /** All addresses of a host, if we may connect to each of them. */
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] found = lookUps.resolve(bare(host));
        if (found.length == 0 || !List.of(found).stream().allMatch(addresses::allow)) {
            throw new Refused(); // not of which address: that would map the operator's network for the caller
        }
        return found;
    }

    private static String bare(String host) {
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}
